import { readSqlText } from "../../read/sql/text.ts";
import { isSqlParserReady } from "../../read/sql/parser.ts";
import type { CallFact } from "../../model/facts.ts";
import type { RawLink } from "../chains.ts";
import { evaluate } from "../evaluate.ts";
import { lastName } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import { argument, type CallView, type ClientAdapter, type Linked, type Reading } from "./adapter.ts";
import { isPreparedTag } from "./postgres-js.ts";
import { insistsOnRow, returningOf, takesFirstRow } from "./row-use.ts";
import { draftStatements } from "./sql-drafts.ts";
import { fillPlaces, type Bindings } from "./sql-placeholders.ts";
import { writtenOut } from "./sql-made.ts";
import { buildSql } from "./sql-template.ts";

/** Methods that take SQL as a string (reference §3.3). */
const METHODS = new Set(["query", "execute", "unsafe", "$queryRawUnsafe", "$executeRawUnsafe", "$queryRaw", "$executeRaw", "raw", "one", "oneOrNone", "maybeOne", "none", "any", "many", "exec", "run", "queryRaw", "queryObject", "cancellableQuery", "rawQuery", "runQuery", "executeQuery", "sql"]);
/** pg-promise's, which no other client has with values: `db.one(text, id)`. */
const ONE_VALUE = new Set(["one", "oneOrNone", "none"]);
/** Tags that some clients also call with a text: Neon's `sql("select …", [id])`. */
const TAGS = new Set(["sql"]);
const STATEMENT = /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(?:with|insert|update|delete|select|begin|start\s+transaction|commit|rollback|lock|refresh|set\s+(?:local\s+|session\s+)?transaction)\b/i;

/** SQL in tagged templates and in strings that are given to a client. */
export const rawSql: ClientAdapter = { name: "raw-sql", links: new Set([...METHODS, "`", ""]), read: readRawSql };

function readRawSql(view: CallView, linked: Linked): Reading | null {
  if (!isSqlParserReady()) return null;
  const given = view.root.kind === "template" ? { value: evaluate(linked.program, view.path, view.root), link: null } : stringArgument(view, linked);
  if (given === null || !startsStatement(given.value)) return null;
  const bindings = given.link === null ? NO_BINDINGS : parametersOf(view, linked, given.link);
  const tag = given.value.kind === "template" ? given.value.tag : null;
  const prepared = given.link !== null ? isPreparedByName(view, linked, given.link) : tag !== null && isPreparedTag(linked, tag);
  const reading = readValue(view, linked, given.value, bindings, prepared, given.link?.name === "raw");
  if (reading === null) return null;
  const method = prismaMethod(given.value, given.link);
  if (method !== null) for (const draft of reading.drafts) draft.operation = `${method} ${draft.operation}`;
  const known = reading.drafts.some((draft) => draft.table !== null) || isSqlClient(given.value, given.link);
  return known || reading.effects.length > 0 ? { drafts: known ? reading.drafts : [], effects: reading.effects } : null;
}

function readValue(view: CallView, linked: Linked, value: Evaluated, bindings: Bindings, prepared: boolean, isRaw: boolean): Reading | null {
  const home = { path: view.path, start: view.fact.at.start, end: view.fact.at.end };
  for (const dropUnknown of [false, true]) {
    const piece = buildSql(linked, value, home, bindings.values.length + 1, dropUnknown);
    if (piece === null) return null;
    const filled = fillPlaces(piece, bindings, isRaw);
    const { statements } = readSqlText(filled.text, { path: view.path, map: filled.map });
    if (statements.length === 0) continue;
    const outer = enclosingCall(view, linked);
    const reading = draftStatements(linked, statements, { path: view.path, call: view.index, client: "raw-sql", receiver: receiverOf(view, outer), values: piece.values, partial: piece.partial, partialTarget: piece.partialTarget, many: piece.many, prepared, database: null });
    settleUse(view, linked, outer, reading);
    return reading;
  }
  return null;
}

function startsStatement(value: Evaluated): boolean {
  if (value.kind === "string") return STATEMENT.test(value.value);
  const [first] = value.kind === "template" ? value.holes : [];
  if (value.kind === "template" && first?.kind === "template" && value.quasis[0]?.trim() === "") return startsStatement(first);
  return value.kind === "template" && STATEMENT.test(`${value.quasis.join("x")}`);
}

/** The string (or `{ text, values }`) that a method of a client is given. */
function stringArgument(view: CallView, linked: Linked): { value: Evaluated; link: RawLink } | null {
  const link = view.links.find((each) => each.args !== null && (METHODS.has(each.name) || (each.name === "" && TAGS.has(lastName(view.root)))));
  const expression = argument(link?.args, 0);
  if (link === undefined || expression === null) return null;
  // A tagged template is a call of its own.
  if (expression.kind === "template" && expression.tag !== null) return null;
  if (!["string", "template", "local", "name", "object", "binary", "conditional", "member", "call"].includes(expression.kind)) return null;
  const value = writtenOut(linked.program, evaluate(linked.program, view.path, expression));
  if (value.kind === "template" && value.tag !== null) return null;
  if (value.kind === "object") {
    const text = value.entries.get("text") ?? value.entries.get("sql");
    return text === undefined ? null : { value: writtenOut(linked.program, text), link };
  }
  return { value, link };
}

