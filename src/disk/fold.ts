import { posix } from "node:path";
import type { Argument, Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";

/** A value of a configuration file as far as its text gives it; undefined: not known. Arrays and objects leave out what is not known. */
export type Folded = string | number | boolean | null | undefined | Folded[] | { [key: string]: Folded };

type Scope = { code: CodeFacts; dir: string; depth: number };

/** What a configuration file exports by default (`export default`, `module.exports =`), folded. `dir`: its folder. Nothing is executed. */
export function foldDefaultExport(code: CodeFacts, dir: string): Folded {
  const expression = defaultExport(code);
  return expression === null ? undefined : fold(expression, { code, dir, depth: 0 });
}

function defaultExport(code: CodeFacts): Expression | null {
  for (const exported of code.exports) {
    if (exported.kind === "local" && exported.name === "default") return code.declarations[exported.local]?.value ?? null;
  }
  return null;
}

function fold(expression: Expression, scope: Scope): Folded {
  if (scope.depth > 40) return undefined;
  const inner = { ...scope, depth: scope.depth + 1 };
  switch (expression.kind) {
    case "string":
    case "number":
    case "boolean":
      return expression.value;
    case "null":
      return null;
    case "array":
      return foldArguments(expression.items, inner).filter((item) => item !== undefined);
    case "object":
      return foldObject(expression, inner);
    case "template":
      return foldTemplate(expression, inner);
    case "name":
      return foldName(expression.name, inner);
    case "member":
      return foldMember(expression, inner);
    case "binary":
      return foldBinary(expression, inner);
    case "call":
    case "new":
      return foldCall(expression, inner);
    case "conditional":
      return fold(expression.then, inner) ?? fold(expression.else, inner);
    case "function":
      return foldFunction(expression.function, inner);
    default:
      return undefined;
  }
}

function foldArguments(items: Argument[], scope: Scope): Folded[] {
  return items.flatMap((item) => {
    if (item.kind !== "spread") return [fold(item as Expression, scope)];
    const spread = fold(item.of, scope);
    return Array.isArray(spread) ? spread : [];
  });
}

function foldObject(expression: Expression & { kind: "object" }, scope: Scope): Folded {
  const folded: { [key: string]: Folded } = {};
  for (const entry of expression.entries) {
    if (entry.kind === "spread") {
      const spread = fold(entry.of, scope);
      if (typeof spread === "object" && spread !== null && !Array.isArray(spread)) Object.assign(folded, spread);
    } else if (entry.key !== null) {
      folded[entry.key] = fold(entry.value, scope);
    }
  }
  return folded;
}

function foldTemplate(expression: Expression & { kind: "template" }, scope: Scope): Folded {
  const holes = expression.holes.map((hole) => fold(hole, scope));
  const texts = holes.map((hole) => (typeof hole === "string" || typeof hole === "number" ? String(hole) : undefined));
  if (texts.includes(undefined)) return undefined;
  return expression.quasis.map((quasi, index) => quasi + (texts[index] ?? "")).join("");
}

/** Folders are written relative to the configuration file's own, so `__dirname` is ".". */
function foldName(name: string, scope: Scope): Folded {
  const declaration = scope.code.declarations[name];
  if (declaration === undefined) return name === "__dirname" ? "." : undefined;
  if (declaration.value === null) return undefined;
  // `const __dirname = path.dirname(fileURLToPath(import.meta.url))`
  if (name === "__dirname") return ".";
  const value = fold(declaration.value, scope);
  return declaration.path.reduce<Folded>((of, step) => memberOf(of, step), value);
}

function foldMember(expression: Expression & { kind: "member" }, scope: Scope): Folded {
  if (expression.name === "dirname" && expression.of.kind !== "name") return ".";
  if (expression.name === "pathname" || expression.name === "href") return fold(expression.of, scope);
  return memberOf(fold(expression.of, scope), expression.name);
}

function memberOf(of: Folded, name: string): Folded {
  if (Array.isArray(of)) return of[Number(name)];
  return typeof of === "object" && of !== null ? of[name] : undefined;
}

/** What the environment may override has its default as the value. */
function foldBinary(expression: Expression & { kind: "binary" }, scope: Scope): Folded {
  const left = fold(expression.left, scope);
  const right = fold(expression.right, scope);
  if (expression.operator === "??" || expression.operator === "||") return left ?? right;
  if (expression.operator === "+" && typeof left === "string" && typeof right === "string") return left + right;
  return undefined;
}

function foldCall(expression: Expression & { kind: "call" | "new" }, scope: Scope): Folded {
  const { callee } = expression;
  const name = callee.kind === "member" || callee.kind === "name" ? callee.name : "";
  const args = foldArguments(expression.args, scope);
  switch (name) {
    case "join":
    case "resolve":
      return args.length > 0 && args.every((arg) => typeof arg === "string") ? posix.join(...args) : undefined;
    case "cwd":
      return ".";
    case "dirname":
      return typeof args[0] === "string" ? posix.dirname(args[0]) : ".";
    // `new URL("./schema.ts", import.meta.url)`, `fileURLToPath(…)`, `defineConfig({…})`, `relative(cwd, path)`
    case "relative":
      return args.at(-1);
    default:
      return args[0];
  }
}

/** `defineConfig(() => ({…}))`: the one value it returns. */
function foldFunction(index: number, scope: Scope): Folded {
  const returns = scope.code.functions[index]?.returns ?? [];
  return returns.length === 1 && returns[0] !== undefined ? fold(returns[0], scope) : undefined;
}
