import type { Argument, Expression } from "../src/model/expression.ts";
import type { CallFact, CodeFacts, ContextStep, FunctionFact, HandlerFact, Local } from "../src/model/facts.ts";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";

/** Facts of one snippet; a syntax error in it is the test's own mistake. */
export function code(text: string, path = "a.ts"): CodeFacts {
  const facts = readTypeScriptFile({ path, text });
  if (facts.code === null || facts.unread.length > 0) throw new Error(`not read: ${JSON.stringify(facts.unread)}`);
  return facts.code;
}

/** An expression as short text: locals with `$` in front, names as they are. */
export function show(expression: Expression | null): string {
  if (expression === null) return "-";
  switch (expression.kind) {
    case "string":
      return JSON.stringify(expression.value);
    case "number":
    case "boolean":
    case "regex":
      return String(expression.value);
    case "local":
      return `$${expression.name}`;
    case "name":
      return expression.name;
    case "array":
      return `[${expression.items.map(showArgument).join(", ")}]`;
    case "object":
      return `{${expression.entries.map((entry) => (entry.kind === "spread" ? `...${show(entry.of)}` : `${entry.key ?? "[?]"}: ${show(entry.value)}`)).join(", ")}}`;
    case "member":
      return `${show(expression.of)}.${expression.name}`;
    case "index":
      return `${show(expression.of)}[${show(expression.index)}]`;
    case "call":
      return `${show(expression.callee)}(${expression.args.map(showArgument).join(", ")})`;
    case "new":
      return `new ${show(expression.callee)}(${expression.args.map(showArgument).join(", ")})`;
    case "template":
      return `${expression.tag === null ? "" : show(expression.tag)}\`${expression.quasis.map((quasi, i) => quasi + (i < expression.holes.length ? `{${show(expression.holes[i] ?? null)}}` : "")).join("")}\``;
    case "function":
      return `fn${expression.function}`;
    case "conditional":
      return `(${show(expression.test)} ? ${show(expression.then)} : ${show(expression.else)})`;
    case "binary":
      return `(${show(expression.left)} ${expression.operator} ${show(expression.right)})`;
    case "unary":
      return `${expression.operator} ${show(expression.of)}`;
    case "opaque":
      return `<${expression.text}>`;
    default:
      return expression.kind;
  }
}

function showArgument(argument: Argument): string {
  return argument.kind === "spread" ? `...${show(argument.of)}` : show(argument);
}

/** `function`, `try`, `catch`, `finally`, `if test`, `unless test` (`early`, `nullish`), `loop over`. */
export function showContext(context: ContextStep[]): string[] {
  return context.map((step) => {
    if (step.kind === "condition") return `${step.holds ? "if" : "unless"}${step.via === "branch" ? "" : ` ${step.via}`} ${show(step.test)}`;
    if (step.kind === "loop") return `loop ${show(step.over)}`;
    return step.kind;
  });
}

export function calls(facts: CodeFacts): string[] {
  return facts.calls.map((call) => show(call.expression));
}

/** The call whose text starts so. */
export function call(facts: CodeFacts, start: string): CallFact {
  return found(facts.calls.find((each) => show(each.expression).startsWith(start)), `call ${start} in ${calls(facts).join(" | ")}`);
}

export function fn(facts: CodeFacts, name: string): FunctionFact {
  return found(facts.functions.find((each) => each.name === name), `function ${name} in ${facts.functions.map((each) => each.name).join(", ")}`);
}

export function locals(facts: CodeFacts, name: string): Local[] {
  return facts.locals.filter((each) => each.name === name);
}

export function local(facts: CodeFacts, name: string): Local {
  return found(locals(facts, name)[0], `local ${name}`);
}

/** `value at path` of each value of a local. */
export function values(facts: CodeFacts, name: string): string[] {
  return local(facts, name).values.map((each) => [show(each.value), ...each.path].join(" > "));
}

export function handler(facts: CodeFacts, index = 0): HandlerFact {
  return found(facts.handlers[index], `handler ${index}`);
}

export function tests(facts: CodeFacts, index = 0): string[] {
  return handler(facts, index).tests.map((each) => show(each.test));
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}
