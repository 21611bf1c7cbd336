import type { KeyPart, Predicate } from "../../model/catalog.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { isSqlParserReady } from "../../read/sql/parser.ts";
import { readSqlText } from "../../read/sql/text.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asString, asStrings, returnOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import { sqlText } from "../migrations/kysely-sql.ts";
import { UNKNOWN_VALUE } from "../migrations/sent.ts";
import { literalOf, quote } from "../migrations/sql-text.ts";
import type { Evaluated } from "../program.ts";
import type { CallView, DraftConflict, DraftWritten, Linked } from "./adapter.ts";
import type { NamedTable } from "./builder-table.ts";
import { referenceOf } from "./kysely-conditions.ts";
import { rowsOf } from "./rows.ts";

type Target = DraftConflict["target"];

/** What `.onConflict((oc) => …)` asks for (reference §8.2). What stands before `doNothing()` and `doUpdateSet()` is the target, what follows is the update's. */
export function readConflict(view: CallView, linked: Linked, table: NamedTable, link: ChainLink): DraftConflict {
  const [given] = link.args ?? [];
  const at = given?.at.path === view.path ? given.at : { path: view.path, start: link.at.start, end: link.at.end };
  const made: DraftConflict = { action: "update", target: { by: "unknown" }, prepared: false, sets: null, setWhere: false, native: "yes", reasons: [], at };
  const returned = given === undefined ? null : returnOf(linked.program, given, [handleOf("conflict", given.at)]);
  const chain = returned === null ? null : callChain(returned);
  const action = chain?.links.findIndex((each) => each.name === "doNothing" || each.name === "doUpdateSet") ?? -1;
  const act = chain?.links[action];
  if (chain === null || act === undefined || handleName(chain.root) === null) return made;
  made.target = targetOf(table, chain.links.slice(0, action));
  if (act.name === "doNothing") return { ...made, action: "nothing", sets: [] };
  made.sets = setsOf(linked, table, act.args?.[0]);
  made.setWhere = chain.links.slice(action + 1).some((each) => each.name.startsWith("where"));
  return made;
}

/** Columns that are asked for one by one add up. */
function targetOf(table: NamedTable, links: ChainLink[]): Target {
  const named = links.find((link) => link.name === "constraint");
  if (named !== undefined) {
    const name = asString(named.args?.[0]);
    return name === null ? { by: "unknown" } : { by: "constraint", name };
  }
  const parts = links.filter((link) => !link.name.startsWith("where")).map((link) => partsOf(table, link));
  const conditions = links.filter((link) => link.name.startsWith("where")).map((link) => conditionOf(table, link));
  if (parts.length === 0) return conditions.length === 0 ? { by: "none" } : { by: "unknown" };
  if (parts.includes(null) || conditions.includes(null)) return { by: "unknown" };
  return { by: "columns", parts: parts.flatMap((each) => each ?? []), where: predicateOf(conditions.flatMap((each) => each ?? [])), selector: null };
}

function partsOf(table: NamedTable, { name, args }: ChainLink): KeyPart[] | null {
  const [first] = args ?? [];
  if (name === "expression") {
    const text = first === undefined ? null : sqlOf(first);
    return text === null || text.includes(UNKNOWN_VALUE) ? null : expressionParts(text);
  }
  const names = name === "column" ? (asString(first) === null ? null : asStrings(first)) : name === "columns" ? asStrings(first) : null;
  return names?.map((each): KeyPart => ({ kind: "column", column: table.nameOf(each.split(".").at(-1) ?? each), collation: null, opclass: null })) ?? null;
}

/** What stands in the brackets of ON CONFLICT: one expression, or several with commas between them. */
function expressionParts(text: string): KeyPart[] | null {
  if (!isSqlParserReady()) return null;
  const { statements } = readSqlText(`insert into t default values on conflict (${text}) do nothing`, { path: "", map: (offset) => offset });
  const target = statements[0]?.queries[0]?.conflict?.target;
  return target?.by === "parts" ? target.parts : null;
}

/** `binds`: values are sent as parameters; NULL and booleans behind IS stand in the text. */
type Clause = { text: string; binds: boolean };

function conditionOf(table: NamedTable, { name, args }: ChainLink): Clause | null {
  const [left, operator, right] = args ?? [];
  if (left === undefined || name !== "where") return null;
  const raw = sqlOf(left);
  if (right === undefined) return raw === null ? null : { text: raw.replaceAll(UNKNOWN_VALUE, "$1"), binds: raw.includes(UNKNOWN_VALUE) || bindsHoles(left) };
  const column = asString(left);
  const sign = asString(operator)?.toLowerCase();
  const subject = column === null ? raw : quote(table.nameOf(column.split(".").at(-1) ?? column));
  if (subject === null || sign === undefined) return null;
  const text = right.kind === "array" ? listText(right) : (literalOf(right) ?? sqlOf(right) ?? "$1");
  const isWord = sign.startsWith("is") && (right.kind === "null" || right.kind === "boolean");
  return text === null ? null : { text: `${subject} ${sign === "==" ? "=" : sign} ${text.replaceAll(UNKNOWN_VALUE, "$1")}`, binds: !isWord && sqlOf(right) === null };
}

function listText(value: Extract<Evaluated, { kind: "array" }>): string | null {
  return value.complete && value.items.length > 0 ? `(${value.items.map((item) => literalOf(item) ?? "$1").join(", ")})` : null;
}

function predicateOf(clauses: Clause[]): Predicate | null {
  if (clauses.length === 0) return null;
  return { ...canonicalPredicate(clauses.map(({ text }) => (clauses.length === 1 ? text : `(${text})`)).join(" and ")), parameters: clauses.some(({ binds }) => binds) };
}

/** Values in a template are bound; names and raw text are not. */
function bindsHoles(value: Evaluated): boolean {
  const { root } = callChain(value);
  return root.kind === "template" && root.holes.some((hole) => hole.kind !== "call" && hole.kind !== "template");
}

/** `sql`…`` as text; null: it is none, or not all of it is known. */
function sqlOf(value: Evaluated): string | null {
  const { root } = callChain(value);
  if (value.kind === "string" || (root.kind !== "template" && referenceOf(value) === null && root.kind !== "external")) return null;
  return sqlText({ home: (at) => at, unread: () => undefined }, root.kind === "template" ? root : value);
}

/** `doUpdateSet({ a: 1 })`, `doUpdateSet((eb) => ({ a: eb.ref("excluded.a") }))`. */
function setsOf(linked: Linked, table: NamedTable, given: Evaluated | undefined): DraftConflict["sets"] {
  const value = given?.kind === "function" ? returnOf(linked.program, given, [handleOf("expressions", given.at)]) : given;
  if (value == null) return null;
  const { columns } = rowsOf(linked, value, table.nameOf, value.at);
  return columns === null || columns.length === 0 ? null : columns.map(settled);
}

/** What a builder's own expression writes. */
export function settled(written: DraftWritten): DraftWritten {
  const reference = written.source === null ? null : referenceOf(written.source);
  if (reference === null) return written;
  return { ...written, source: null, value: { text: reference, origin: reference.startsWith("excluded.") ? "excluded" : "query", nullable: null } };
}
