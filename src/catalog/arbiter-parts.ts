import type { KeyPart, Table } from "../model/catalog.ts";
import { sameExpression, type Answer } from "./predicate-equal.ts";
import { expressionOf } from "./predicate-tree.ts";
import { familyOf, familyOfExpression, typesOf, type TypeOf } from "./predicate-types.ts";
import { columnOf } from "./tables.ts";

type ColumnPart = Extract<KeyPart, { kind: "column" }>;
type ExpressionPart = Extract<KeyPart, { kind: "expression" }>;

/**
 * Are the parts of a key those that a conflict target names (`infer_arbiter_indexes` in src/backend/optimizer/util/plancat.c)? Columns as a set;
 * expressions as sets; collation and operator class only where the target names them (reference §2.1, steps 3–6).
 */
export function matchParts(table: Table, key: readonly KeyPart[], target: readonly KeyPart[]): Answer {
  const [own, named] = [columnsOf(key), columnsOf(target)];
  if (own.size !== named.size || [...named].some((column) => !own.has(column))) return "no";
  const typeOf = typesOf(table);
  const expressions = matchExpressions(key.filter(isExpression), target.filter(isExpression), typeOf);
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
function matchExpressions(key: ExpressionPart[], target: ExpressionPart[], typeOf: TypeOf): Answer {
  const found = (one: ExpressionPart, among: ExpressionPart[]): Answer => bestOf(among.map((other) => sameExpressionText(one, other, typeOf)));
  return [...key.map((one) => found(one, target)), ...target.map((one) => found(one, key))].reduce(worse, "yes");
}

function sameExpressionText(a: ExpressionPart, b: ExpressionPart, typeOf: TypeOf): Answer {
  const [left, right] = [expressionOf(a.expression, typeOf), expressionOf(b.expression, typeOf)];
  return left && right ? sameExpression(left, right, typeOf) : a.expression === b.expression ? "yes" : "unknown";
}

/** `infer_collation_opclass_match`: one and the same part of the key has what the target's part names. */
function matchDetails(table: Table, key: readonly KeyPart[], target: KeyPart): Answer {
  const typeOf = typesOf(table);
  if (target.opclass === null && target.collation === null) return "yes";
  return bestOf(key.filter((part) => sameThing(part, target, typeOf)).map((part) => worse(sameOpclass(part, target.opclass, typeOf), sameCollation(collationOf(table, part), target.collation))));
}

function bestOf(answers: Answer[]): Answer {
  return answers.reduce((a, b) => (rank[a] >= rank[b] ? a : b), "no");
}

function sameThing(a: KeyPart, b: KeyPart, typeOf: TypeOf): boolean {
  if (isColumn(a) || isColumn(b)) return isColumn(a) && isColumn(b) && a.column === b.column;
  return sameExpressionText(a, b, typeOf) === "yes";
}

/** What is not named is the default one: of the column's type, where that is known. */
function sameOpclass(part: KeyPart, named: string | null, typeOf: TypeOf): Answer {
  if (named === null) return "yes";
  const own = part.opclass ?? defaultOpclass(part, typeOf);
  if (own === null) return "unknown";
  return plainOpclass(own) === plainOpclass(named) ? "yes" : "no";
}

/** varchar_ops is text_ops under another name. */
function plainOpclass(opclass: string): string {
  return opclass.toLowerCase().replace(/^pg_catalog\./, "").replace(/^varchar_/, "text_");
}

/** Of btree. Each width of integer and of float has an operator class of its own. */
function defaultOpclass(part: KeyPart, typeOf: TypeOf): string | null {
  const tree = part.kind === "expression" ? expressionOf(part.expression, typeOf) : null;
  const type = part.kind === "column" ? typeOf(part.column) : tree && familyOfExpression(tree, typeOf);
  const family = familyOf(type);
  if (family === "integer" || family === "float") return part.kind === "column" ? (widths[type ?? ""] ?? null) : null;
  return family === null ? null : (classes[family] ?? null);
}

const classes: Record<string, string> = {
  text: "text_ops", bpchar: "bpchar_ops", numeric: "numeric_ops", boolean: "bool_ops", uuid: "uuid_ops", date: "date_ops", timestamp: "timestamp_ops",
  timestamptz: "timestamptz_ops", jsonb: "jsonb_ops", bytea: "bytea_ops", citext: "citext_ops",
};

const widths: Record<string, string> = {
  smallint: "int2_ops", smallserial: "int2_ops", integer: "int4_ops", int: "int4_ops", serial: "int4_ops", bigint: "int8_ops", bigserial: "int8_ops",
  real: "float4_ops", "double precision": "float8_ops",
};

/** What the index says, else its column; null: the database's own, or that of what an expression reads. */
function collationOf(table: Table, part: KeyPart): string | null {
  return part.collation ?? (isColumn(part) ? (columnOf(table, part.column)?.collation ?? null) : null);
}

function sameCollation(own: string | null, named: string | null): Answer {
  if (named === null) return "yes";
  const plain = (name: string): string => name.replace(/^pg_catalog\./, "").replaceAll('"', "");
  if (own === null) return plain(named) === "default" ? "yes" : "unknown";
  return plain(own) === plain(named) ? "yes" : "no";
}
