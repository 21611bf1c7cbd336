import type { Expression } from "../model/expression.ts";
import { evaluate } from "./evaluate.ts";
import { expressionAt } from "./expressions.ts";
import type { Evaluated, Program } from "./program.ts";
import { isGeneratorName, isMadeGenerator } from "./value-names.ts";

const DEEPEST = 8;
const memo = new WeakMap<Evaluated, string>();

/**
 * Canonical text of a value with locals followed, so that `const orgId = input.orgId` and `input.orgId` are one text. A value that is new at
 * each call (`nanoid()`) carries the place of its call: the same text is the same value.
 */
export function valueText(program: Program, value: Evaluated, depth = 0): string {
  const known = memo.get(value);
  if (known !== undefined) return known;
  if (depth > DEEPEST) return "…";
  const text = makeText(program, value, depth + 1);
  memo.set(value, text);
  return text;
}

function makeText(program: Program, value: Evaluated, depth: number): string {
  const inner = (each: Evaluated): string => valueText(program, each, depth);
  switch (value.kind) {
    case "string":
      return `'${value.value.replaceAll("'", "''")}'`;
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
    case "undefined":
      return value.kind;
    case "array":
      return `[${value.items.map(inner).join(", ")}${value.complete ? "" : ", …"}]`;
    case "object":
      return `{ ${[...value.entries].map(([key, item]) => `${key}: ${inner(item)}`).join(", ")}${value.complete ? "" : ", …"} }`;
    case "declaration":
      return value.name;
    case "external":
      return value.name === "*" || value.name === "default" ? value.package : value.name;
    case "module":
      return value.path;
    case "function":
      return program.facts(value.path)?.code?.functions[value.function]?.name ?? `function#${String(value.at.start)}`;
    case "class":
      return `class#${String(value.at.start)}`;
    case "member":
      return `${inner(value.of)}.${value.name}`;
    case "call":
      return callText(value, inner);
    case "template":
      return templateText(value, inner);
    case "alternatives":
      return value.of.map(inner).join(" | ");
    case "parameter":
      return parameterText(program, value);
    case "unknown":
      return unknownText(program, value, depth);
  }
}

function callText(value: Extract<Evaluated, { kind: "call" }>, inner: (value: Evaluated) => string): string {
  const callee = inner(value.callee);
  const args = value.args.map(inner).join(", ");
  const name = callee.split(".").at(-1) ?? "";
  const fresh = isGeneratorName(name) || isMadeGenerator(callee) || callee === "Date.now" || (value.new && callee === "Date" && args === "");
  return `${value.new ? "new " : ""}${callee}(${args})${fresh ? `#${String(value.at.start)}` : ""}`;
}

function templateText(value: Extract<Evaluated, { kind: "template" }>, inner: (value: Evaluated) => string): string {
  const body = value.quasis.map((quasi, i) => (i === 0 ? quasi : `\${${inner(value.holes[i - 1] as Evaluated)}}${quasi}`)).join("");
  return `${value.tag === null ? "" : inner(value.tag)}\`${body}\``;
}

/** A destructured parameter is called by the name that it was given. */
function parameterText(program: Program, value: Extract<Evaluated, { kind: "parameter" }>): string {
  const code = program.facts(value.path)?.code;
  const own = (code?.functions[value.function]?.parameters ?? []).filter((item) => item.position === value.position);
  const best = own
    .filter((item) => item.path.every((step, i) => value.members[i] === step))
    .sort((a, b) => b.path.length - a.path.length)[0];
  const name = best === undefined ? null : (code?.locals[best.local]?.name ?? null);
  const rest = best === undefined || name === null ? value.members : value.members.slice(best.path.length);
  return [name ?? `parameter${String(value.position)}`, ...rest].join(".");
}

function unknownText(program: Program, value: Extract<Evaluated, { kind: "unknown" }>, depth: number): string {
  const { path, start, end } = value.at;
  const code = program.facts(path)?.code;
  const expression = code == null ? null : expressionAt(code, start, end);
  if (expression === null) return value.text === "" ? `?#${String(start)}` : fold(value.text);
  return expressionText(program, path, expression, depth);
}

/** Operators and what else the evaluator leaves: their parts are followed. */
function expressionText(program: Program, path: string, expression: Expression, depth: number): string {
  const part = (each: Expression): string => valueText(program, evaluate(program, path, each), depth);
  switch (expression.kind) {
    case "binary":
      return `(${part(expression.left)} ${expression.operator} ${part(expression.right)})`;
    case "unary":
      return `${expression.operator} ${part(expression.of)}`;
    case "index":
      return `${part(expression.of)}[${part(expression.index)}]`;
    case "local":
    case "name":
      return expression.name;
    case "this":
      return "this";
    case "regex":
      return expression.value;
    case "opaque":
      return fold(expression.text);
    default:
      return `?#${String(expression.start)}`;
  }
}

function fold(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
