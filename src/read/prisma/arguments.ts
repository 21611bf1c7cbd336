import type { NamedArgument, SchemaArgument, SchemaExpression } from "@loancrate/prisma-schema-parser";

/** Arguments of an attribute or function: the named one, else the one at `position` among the unnamed. */
export function argument(args: SchemaArgument[] | undefined, name: string, position?: number): SchemaExpression | null {
  const named = args?.find((arg): arg is NamedArgument => arg.kind === "namedArgument" && arg.name.value === name);
  if (named !== undefined) return named.expression;
  if (position === undefined) return null;
  return args?.filter((arg): arg is SchemaExpression => arg.kind !== "namedArgument")[position] ?? null;
}

/** The value of a string literal; null: it is none. */
export function stringOf(expression: SchemaExpression | null): string | null {
  return expression?.kind === "literal" && typeof expression.value === "string" ? expression.value : null;
}

/** A string's value or a bare word, e.g. of `onDelete: Cascade`. */
export function wordOf(expression: SchemaExpression | null): string | null {
  return expression?.kind === "path" ? expression.value.join(".") : stringOf(expression);
}

/** `[a, b(sort: Desc), c.d]` as its elements; a single element counts as a list of one. */
export function itemsOf(expression: SchemaExpression | null): SchemaExpression[] {
  if (expression === null) return [];
  return expression.kind === "array" ? expression.items : [expression];
}

/** Names of a field list. */
export function namesOf(expression: SchemaExpression | null): string[] {
  return itemsOf(expression).flatMap((item) => {
    const name = item.kind === "functionCall" ? item.path.value.join(".") : wordOf(item);
    return name === null ? [] : [name];
  });
}

/** An expression as Prisma writes it: `cuid()`, `dbgenerated("now()")`, `[]`, `"a"`, `ADMIN`. */
export function printExpression(expression: SchemaExpression): string {
  switch (expression.kind) {
    case "literal":
      return JSON.stringify(expression.value);
    case "path":
      return expression.value.join(".");
    case "array":
      return `[${expression.items.map(printExpression).join(", ")}]`;
    case "functionCall":
      return `${expression.path.value.join(".")}(${(expression.args ?? []).map(printArgument).join(", ")})`;
  }
}

function printArgument(arg: SchemaArgument): string {
  return arg.kind === "namedArgument" ? `${arg.name.value}: ${printExpression(arg.expression)}` : printExpression(arg);
}
