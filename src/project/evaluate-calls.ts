import type { Argument, Expression } from "../model/expression.ts";
import type { FunctionFact } from "../model/facts.ts";
import type { Span } from "../model/span.ts";
import type { Context } from "./evaluate-context.ts";
import { bindParameters, soleReturn } from "./evaluate-functions.ts";
import { foldList } from "./evaluate-lists.ts";
import { asString, asStrings } from "./evaluated.ts";
import type { Env, Evaluated } from "./program.ts";
import { isDigestName, isGeneratorName } from "./value-names.ts";

/** Helpers are inlined this deep (reference §1.3 R5). */
const DEEPEST_INLINING = 5;

type Call = Extract<Evaluated, { kind: "call" }>;

/** A call or `new`: built-ins fold, `require` and `import()` lead to the module, a helper that is one return is inlined, the rest stays a call. */
export function evaluateCall(context: Context, path: string, expression: Extract<Expression, { kind: "call" | "new" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  const callee = context.evaluate(path, expression.callee, env);
  const { items, complete } = evaluateArguments(context, path, expression.args, env);
  const call: Call = { kind: "call", at, callee, args: items, complete, new: expression.kind === "new" };
  if (expression.kind === "new") return call;
  return foldBuiltin(context, call) ?? foldList(context, call) ?? inline(context, call) ?? call;
}

/** Items of an array or arguments of a call; an array that is spread is folded in, another spread leaves the list incomplete. */
export function evaluateArguments(context: Context, path: string, args: Argument[], env: Env | null): { items: Evaluated[]; complete: boolean } {
  const items: Evaluated[] = [];
  let complete = true;
  for (const argument of args) {
    if (argument.kind !== "spread") {
      items.push(context.evaluate(path, argument, env));
      continue;
    }
    const value = context.evaluate(path, argument.of, env);
    if (value.kind === "array") for (const item of value.items) items.push(item);
    if (value.kind !== "array" || !value.complete) complete = false;
  }
  return { items, complete };
}

function foldBuiltin(context: Context, call: Call): Evaluated | null {
  const { callee, args, at } = call;
  const [first] = args;
  if (isGlobal(callee, "require") || isGlobal(callee, "import")) return requireModule(context, call);
  if (callee.kind !== "member") return null;
  if (isGlobal(callee.of, "Object")) return (callee.name === "freeze" || callee.name === "seal") && first !== undefined ? first : null;
  // `await Promise.all([a(), b()])`: each place holds what its call gives.
  if (isGlobal(callee.of, "Promise")) return callee.name === "all" && first?.kind === "array" ? first : null;
  if (callee.of.kind === "array" && callee.name === "join") return joinStrings(callee.of, first, at);
  if (callee.of.kind !== "string" || args.length > 0) return null;
  const text = callee.of.value;
  const change: Record<string, () => string> = { toLowerCase: () => text.toLowerCase(), toUpperCase: () => text.toUpperCase(), trim: () => text.trim(), toString: () => text };
  const changed = Object.hasOwn(change, callee.name) ? change[callee.name] : undefined;
  return changed === undefined ? null : { kind: "string", at, value: changed() };
}

function isGlobal(value: Evaluated, name: string): boolean {
  return value.kind === "external" && value.package === "" && value.name === name;
}

function joinStrings(of: Evaluated, separator: Evaluated | undefined, at: Span): Evaluated | null {
  const strings = asStrings(of);
  const glue = separator === undefined ? "," : asString(separator);
  return strings === null || glue === null ? null : { kind: "string", at, value: strings.join(glue) };
}

function requireModule(context: Context, call: Call): Evaluated | null {
  const specifier = asString(call.args[0]);
  const target = specifier === null ? null : context.program.resolve(call.at.path, specifier);
  if (target === null) return null;
  if (target.kind === "file") return { kind: "module", at: call.at, path: target.path };
  return { kind: "external", at: call.at, package: target.name, subpath: target.subpath, name: "*" };
}

/** The returned expression of a function of the project, its parameters bound; null: not such a call, or nothing came of it. */
function inline(context: Context, call: Call): Evaluated | null {
  const { callee } = call;
  if (callee.kind !== "function" || !call.complete) return null;
  const fact = context.program.facts(callee.path)?.code?.functions[callee.function];
  const returned = fact === undefined ? null : soleReturn(fact);
  const key = `${callee.path}#${String(callee.function)}`;
  if (fact === undefined || returned === null) return null;
  if (context.inlining.length >= DEEPEST_INLINING || context.inlining.includes(key)) return null;
  context.inlining.push(key);
  try {
    const env = bindParameters(context, callee, fact, call.args);
    const value = context.evaluate(callee.path, returned, env);
    return value.kind === "unknown" || hidesFreshness(fact, value) ? null : value;
  } finally {
    context.inlining.pop();
  }
}

/**
 * Of `newId()` and `hashToken(token)` the name says more than what they are made of. A helper that makes a column (`uuid("id")`) is a call into a
 * library, and a constant is one.
 */
function hidesFreshness(fact: FunctionFact, value: Evaluated): boolean {
  const name = fact.name?.split(".").at(-1) ?? "";
  if (!isGeneratorName(name) && !isDigestName(name)) return false;
  // `generateJobId(project, action)` may well put its arguments together and add nothing.
  if (value.kind === "template") return value.holes.some(holdsCall);
  if (value.kind === "alternatives" || value.kind === "member") return true;
  let root: Evaluated = value;
  while (root.kind === "call" || root.kind === "member") root = root.kind === "call" ? root.callee : root.of;
  return value.kind === "call" && root.kind === "external" && /^(?:node:)?crypto$/.test(root.package);
}

function holdsCall(value: Evaluated): boolean {
  switch (value.kind) {
    case "call":
    case "unknown":
      return true;
    case "member":
      return holdsCall(value.of);
    case "template":
      return value.holes.some(holdsCall);
    case "alternatives":
      return value.of.some(holdsCall);
    default:
      return false;
  }
}
