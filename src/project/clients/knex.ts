import { callChain, type ChainLink } from "../chains.ts";
import { asString, asStrings, evaluate } from "../evaluate.ts";
import { lastName, nameOf } from "../expressions.ts";
import type { Evaluated, Program } from "../program.ts";
import { argument, EMPTY, type CallView, type ClientAdapter, type Draft, type Linked, type Reading } from "./adapter.ts";
import { helperLinks, isSubquery, isWithQuery, linkNamed, linksOf, perhapsOf, rowLocks, setCondition } from "./builder-links.ts";
import { namedTable, type NamedTable } from "./builder-table.ts";
import { conditionOf } from "./knex-conditions.ts";
import { readConflict, settled } from "./knex-conflict.ts";
import { returningOf, takesFirstRow } from "./row-use.ts";
import { rowsOf } from "./rows.ts";

const WRITES: Record<string, Draft["kind"]> = { insert: "insert", batchInsert: "insert", update: "update", increment: "update", decrement: "update", del: "delete", delete: "delete" };
const AGGREGATES: Record<string, "count" | "max"> = { count: "count", countDistinct: "count", max: "max", min: "max" };
const ASKS = ["select", "first", "where", "andWhere", "whereIn", "whereNull", "whereNot", "whereRaw", "columns", "column", "pluck", "join", "innerJoin", "leftJoin", "orderBy", "limit", "forUpdate"];
const NAMES_TABLE = new Set(["from", "into", "table"]);
/** What a Knex client is asked besides for a table. */
const NO_TABLE = new Set([...Object.keys(WRITES), ...Object.keys(AGGREGATES), ...ASKS, "raw", "ref", "with", "withRecursive", "withSchema", "transaction", "queryBuilder", "schema", "fn", "distinct", "on", "once", "query", "then", "catch"]);

/** Knex: `knex("t").insert(…)`, `knex.from("t")`, `trx.insert(…).into("t")` (reference §9.2). */
export const knex: ClientAdapter = { name: "knex", links: new Set([...Object.keys(WRITES), ...Object.keys(AGGREGATES), ...ASKS, "onConflict"]), read: readKnex };

function readKnex(view: CallView, linked: Linked): Reading | null {
  if (!usesKnex(linked.program) || !Object.keys(WRITES).concat(Object.keys(AGGREGATES), ASKS).some((name) => view.names.has(name))) return null;
  const found = tableStart(view, linked);
  if (found === null) return null;
  const { links, start } = found;
  const write = links.find((link) => link.args !== null && Object.hasOwn(WRITES, link.name));
  const kind = WRITES[write?.name ?? ""] ?? "lookup";
  const { name, alias } = aliased(start.args?.[0]);
  if (isWithQuery(view, linked, asString(name)) || isSubquery(name)) return EMPTY;
  const schema = asString(linkNamed(links, "withSchema")?.args?.[0]);
  const verb = write?.name ?? links.find((link) => link.name === "first")?.name ?? "select";
  const table = namedTable(view, linked, { client: "knex", kind, operation: `${nameOf(view.root)}(…).${verb}()`, name, alias, schema });
  if (table.draft.table === null && !isKnex(view, linked)) return null;
  readStatement(view, linked, table, links, write);
  return { drafts: [table.draft], effects: rowLocks(view, ["forUpdate", "forNoKeyUpdate", "forShare"]) };
}

/** The link that names the table: `from("t")`, `into("t")`, or a call of the client itself. What a helper returns stands in front. */
function tableStart(view: CallView, linked: Linked): { links: ChainLink[]; start: ChainLink } | null {
  const first = view.links.find((link) => link.args !== null);
  const isNamed = view.links.some((link) => NAMES_TABLE.has(link.name) && link.args !== null && link.args.length > 0) || first?.name === "batchInsert";
  const isCalled = first !== undefined && first.args?.length === 1 && !NO_TABLE.has(first.name) && !NAMES_TABLE.has(first.name) && !first.new;
  if (!isNamed && !isCalled && (first === undefined || first.args?.length !== 0 || NO_TABLE.has(first.name))) return null;
  if (isForeign(view, linked)) return null;
  const own = linksOf(view, linked);
  const isWritten = isNamed || (isCalled && asString(own.find((link) => link.args !== null)?.args?.[0]) !== null);
  const links = isWritten ? own : [...helperLinks(view, linked), ...own];
  const called = links.find((link) => link.args !== null);
  const start = links.find((link) => (NAMES_TABLE.has(link.name) || link.name === "batchInsert") && (link.args?.length ?? 0) > 0) ?? (called?.args?.length === 1 && !NO_TABLE.has(called.name) ? called : undefined);
  const [given] = start?.args ?? [];
  return start === undefined || given === undefined || given.kind === "function" || given.kind === "number" || given.kind === "array" ? null : { links, start };
}

/** `knex({ u: "users" })`. */
function aliased(value: Evaluated | undefined): { name: Evaluated | null; alias: string | null } {
  const [only, ...others] = value?.kind === "object" && value.complete ? [...value.entries] : [];
  if (only !== undefined && others.length === 0) return { name: only[1], alias: only[0] };
  return { name: value ?? null, alias: null };
}

