import type { Predicate } from "../../model/catalog.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { callChain } from "../chains.ts";
import { entryOf, evaluateName, returnOf } from "../evaluate.ts";
import { expressionAt, unspread } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import { renderSql, type NameOf } from "../schema/drizzle-sql.ts";
import type { TableBinding } from "../schema/bindings.ts";
import { valueText } from "../value-text.ts";
import type { Condition, Linked } from "./adapter.ts";

/** What a Drizzle condition compares for equality: `eq(t.c, v)` within `and(…)`, `inArray` of one element, 1.0's object form (reference §4.6). */
export function conditionOf(linked: Linked, table: TableBinding, value: Evaluated): Condition {
  if (value.kind === "undefined") return { match: [], rest: [] };
  if (value.kind === "object") return objectCondition(linked, table, value);
  if (value.kind === "function") {
    const own = evaluateName(linked.program, table.path, table.name);
    const returned = returnOf(linked.program, value, [own, { kind: "external", at: value.at, package: "drizzle-orm", subpath: "", name: "*" }]);
    return returned === null ? other(linked, value) : conditionOf(linked, table, returned);
  }
  const call = builderCall(value);
  if (call === null) return other(linked, value);
  if (call.name === "and") {
    const all = call.args.map((arg) => conditionOf(linked, table, arg));
    const rest = all.flatMap((each) => each.rest);
    return { match: all.flatMap((each) => each.match), rest: call.complete && !hasSpread(linked, value) ? rest : [...rest, "…"] };
  }
  return equality(linked, table, call, value) ?? other(linked, value);
}

function equality(linked: Linked, table: TableBinding, call: { name: string; args: Evaluated[] }, value: Evaluated): Condition | null {
  const [left, right] = call.args;
  if (left === undefined || right === undefined) return null;
  const single = call.name === "inArray" && right.kind === "array" && right.complete && right.items.length === 1 ? right.items[0] : undefined;
  if (call.name !== "eq" && single === undefined) return null;
  const [own, against] = columnIn(linked, table, left) !== null ? [left, single ?? right] : [right, left];
  const column = columnIn(linked, table, own);
  // A comparison with another table's column joins; it does not name a row.
  if (column === null || linked.tables.columnOf(against) !== null) return null;
  return { match: [{ column, at: value.at, source: against, value: null }], rest: [] };
}

function columnIn(linked: Linked, table: TableBinding, value: Evaluated): string | null {
  const bound = linked.tables.columnOf(value);
  return bound !== null && bound.table.table === table.table && bound.table.database === table.database ? bound.column : null;
}

/** `{ id: 1, OR: […], RAW: … }` of 1.0; also a look-up's `columns` never comes here. */
function objectCondition(linked: Linked, table: TableBinding, value: Extract<Evaluated, { kind: "object" }>): Condition {
  const out: Condition = { match: [], rest: value.complete ? [] : ["…"] };
  for (const [key, item] of value.entries) {
    if (item.kind === "undefined") continue;
    const column = table.columns.get(key);
    const against = item.kind === "object" ? (item.entries.size === 1 ? entryOf(item, "eq") : undefined) : item;
    if (key === "AND" && item.kind === "array") {
      for (const each of item.items) {
        const inner = conditionOf(linked, table, each);
        out.match.push(...inner.match);
        out.rest.push(...inner.rest);
      }
    } else if (column !== undefined && against !== undefined) out.match.push({ column, at: item.at, source: against, value: null });
    else out.rest.push(`${key}: ${valueText(linked.program, item)}`);
  }
  return out;
}

/** `eq(…)` of drizzle-orm as a name with its arguments; null: something else. */
export function builderCall(value: Evaluated): { name: string; args: Evaluated[]; complete: boolean } | null {
  if (value.kind !== "call" || value.callee.kind !== "external" || !value.callee.package.startsWith("drizzle-orm")) return null;
  return { name: value.callee.name, args: value.args, complete: value.complete };
}

function hasSpread(linked: Linked, value: Evaluated): boolean {
  const code = linked.program.facts(value.at.path)?.code;
  const expression = code == null ? null : expressionAt(code, value.at.start, value.at.end);
  // `and(...conditions)`: the list may have grown since it was written down.
  return expression?.kind === "call" && expression.args.some((arg) => arg.kind === "spread" && unspread(arg).kind !== "array");
}

function other(linked: Linked, value: Evaluated): Condition {
  const sql = renderSql(value, namesOf(linked));
  return { match: [], rest: [sql === null ? valueText(linked.program, value) : canonicalPredicate(sql).text] };
}

export function namesOf(linked: Linked): NameOf {
  return {
    column: (value) => linked.tables.columnOf(value)?.column ?? null,
    tableName: (value) => linked.tables.tableOf(value)?.table.split(".").at(-1) ?? null,
  };
}

/** `targetWhere` and DO NOTHING's `where` as a predicate; null: not known. What is no literal is a bind parameter. */
export function predicateOf(linked: Linked, value: Evaluated): Predicate | null {
  const names = namesOf(linked);
  const whole = renderSql(value, names);
  if (whole !== null) return { ...canonicalPredicate(whole), parameters: bindsValues(linked, value) };
  const bound = renderSql(bindUnknown(linked, value), names);
  return bound === null ? null : { ...canonicalPredicate(bound.replaceAll("'\u0000'", "$1")), parameters: true };
}

/** Builders send each compared value as a parameter; a template only its holes. */
function bindsValues(linked: Linked, value: Evaluated): boolean {
  const { root, links } = callChain(value);
  if (root.kind === "template") return root.holes.some((hole) => linked.tables.columnOf(hole) === null && hole.kind !== "call" && hole.kind !== "template");
  if (links.length === 0) return value.kind === "string" || value.kind === "number" || value.kind === "boolean";
  return (links[0]?.args ?? []).some((arg) => (arg.kind === "array" ? arg.items.length > 0 : bindsValues(linked, arg)));
}

/** The same condition with a mark in place of every value that is not known. */
function bindUnknown(linked: Linked, value: Evaluated): Evaluated {
  if (linked.tables.columnOf(value) !== null || linked.tables.tableOf(value) !== null) return value;
  const mark: Evaluated = { kind: "string", at: value.at, value: "\u0000" };
  if (value.kind === "template") return { ...value, holes: value.holes.map((hole) => bindUnknown(linked, hole)) };
  if (value.kind === "call") return builderCall(value) === null ? mark : { ...value, args: value.args.map((arg) => bindUnknown(linked, arg)) };
  return value.kind === "parameter" || value.kind === "member" || value.kind === "unknown" ? mark : value;
}
