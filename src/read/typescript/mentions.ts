import type { Argument, Expression } from "../../model/expression.ts";

/** Does the expression read one of these locals (not looking into function bodies)? */
export function mentionsLocal(expression: Expression, locals: ReadonlySet<number>): boolean {
  if (locals.size === 0) return false;
  if (expression.kind === "local") return locals.has(expression.local);
  return partsOf(expression).some((part) => mentionsLocal(part, locals));
}

/** The expressions directly inside one; bodies of functions are not. */
export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "array":
      return expression.items.map(unspread);
    case "object":
      return expression.entries.map((entry) => (entry.kind === "spread" ? entry.of : entry.value));
    case "member":
    case "unary":
      return [expression.of];
    case "index":
      return [expression.of, expression.index];
    case "call":
    case "new":
      return [expression.callee, ...expression.args.map(unspread)];
    case "template":
      return expression.tag === null ? expression.holes : [expression.tag, ...expression.holes];
    case "conditional":
      return [expression.test, expression.then, expression.else];
    case "binary":
      return [expression.left, expression.right];
    default:
      return [];
  }
}

export function unspread(item: Argument): Expression {
  return item.kind === "spread" ? item.of : item;
}