const NO_BINDINGS: Bindings = { values: [], named: null };

function parametersOf(view: CallView, linked: Linked, link: RawLink): Bindings {
  const first = argument(link.args, 0);
  if (first === null) return NO_BINDINGS;
  const given = evaluate(linked.program, view.path, first);
  const second = argument(link.args, 1);
  if (link.name.startsWith("$") && second !== null) return { ...NO_BINDINGS, values: (link.args ?? []).slice(1).flatMap((item) => (item.kind === "spread" ? [] : [evaluate(linked.program, view.path, item)])) };
  const list = given.kind === "object" ? given.entries.get("values") : second === null ? undefined : evaluate(linked.program, view.path, second);
  if (list?.kind === "array") return { ...NO_BINDINGS, values: list.items };
  if (list?.kind === "object") return { values: [], named: list };
  // pg-promise and Knex take one value as it is; of a variable it is not known whether it is a list.
  const isOne = list !== undefined && given.kind !== "object" && (ONE_VALUE.has(link.name) || list.kind === "string" || list.kind === "number");
  return isOne ? { ...NO_BINDINGS, values: [list] } : NO_BINDINGS;
}

function isPreparedByName(view: CallView, linked: Linked, link: RawLink): boolean {
  const first = argument(link.args, 0);
  const value = first === null ? null : evaluate(linked.program, view.path, first);
  return value?.kind === "object" && value.entries.has("name");
}

/** `$queryRaw`, `$executeRawUnsafe`: the method of a Prisma client that runs it; null: something else does. */
function prismaMethod(value: Evaluated, link: RawLink | null): string | null {
  const tag = value.kind === "template" ? value.tag : null;
  const name = link?.name ?? (tag?.kind === "member" ? tag.name : tag?.kind === "parameter" ? tag.members.at(-1) : undefined);
  return name !== undefined && /^\$(?:query|execute)Raw/.test(name) ? name : null;
}

/** Is it surely SQL for a client, although its table is not known? */
function isSqlClient(value: Evaluated, link: RawLink | null): boolean {
  if (prismaMethod(value, link) !== null) return true;
  if (link !== null) return false;
  const tag = value.kind === "template" ? value.tag : null;
  const root = tag?.kind === "member" ? tag.of : tag;
  return root?.kind === "external" && /^(?:drizzle-orm|@prisma\/client|postgres|slonik|@vercel\/postgres|bun|@neondatabase\/serverless|kysely)/.test(root.package);
}

/** The call that a template is an argument of: `db.execute(sql`…`)` uses its answer. */
function enclosingCall(view: CallView, linked: Linked): { fact: CallFact; index: number } | null {
  if (view.fact.use.kind !== "argument") return null;
  const calls = linked.program.facts(view.path)?.code?.calls ?? [];
  for (let index = view.index - 1; index >= 0 && index > view.index - 50; index--) {
    const fact = calls[index];
    if (fact !== undefined && fact.at.start <= view.fact.at.start && fact.at.end >= view.fact.at.end) return { fact, index };
  }
  return null;
}

function receiverOf(view: CallView, outer: { fact: CallFact } | null): CallView["root"] | null {
  let root = outer === null ? view.root : outer.fact.expression;
  while (root.kind === "call" || root.kind === "member") root = root.kind === "call" ? root.callee : root.of;
  if (root.kind === "template") root = root.tag ?? root;
  while (root.kind === "call" || root.kind === "member") root = root.kind === "call" ? root.callee : root.of;
  return lastName(root) === "sql" && outer === null && root.kind === "name" ? root : root;
}

/** What becomes of the rows, told by the call that runs the statement. */
function settleUse(view: CallView, linked: Linked, outer: { fact: CallFact; index: number } | null, reading: Reading): void {
  const running: CallView = outer === null ? view : { ...view, fact: outer.fact, index: outer.index };
  const code = linked.program.facts(view.path)?.code;
  const first = takesFirstRow(running, code);
  const last = reading.drafts.at(-1);
  if (last === undefined) return;
  if (ONE_ROW.test(lastLink(running.fact))) last.row = true;
  if (last.lookup === "many" && (first || last.row === true)) last.lookup = "one";
  if (last.returning !== "none" && asksForOne(running.fact) && insistsOnRow(running.fact)) last.returning = "used-unchecked";
  else if (last.returning !== "none") last.returning = first || running.fact.use.kind === "ignored" ? returningOf(running.fact, first) : "unknown";
}

/** slonik's and pg-promise's methods that answer with one row or none. */
const ONE_ROW = /^(?:one|maybeOne|oneOrNone)$/;

/** slonik's and pg-promise's `one` throws where there is none. */
function asksForOne(fact: CallFact): boolean {
  return /^one(?:First)?$/.test(lastLink(fact));
}

function lastLink({ expression }: CallFact): string {
  return expression.kind === "call" && expression.callee.kind === "member" ? expression.callee.name : "";
}
