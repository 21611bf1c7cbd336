import { astVisitor, type Expr, type ExprBinary } from "pgsql-ast-parser";
import type { ComparedCast } from "../../model/catalog.ts";
import { printExpression, printType } from "./canonical-text.ts";
import { hasDeparsedText, normalize } from "./canonical-tree.ts";

/** The comparisons of a tree from which canonical form takes casts to text that only the column's type can say to be idle. */
export function comparedCasts(tree: Expr): ComparedCast[] {
  const found: ComparedCast[] = [];
  const visitor = astVisitor((v) => ({
    // Its names are its own.
    select: () => undefined,
    binary: (b) => {
      found.push(...castsOf(b.left, b.right), ...castsOf(b.right, b.left), ...listCasts(b));
      v.super().binary(b);
    },
  }));
  visitor.expr(tree);
  return found;
}

/** Every cast of a column that stands beside a literal which has a cast to text itself, and that of the literal. */
function castsOf(side: Expr, literal: Expr): ComparedCast[] {
  const [column, ...types] = chainOf(side);
  if (column?.type !== "ref" || !hasDeparsedText(literal)) return [];
  const other = printExpression(normalize(literal));
  return [...types.flatMap((one) => (one.type === "cast" ? printType(one.to) : [])), typeOfLiteral(literal)].map((type) => ({ column: column.name, type, with: other }));
}

/** `code = ANY (ARRAY['a'])` compares as text, `code IN ('a')` does not. */
function listCasts({ left, right }: ExprBinary): ComparedCast[] {
  const [of] = right.type === "call" && /^(any|all)$/.test(right.function.name) ? right.args : [];
  if (left.type !== "ref" || of?.type !== "array" || !of.expressions.some((item) => item.type === "string")) return [];
  return [{ column: left.name, type: "text", with: printExpression(normalize(right)) }];
}

/** `(c::varchar)::text`: c, and the casts from the inner one on. */
function chainOf(e: Expr): Expr[] {
  return e.type === "cast" ? [...chainOf(e.operand), e] : [e];
}

/** Type of the outermost cast, of an array that of its items. */
function typeOfLiteral(e: Expr): string {
  if (e.type === "call") return typeOfLiteral(e.args[0] ?? e);
  if (e.type === "cast") return printType(e.to).replace(/\[\]$/, "");
  const [first] = e.type === "array" || e.type === "list" ? e.expressions : [];
  return first ? typeOfLiteral(first) : "text";
}
