import type { Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";
import { partsOf } from "../read/typescript/mentions.ts";

export { partsOf, unspread } from "../read/typescript/mentions.ts";

const indexes = new WeakMap<CodeFacts, Map<string, Expression>>();

/** The expression that stands exactly at these offsets of a file; null: the facts hold none there. */
export function expressionAt(code: CodeFacts, start: number, end: number): Expression | null {
  return indexOf(code).get(`${String(start)}:${String(end)}`) ?? null;
}

/** All expressions that the facts of a file hold. */
export function expressionsIn(code: CodeFacts): Iterable<Expression> {
  return indexOf(code).values();
}

function indexOf(code: CodeFacts): Map<string, Expression> {
  let index = indexes.get(code);
  if (index === undefined) indexes.set(code, (index = indexExpressions(code)));
  return index;
}

function indexExpressions(code: CodeFacts): Map<string, Expression> {
  const index = new Map<string, Expression>();
  const seen = new Set<Expression>();
  const add = (expression: Expression): void => {
    const key = `${String(expression.start)}:${String(expression.end)}`;
    if (seen.has(expression)) return;
    seen.add(expression);
    // A sum in parts (`x += a`) stands several times at the same place: the first is the whole.
    if (!index.has(key)) index.set(key, expression);
    partsOf(expression).forEach(add);
  };
  for (const call of code.calls) add(call.expression);
  for (const local of code.locals) for (const item of local.values) add(item.value);
  for (const fact of code.functions) fact.returns.forEach(add);
  for (const declaration of Object.values(code.declarations)) if (declaration.value !== null) add(declaration.value);
  return index;
}

/** Does `test` hold for the expression or one inside it? */
export function someExpression(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || partsOf(expression).some((part) => someExpression(part, test));
}

/** `a.b.c` of a chain of members and calls, for names and messages: `this.db.query`, `getDb()`. */
export function nameOf(expression: Expression): string {
  switch (expression.kind) {
    case "local":
    case "name":
      return expression.name;
    case "this":
      return "this";
    case "member":
      return `${nameOf(expression.of)}.${expression.name}`;
    case "call":
      return `${nameOf(expression.callee)}()`;
    case "new":
      return `new ${nameOf(expression.callee)}()`;
    case "binary":
      return nameOf(expression.left);
    case "conditional":
      return nameOf(expression.then);
    case "index":
      return `${nameOf(expression.of)}[]`;
    default:
      return "";
  }
}

/** Last name of a receiver: `db` of `ctx.db`, `getDb` of `getDb()`. */
export function lastName(expression: Expression): string {
  return nameOf(expression).split(".").at(-1)?.replace(/\(\)$/, "") ?? "";
}

const callIndexes = new WeakMap<CodeFacts, Map<string, number>>();

/** Index of the call that stands exactly at these offsets; null: none does. */
export function callIndexAt(code: CodeFacts, start: number, end: number): number | null {
  let index = callIndexes.get(code);
  if (index === undefined) {
    index = new Map(code.calls.map((fact, i) => [`${String(fact.at.start)}:${String(fact.at.end)}`, i]));
    callIndexes.set(code, index);
  }
  return index.get(`${String(start)}:${String(end)}`) ?? null;
}
