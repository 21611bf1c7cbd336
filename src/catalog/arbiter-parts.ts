import type { KeyPart, Table } from "../model/catalog.ts";
import { columnOf } from "./tables.ts";

type Answer = "yes" | "no" | "unknown";
type ColumnPart = Extract<KeyPart, { kind: "column" }>;
type ExpressionPart = Extract<KeyPart, { kind: "expression" }>;

/**
 * Are the parts of a key those that a conflict target names (`infer_arbiter_indexes` in src/backend/optimizer/util/plancat.c)? Columns as a set;
 * expressions as sets; collation and operator class only where the target names them (reference §2.1, steps 3–6).
 */
export function matchParts(table: Table, key: readonly KeyPart[], target: readonly KeyPart[]): Answer {
  const [own, named] = [columnsOf(key), columnsOf(target)];
  if (own.size !== named.size || [...named].some((column) => !own.has(column))) return "no";
  const expressions = matchExpressions(key.filter(isExpression), target.filter(isExpression));
  return target.map((part) => matchDetails(table, key, part)).reduce(worse, expressions);
}

function columnsOf(parts: readonly KeyPart[]): Set<string> {
  return new Set(parts.filter(isColumn).map((part) => part.column));
}

function isColumn(part: KeyPart): part is ColumnPart {
  return part.kind === "column";
}

function isExpression(part: KeyPart): part is ExpressionPart {
  return part.kind === "expression";
}

const rank = { no: 0, unknown: 1, yes: 2 } as const;

function worse(a: Answer, b: Answer): Answer {
  return rank[a] <= rank[b] ? a : b;
}

/** Each of one side must have an equal on the other. */
function matchExpressions(key: ExpressionPart[], target: ExpressionPart[]): Answer {
  const found = (one: ExpressionPart, among: ExpressionPart[]): Answer =>
    among.map((other) => sameExpression(one, other)).reduce<Answer>((a, b) => (rank[a] >= rank[b] ? a : b), "no");
  return [...key.map((one) => found(one, target)), ...target.map((one) => found(one, key))].reduce(worse, "yes");
}

/** Two canonical texts that differ may still be one tree to Postgres, but not when they read other columns or call another function. */
function sameExpression(a: ExpressionPart, b: ExpressionPart): Answer {
  // A bind parameter is folded only while the plan is made for its value (reference §2.4).
  if (a.expression === b.expression) return /\$\d/.test(a.expression) ? "unknown" : "yes";
  const read = new Set(b.columns);
  const known = a.columns.length > 0 && b.columns.length > 0;
  if (known && (a.columns.some((column) => !read.has(column)) || b.columns.some((column) => !a.columns.includes(column)))) return "no";
  const [f, g] = [outerFunction(a.expression), outerFunction(b.expression)];
  return f !== null && g !== null && f !== g ? "no" : "unknown";
}

/** `lower` of `lower(email)`: only where the whole text is one call. */
function outerFunction(text: string): string | null {
  return /^([a-z_][a-z0-9_]*)\([^()]*\)$/.exec(text)?.[1] ?? null;
}

/** `infer_collation_opclass_match`: some part of the key has what the target's part names. */
function matchDetails(table: Table, key: readonly KeyPart[], target: KeyPart): Answer {
  const peers = key.filter((part) => sameThing(part, target));
  const opclass = target.opclass === null ? "yes" : bestOf(peers.map((part) => sameOpclass(table, part, target.opclass ?? "")));
  const collation = target.collation === null ? "yes" : bestOf(peers.map((part) => sameCollation(part.collation, target.collation ?? "")));
  return worse(opclass, collation);
}

function bestOf(answers: Answer[]): Answer {
  return answers.reduce((a, b) => (rank[a] >= rank[b] ? a : b), "no");
}

function sameThing(a: KeyPart, b: KeyPart): boolean {
  if (a.kind === "column") return b.kind === "column" && a.column === b.column;
  return b.kind === "expression" && a.expression === b.expression;
}

/** What is not named is the default one: of the column's type, where that is known. */
function sameOpclass(table: Table, part: KeyPart, named: string): Answer {
  const own = part.opclass ?? (part.kind === "column" ? defaultOpclass(columnOf(table, part.column)?.type ?? null) : null);
  if (own === null) return "unknown";
  return family(own) === family(named) ? "yes" : "no";
}

/** varchar_ops is text_ops under another name. */
function family(opclass: string): string {
  const plain = opclass.toLowerCase().replace(/^pg_catalog\./, "");
  return plain.replace(/^varchar_/, "text_");
}

function defaultOpclass(type: string | null): string | null {
  const plain = type?.replace(/\(.*$/, "").trim() ?? "";
  if (/^(text|varchar|character varying)$/.test(plain)) return "text_ops";
  if (/^(integer|int|int4|serial)$/.test(plain)) return "int4_ops";
  if (/^(bigint|int8|bigserial)$/.test(plain)) return "int8_ops";
  return plain === "uuid" ? "uuid_ops" : null;
}

function sameCollation(own: string | null, named: string): Answer {
  const plain = (name: string): string => name.replace(/^pg_catalog\./, "").replaceAll('"', "");
  if (own === null) return plain(named) === "default" ? "yes" : "unknown";
  return plain(own) === plain(named) ? "yes" : "no";
}