const uses = new WeakMap<Program, boolean>();

function usesKnex(program: Program): boolean {
  let found = uses.get(program);
  if (found === undefined) uses.set(program, (found = program.input.packages.some(({ versions }) => versions["knex"] !== undefined || versions["objection"] !== undefined)));
  return found;
}

/** Another library's value, or a global: `Array.from(…)`, `_("users").first()`. */
function isForeign(view: CallView, linked: Linked): boolean {
  if (view.root.kind !== "name") return view.root.kind !== "local" && view.root.kind !== "this";
  const { root } = callChain(evaluate(linked.program, view.path, view.root));
  return root.kind === "external" && !/knex|objection/.test(root.package) && !/knex|^db$|^trx$/i.test(root.name);
}

/** Is it surely Knex, though its table is not known? By its name, or its type as written. */
function isKnex(view: CallView, linked: Linked): boolean {
  const before = view.links.findIndex((link) => link.args !== null);
  const held = [lastName(view.root), ...view.links.slice(0, before + 1).map((link) => link.name)];
  if (held.some((name) => /knex|^(?:trx|db)$/i.test(name))) return true;
  const code = linked.program.facts(view.path)?.code;
  const { root } = view;
  const local = root.kind === "local" ? code?.locals[root.local] : undefined;
  const type = code?.functions[local?.function ?? -1]?.parameters.find((item) => root.kind === "local" && item.local === root.local)?.typeText ?? "";
  return /\bKnex\b/.test(type);
}

function readStatement(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[], write: ChainLink | undefined): void {
  const { draft } = table;
  const transacting = argument(view.links.find((link) => link.name === "transacting")?.args, 0);
  if (transacting !== null) draft.receiver = transacting;
  const scope = { linked, columnOf: table.columnOf };
  if (draft.kind === "insert") return readInsert(view, linked, table, links, write);
  if (draft.kind === "update") readUpdate(view, linked, table, write);
  setCondition(draft, conditionOf(scope, links));
  const perhaps = perhapsOf(view, linked).map((each) => conditionOf(scope, each));
  if (perhaps.some(({ match, rest }) => match.length > 0 || rest.length > 0)) draft.matchRest.push("…");
  if (draft.kind !== "lookup") return readReturning(view, linked, draft, links, write);
  if (view.names.has("orderBy")) draft.ordered = true;
  if (linkNamed(links, "first") !== undefined) draft.row = true;
  const aggregate = links.find((link) => link.args !== null && Object.hasOwn(AGGREGATES, link.name));
  draft.lookup = AGGREGATES[aggregate?.name ?? ""] ?? (isOneRow(view, linked, links) ? "one" : "many");
}

function isOneRow(view: CallView, linked: Linked, links: ChainLink[]): boolean {
  const [limit] = linkNamed(links, "limit")?.args ?? [];
  return linkNamed(links, "first") !== undefined || (limit?.kind === "number" && limit.value === 1) || takesFirstRow(view, linked.program.facts(view.path)?.code);
}

function readInsert(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[], write: ChainLink | undefined): void {
  const { draft } = table;
  const isBatch = write?.name === "batchInsert";
  const values = write?.args?.[isBatch ? 1 : 0];
  if (values !== undefined) {
    const rows = rowsOf(linked, values, table.nameOf, view.fact.at);
    Object.assign(draft, { columns: rows.columns?.map(settled) ?? null, columnsComplete: rows.complete, rows: isBatch ? "many" : rows.rows });
  }
  draft.conflict = readConflict(view, linked, table, links, perhapsOf(view, linked));
  if (draft.conflict !== null) draft.kind = "upsert";
  readReturning(view, linked, draft, links, write);
}

function readUpdate(view: CallView, linked: Linked, table: NamedTable, write: ChainLink | undefined): void {
  const { draft } = table;
  const [first, second] = write?.args ?? [];
  const names = write?.name === "update" && second === undefined ? null : asStrings(first);
  if (names !== null && write !== undefined) {
    draft.columns = names.map((name) => ({ column: table.nameOf(name), at: write.at, source: write.name === "update" ? (second ?? null) : null, value: { text: "", origin: "computed", nullable: null } }));
    draft.columnsComplete = true;
  } else if (first !== undefined) {
    const rows = rowsOf(linked, first, table.nameOf, view.fact.at);
    Object.assign(draft, { columns: rows.columns?.map(settled) ?? null, columnsComplete: rows.complete });
  }
}

/** `.returning("id")`, `.insert(row, "id")`. */
function readReturning(view: CallView, linked: Linked, draft: Draft, links: ChainLink[], write: ChainLink | undefined): void {
  const second = write?.name === "insert" || write?.name === "update" ? write.args?.[1] : undefined;
  if (linkNamed(links, "returning") === undefined && asStrings(second) === null) return;
  draft.returning = returningOf(view.fact, takesFirstRow(view, linked.program.facts(view.path)?.code));
}
