import type { KeyPart } from "../../model/catalog.ts";
import { canonicalExpression } from "../../read/sql/canonical.ts";
import { callChain } from "../chains.ts";
import { asString } from "../evaluated.ts";
import type { Evaluated } from "../program.ts";
import { renderSql, type NameOf } from "./drizzle-sql.ts";

/** `key`: what a default name calls it. */
export type ReadPart = { part: KeyPart; key: string };
/** Drizzle's properties of columns → what names need. */
export type Naming = NameOf & { keyOf(column: string): string };

const ORDER = /\s+(?:asc|desc)?(?:\s*nulls\s+(?:first|last))?\s*$/i;
const PLAIN = /^"((?:[^"]|"")+)"(?:\s+([a-z_]\w*_ops))?$/;

/** An element of `.on(…)`: a column with its modifiers, or an expression; null: not known. */
export function readPart(value: Evaluated, naming: Naming): ReadPart | null {
  const column = naming.column(value);
  if (column !== null) return columnPart(column, null, naming);
  const { root, links } = callChain(value);
  if (root.kind !== "template" && !(root.kind === "external" && links[0]?.name === "raw")) return columnWithModifiers(value, naming);
  return expressionPart(value, naming);
}

function columnPart(column: string, opclass: string | null, naming: Naming): ReadPart {
  return { part: { kind: "column", column, collation: null, opclass }, key: naming.keyOf(column) };
}

const MODIFIERS = new Set(["asc", "desc", "nullsFirst", "nullsLast", "op"]);

/** `t.email.desc().nullsFirst().op("text_pattern_ops")`, peeled from the outside. */
function columnWithModifiers(value: Evaluated, naming: Naming): ReadPart | null {
  let rest = value;
  let opclass: string | null = null;
  for (;;) {
    const column = naming.column(rest);
    if (column !== null) return columnPart(column, opclass, naming);
    if (rest.kind !== "call") return null;
    const { callee } = rest;
    const name = callee.kind === "member" ? callee.name : callee.kind === "parameter" ? callee.members.at(-1) : undefined;
    if (name === undefined || !MODIFIERS.has(name)) return helperCall(rest, naming);
    if (name === "op") opclass = asString(rest.args[0]);
    rest = callee.kind === "member" ? callee.of : callee.kind === "parameter" ? { ...callee, members: callee.members.slice(0, -1) } : callee;
  }
}

/** drizzle-orm's own functions in the place of a column: `desc(t.a)`, `asc(t.a)`. */
function helperCall(value: Extract<Evaluated, { kind: "call" }>, naming: Naming): ReadPart | null {
  const { callee, args } = value;
  const [first] = args;
  const isOrder = callee.kind === "external" && (callee.name === "asc" || callee.name === "desc");
  return isOrder && first !== undefined ? readPart(first, naming) : null;
}

function expressionPart(value: Evaluated, naming: Naming): ReadPart | null {
  const text = renderSql(value, naming)?.replace(ORDER, "");
  if (text === undefined || text === "") return null;
  const plain = PLAIN.exec(text);
  if (plain !== null) return columnPart((plain[1] ?? "").replaceAll('""', '"'), plain[2] ?? null, naming);
  const { text: expression, columns } = canonicalExpression(text);
  return { part: { kind: "expression", expression, columns, collation: null, opclass: null }, key: "expr" };
}
