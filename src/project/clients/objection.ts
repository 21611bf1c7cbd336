import type { Expression } from "../../model/expression.ts";
import type { ChainLink } from "../chains.ts";
import { evaluate, memberOf, returnOf } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import { argument, type CallView, type ClientAdapter, type Condition, type Draft, type Linked, type Reading } from "./adapter.ts";
import { allOf, linkNamed, linksOf, perhapsOf, rowLocks, setCondition } from "./builder-links.ts";
import { namedTable, type NamedTable } from "./builder-table.ts";
import { conditionOf } from "./knex-conditions.ts";
import { readConflict, settled } from "./knex-conflict.ts";
import { returningOf, takesFirstRow } from "./row-use.ts";
import { rowsOf } from "./rows.ts";

const WRITES: Record<string, Draft["kind"]> = {
  insert: "insert", insertAndFetch: "insert", insertGraph: "insert", insertGraphAndFetch: "insert", upsertGraph: "insert", upsertGraphAndFetch: "insert",
  update: "update", patch: "update", updateAndFetch: "update", patchAndFetch: "update", updateAndFetchById: "update", patchAndFetchById: "update", delete: "delete", deleteById: "delete",
};
/** Those that answer with one row or none. */
const ONE = ["first", "findOne", "findById"];
/** Those whose first argument is the primary key's value. */
const BY_ID = ["findById", "deleteById", "updateAndFetchById", "patchAndFetchById"];

/** Objection: `User.query(trx).insert(…)` on a model with a `tableName` (reference §9.2); what follows are Knex' methods. */
export const objection: ClientAdapter = { name: "knex", links: new Set(["query"]), read: readObjection };

function readObjection(view: CallView, linked: Linked): Reading | null {
  const index = view.links.findIndex((link) => link.name === "query" && link.args !== null);
  const trx = argument(view.links[index]?.args, 0);
  const name = index !== 0 ? null : tableNameOf(view, linked);
  if (name === null) return null;
  const links = linksOf(view, linked).slice(1);
  const write = links.find((link) => link.args !== null && Object.hasOwn(WRITES, link.name));
  const kind = WRITES[write?.name ?? ""] ?? "lookup";
  const verb = (write ?? linkNamed(links, ...ONE))?.name;
  const table = namedTable(view, linked, { client: "knex", kind, operation: `${nameOf(view.root)}.query()${verb === undefined ? "" : `.${verb}()`}`, name, schema: null });
  if (trx !== null) table.draft.receiver = trx;
  readStatement(view, linked, table, links, write);
  return { drafts: [table.draft], effects: rowLocks(view, ["forUpdate", "forNoKeyUpdate", "forShare"]) };
}

/** The model's `static tableName`, a getter too, its own or of a class that it extends; null: it is no model. */
function tableNameOf(view: CallView, linked: Linked): Evaluated | null {
  let model: Evaluated | null = view.root.kind === "name" || view.root.kind === "local" ? evaluate(linked.program, view.path, view.root) : null;
  for (let depth = 0; depth < 4 && model?.kind === "declaration"; depth++) {
    const named = memberOf(linked.program, model, "tableName");
    const value = named.kind === "function" ? returnOf(linked.program, named) : named;
    if (value?.kind === "string") return value;
    const base: Expression | null = model.declaration.class?.extends ?? null;
    model = base === null ? null : evaluate(linked.program, model.path, base);
  }
  return null;
}

function readStatement(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[], write: ChainLink | undefined): void {
  const { draft } = table;
  if (draft.kind === "insert" || draft.kind === "update") {
    const values = write?.args?.[write.name.endsWith("ById") ? 1 : 0];
    const rows = values === undefined ? null : rowsOf(linked, values, table.nameOf, view.fact.at);
    if (rows !== null) Object.assign(draft, { columns: rows.columns?.map(settled) ?? null, columnsComplete: rows.complete && !/Graph/.test(write?.name ?? ""), rows: rows.rows });
  }
  const first = linkNamed(links, ...ONE) !== undefined;
  // A graph whose root has an id is there already: Objection answers NotFoundError where it is not, but for `insertMissing`.
  if (write?.name.startsWith("upsertGraph") === true && !mayInsertMissing(write.args?.[1]) && draft.columns?.some(({ column }) => isPrimary(table, column)) === true) draft.kind = "update";
  if (draft.kind === "insert") {
    draft.conflict = readConflict(view, linked, table, links, perhapsOf(view, linked));
    if (draft.conflict !== null) draft.kind = "upsert";
    // Objection always asks for the row's id, and answers with the model that it was given: without an id where there is no row.
    const returning = returningOf(view.fact, true);
    draft.returning = returning === "used-unchecked" && view.fact.rowFieldTested === true ? "checked" : returning;
    return;
  }
  const scope = { linked, columnOf: table.columnOf };
  setCondition(draft, allOf([conditionOf(scope, links.map((link) => (link.name === "findOne" ? { ...link, name: "where" } : link))), ...links.map((link) => byId(table, link))]));
  if (perhapsOf(view, linked).length > 0) draft.matchRest.push("…");
  if (draft.kind !== "lookup") return;
  if (first) draft.row = true;
  if (view.names.has("orderBy")) draft.ordered = true;
  draft.lookup = view.names.has("resultSize") || view.names.has("count") ? "count" : first || takesFirstRow(view, linked.program.facts(view.path)?.code) ? "one" : "many";
}

function mayInsertMissing(options: Evaluated | undefined): boolean {
  return options !== undefined && (options.kind !== "object" || !options.complete || options.entries.has("insertMissing"));
}

function isPrimary({ table }: NamedTable, column: string): boolean {
  return table?.keys.some((key) => key.kind === "primary" && key.parts.length === 1 && key.parts[0]?.kind === "column" && key.parts[0].column === column) === true;
}

/** `findById(id)` compares the primary key. */
function byId({ table }: NamedTable, link: ChainLink): Condition {
  const [value] = link.args ?? [];
  if (value === undefined || !BY_ID.includes(link.name)) return { match: [], rest: [] };
  const primary = table?.keys.find((key) => key.kind === "primary")?.parts ?? [];
  const [only] = primary;
  if (primary.length !== 1 || only?.kind !== "column") return { match: [], rest: ["primary key"] };
  return { match: [{ column: only.column, at: value.at, source: value, value: null }], rest: [] };
}
