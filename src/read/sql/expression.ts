import type { Node } from "libpg-query";
import type { KeyPart, Predicate } from "../../model/catalog.ts";
import type { SqlValue } from "../../model/statement.ts";
import { canonicalTree, type CanonicalExpression } from "./canonical.ts";
import { printExpression, quoteIdentifier } from "./canonical-text.ts";
import { convertExpression, type SourcePlace } from "./convert.ts";
import { isFresh } from "./defaults.ts";
import { as, columnOf, lastName, namesOf } from "./nodes.ts";
import { closingParenthesis, type Scope } from "./scope.ts";

function placeOf(scope: Scope): SourcePlace {
  return {
    slice: (location) => {
      const start = scope.offset(location);
      return scope.source.text.slice(start, closingParenthesis(scope, start));
    },
    parameter: (location) => scope.source.parameters.get(scope.offset(location)) ?? null,
  };
}

/** Canonical form of a condition in Postgres' tree; the same text as `canonicalPredicate` gives for its source. */
export function canonicalizePredicate(scope: Scope, node: Node): Predicate {
  return canonicalTree(convertExpression(node, placeOf(scope)));
}

/** Canonical form of a value or key expression. */
export function canonicalizeExpression(scope: Scope, node: Node): CanonicalExpression {
  const { text, columns } = canonicalTree(convertExpression(node, placeOf(scope)));
  return { text, columns };
}

/** A part of an index or a conflict target. `((email))` is the column itself, as Postgres has it. */
export function readKeyPart(scope: Scope, node: Node): KeyPart {
  const element = as(node, "IndexElem");
  const opclass = lastName(element?.opclass);
  const named = lastName(element?.collation);
  const inner = as(element?.expr, "CollateClause");
  const collation = named ?? lastName(inner?.collname);
  const of = inner?.arg ?? element?.expr;
  const column = element?.name ?? columnOf(of)?.column;
  if (column !== undefined) return { kind: "column", column, collation, opclass };
  const { text, columns } = of ? canonicalizeExpression(scope, of) : { text: "", columns: [] };
  return { kind: "expression", expression: text, columns, collation, opclass };
}

/** A value that is written or compared. Casts on parameters and literals are gone: `$1::uuid` is `$1`. */
export function readValue(scope: Scope, node: Node | undefined): SqlValue {
  const bare = withoutCasts(node);
  const constant = as(bare, "A_Const");
  if (!bare || constant?.isnull) return { text: "null", kind: "null", name: null };
  if (constant) return { text: printExpression(convertExpression(bare, placeOf(scope))), kind: "literal", name: null };
  if ("SetToDefault" in bare) return { text: "default", kind: "default", name: null };
  const parameter = parameterName(scope, bare);
  if (parameter !== null) return { text: /^\$\d+$/.test(parameter) ? parameter : `@${parameter}`, kind: "parameter", name: parameter };
  const column = columnOf(bare);
  if (column) return readColumnValue(scope, column);
  const { text } = canonicalizeExpression(scope, node ?? bare);
  return { text, kind: isFresh(bare) ? "fresh" : "expression", name: null };
}

function readColumnValue(scope: Scope, { table, column }: { table: string | null; column: string }): SqlValue {
  if (table === "excluded") return { text: `excluded.${quoteIdentifier(column)}`, kind: "excluded", name: column };
  const variable = table === null ? column : `${table}.${column}`;
  if ((table === null && scope.source.variables.has(column)) || (table !== null && scope.source.variables.has(table))) {
    return { text: `@${variable}`, kind: "parameter", name: variable };
  }
  return { text: quoteIdentifier(column), kind: "column", name: null };
}

/** `$n`, or the name of `@name`, `:name`, `sqlc.arg(name)`; null: it is no parameter. */
function parameterName(scope: Scope, node: Node): string | null {
  const parameter = as(node, "ParamRef");
  if (parameter) return scope.source.parameters.get(scope.offset(parameter.location)) ?? `$${parameter.number ?? 0}`;
  const call = as(node, "FuncCall");
  const [schema, name] = namesOf(call?.funcname);
  if (schema !== "sqlc" || !/^(arg|narg|slice)$/.test(name ?? "")) return null;
  const of = call?.args?.[0];
  return as(of, "A_Const")?.sval?.sval ?? columnOf(of)?.column ?? null;
}

export function withoutCasts(node: Node | undefined): Node | undefined {
  const cast = as(node, "TypeCast");
  if (!cast) return node;
  const inner = withoutCasts(cast.arg);
  return inner && ("ParamRef" in inner || "A_Const" in inner || "FuncCall" in inner || "ColumnRef" in inner) ? inner : node;
}
