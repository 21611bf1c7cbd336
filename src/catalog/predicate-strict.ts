import type { Expr } from "pgsql-ast-parser";
import { columnsOf } from "./predicate-tree.ts";
import type { Answer } from "./predicate-equal.ts";
import { textOf } from "./predicate-types.ts";

const strictOperators = /^(=|!=|<|<=|>|>=|\+|-|\*|\/|%|\^|\|\||LIKE|ILIKE|NOT LIKE|NOT ILIKE|~|~\*|!~|!~\*|@>|<@|->|->>|#>|#>>|&&|\?|\?\||\?&|AT TIME ZONE)$/;
const strictFunctions = /^(lower|upper|initcap|btrim|ltrim|rtrim|length|char_length|octet_length|abs|md5|date_trunc|date_part|substr|substring|replace|regexp_replace|left|right|round|floor|ceil|cardinality|jsonb_array_length|jsonb_typeof|encode|digest|split_part|to_char|array_length|jsonb_exists|sha256)$/;
const nonStrict = /^(coalesce|nullif|greatest|least|concat|concat_ws|format|row|num_nulls|num_nonnulls|jsonb_build_object|jsonb_build_array)$/;

/**
 * Is `clause` NULL (or, at the top, false) whenever the expression with this canonical text is: `clause_is_strict_for`? It looks into strict
 * operators, functions and casts at any depth, and into nothing else: not into NOT, IS, COALESCE or CASE.
 */
export function isStrictFor(clause: Expr, text: string): Answer {
  return strictness(clause, text, columnsOfText(text), true);
}

function isFilledArray(e: Expr): boolean {
  return e.type === "array" && e.expressions.length > 0;
}

function columnsOfText(text: string): (e: Expr) => boolean {
  const plain = text.replaceAll('"', "");
  return (e) => columnsOf(e).some((column) => plain.includes(column));
}

const rank = { no: 0, unknown: 1, yes: 2 } as const;

function strictness(e: Expr, text: string, reads: (e: Expr) => boolean, top: boolean): Answer {
  if (textOf(e) === text) return "yes";
  if (!reads(e)) return "no";
  const into = (operands: readonly Expr[]): Answer => operands.map((one) => strictness(one, text, reads, false)).reduce<Answer>((a, b) => (rank[a] >= rank[b] ? a : b), "no");
  switch (e.type) {
    case "cast":
    case "member":
      return into([e.operand]);
    case "extract":
      return into([e.from]);
    case "unary":
      return e.op === "-" || e.op === "+" ? into([e.operand]) : "no";
    case "binary": {
      if (!strictOperators.test(e.op)) return "no";
      const { right } = e;
      if (right.type !== "call" || (right.function.name !== "any" && right.function.name !== "all")) return into([e.left, right]);
      if (right.args.every(isFilledArray)) return into([e.left, ...right.args]);
      // `x = ANY (array)` is false for an empty array, `x = ALL (array)` true; the array itself is strict in both.
      return top && right.function.name === "any" ? into([e.left, ...right.args]) : into(right.args);
    }
    case "call":
      if (e.function.schema === undefined && strictFunctions.test(e.function.name)) return into(e.args);
      return nonStrict.test(e.function.name) || e.function.name.startsWith("__is_") ? "no" : "unknown";
    case "case":
    case "ref":
      return "no";
    default:
      return "unknown";
  }
}
