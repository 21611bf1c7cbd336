import { callChain, type ChainLink } from "../chains.ts";
import { asString, asStrings, returnOf } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import { handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { EMPTY, type CallView, type ClientAdapter, type Condition, type Draft, type Linked, type Reading } from "./adapter.ts";
import { allOf, helperLinks, isWithQuery, linkNamed, linksOf, perhapsOf, rowLocks, setCondition } from "./builder-links.ts";
import { namedTable, type NamedTable } from "./builder-table.ts";
import { whereOf } from "./kysely-conditions.ts";
import { readConflict, settled } from "./kysely-conflict.ts";
import { insistsOnRow, returningOf, takesFirstRow } from "./row-use.ts";
import { rowsOf } from "./rows.ts";

const STARTS: Record<string, Draft["kind"]> = { insertInto: "insert", replaceInto: "insert", updateTable: "update", deleteFrom: "delete", selectFrom: "lookup" };

/** Kysely: `db.insertInto("t").values(…)` (reference §8.2, §8.3); no other library calls its methods so. */
export const kysely: ClientAdapter = { name: "kysely", links: new Set(Object.keys(STARTS)), read: readKysely };

function readKysely(view: CallView, linked: Linked): Reading | null {
  const index = view.links.findIndex((link) => link.args !== null && Object.hasOwn(STARTS, link.name));
  if (index < 0) return null;
  const links = linksOf(view, linked);
  const start = links[index];
  const [named, ...others] = tablesIn(start?.args?.[0]);
  if (start === undefined || named === undefined || isWithQuery(view, linked, asString(named), index > 0 ? helperLinks(view, linked) : [])) return EMPTY;
  const kind = STARTS[start.name] ?? "lookup";
  const schema = asString(linkNamed(links.slice(0, index), "withSchema")?.args?.[0]);
  const table = namedTable(view, linked, { client: "kysely", kind, operation: `${nameOf(view.root)}.${start.name}(…)`, name: named, schema });
  const after = links.slice(index + 1);
  if (others.length > 0) table.draft.matchRest.push("several tables");
  if (kind === "insert") readInsert(view, linked, table, after);
  else readFiltered(view, linked, table, after);
  return { drafts: [table.draft], effects: rowLocks(view, ["forUpdate", "forNoKeyUpdate", "forShare"]) };
}

/** `selectFrom(["a", "b"])`. What is a query itself is no table. */
function tablesIn(value: Evaluated | undefined): Evaluated[] {
  const all = value === undefined ? [] : value.kind === "array" ? value.items : [value];
  return all.filter((each) => each.kind !== "function" && !(each.kind === "call" && !callChain(each).links.some(({ name }) => name === "dynamic")));
}

function readInsert(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[]): void {
  const { draft } = table;
  const values = calledWith(linked, linkNamed(links, "values"));
  const columns = asStrings(linkNamed(links, "columns")?.args?.[0]);
  if (values !== null) {
    const rows = rowsOf(linked, values, table.nameOf, view.fact.at);
    Object.assign(draft, { columns: rows.columns?.map(settled) ?? null, columnsComplete: rows.complete, rows: rows.rows });
  } else if (linkNamed(links, "expression") !== undefined) {
    draft.rows = "many";
    draft.columns = columns?.map((column) => ({ column: table.nameOf(column), at: draft.at, source: null, value: { text: "", origin: "query", nullable: null } })) ?? null;
    draft.columnsComplete = columns !== null;
  }
  readTarget(view, linked, table, links);
  readReturning(view, linked, draft, links);
}

function readTarget(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[]): void {
  const { draft } = table;
  const link = linkNamed(links, "onConflict");
  const anyKey = linkNamed(links, "ignore", "orIgnore", "onDuplicateKeyUpdate");
  if (link !== undefined) draft.conflict = readConflict(view, linked, table, link);
  else if (anyKey !== undefined) {
    const isUpdate = anyKey.name === "onDuplicateKeyUpdate";
    draft.conflict = { action: isUpdate ? "update" : "nothing", target: { by: "none" }, prepared: false, sets: isUpdate ? null : [], setWhere: false, native: "yes", reasons: [], at: anyKey.at };
  }
  if (draft.conflict !== null) draft.kind = "upsert";
}

/** The value of an argument, or what the function that it is returns. */
function calledWith(linked: Linked, link: ChainLink | undefined): Evaluated | null {
  const [value] = link?.args ?? [];
  if (value?.kind !== "function") return value ?? null;
  return returnOf(linked.program, value, [handleOf("expressions", value.at)]);
}

function readFiltered(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[]): void {
  const { draft } = table;
  if (takesOne(links)) draft.row = true;
  const set = draft.kind === "update" ? linkNamed(links, "set") : undefined;
  const values = set?.args?.length === 2 ? null : calledWith(linked, set);
  if (values !== null) {
    const rows = rowsOf(linked, values, table.nameOf, view.fact.at);
    Object.assign(draft, { columns: rows.columns?.map(settled) ?? null, columnsComplete: rows.complete });
  }
  setCondition(draft, allOf([...links.map((link) => narrowed(linked, table, link)), ...perhapsOf(view, linked).flat().map((link) => perhapsNarrowed(link))]));
  if (draft.kind !== "lookup") return readReturning(view, linked, draft, links);
  if (view.names.has("orderBy")) draft.ordered = true;
  draft.lookup = aggregateOf(linked, links) ?? (isOneRow(view, linked, links) ? "one" : "many");
}

/** What one link of a statement asks of its rows. */
function narrowed(linked: Linked, table: NamedTable, link: ChainLink): Condition {
  if (link.name === "where") return whereOf({ linked, columnOf: table.columnOf }, link.args ?? []);
  return { match: [], rest: /^(?:where|having)\w+|^(?:inner|left|right|full|cross)(?:Lateral)?Join|^from$|^using$|^\$if$|^\$call$|^having$/.test(link.name) ? [link.name] : [] };
}

function perhapsNarrowed(link: ChainLink): Condition {
  return { match: [], rest: /^(?:where|having|\$)|Join$/.test(link.name) ? ["…"] : [] };
}

function takesOne(links: ChainLink[]): boolean {
  return links.some((link) => link.name.startsWith("executeTakeFirst"));
}

function isOneRow(view: CallView, linked: Linked, links: ChainLink[]): boolean {
  const [limit] = linkNamed(links, "limit")?.args ?? [];
  if (limit?.kind === "number" && limit.value === 1) return true;
  return takesOne(links) || takesFirstRow(view, linked.program.facts(view.path)?.code);
}

/** `select((eb) => eb.fn.countAll().as("n"))`, `select(db.fn.max("n").as("n"))`, `select(sql`count(*)`.as("n"))`. */
function aggregateOf(linked: Linked, links: ChainLink[]): "count" | "max" | null {
  const selected = calledWith(linked, linkNamed(links, "select"));
  const [only, ...others] = selected?.kind === "array" ? selected.items : selected === null ? [] : [selected];
  return only === undefined || others.length > 0 ? null : aggregateName(only);
}

function aggregateName(value: Evaluated): "count" | "max" | null {
  let at = value;
  while (at.kind === "call" || at.kind === "member") {
    if (at.kind === "member" && (at.name === "count" || at.name === "countAll")) return "count";
    if (at.kind === "member" && at.name === "max") return "max";
    at = at.kind === "call" ? at.callee : at.of;
  }
  const text = at.kind === "template" ? at.quasis.join(" ").trim().toLowerCase() : "";
  return text.startsWith("count(") ? "count" : /^(?:coalesce\s*\(\s*)?max\s*\(/.test(text) ? "max" : null;
}

function readReturning(view: CallView, linked: Linked, draft: Draft, links: ChainLink[]): void {
  if (!links.some((link) => link.name.startsWith("returning") || link.name === "output")) return;
  const first = takesOne(links) || takesFirstRow(view, linked.program.facts(view.path)?.code);
  draft.returning = links.some((link) => link.name === "executeTakeFirstOrThrow") && insistsOnRow(view.fact) ? "used-unchecked" : returningOf(view.fact, first);
}
