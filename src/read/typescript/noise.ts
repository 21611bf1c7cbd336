import { ts } from "ts-morph";
import { chainRoot, isFunctionNode, memberName, stripWrappers } from "./nodes.ts";
import { resolveLocal } from "./scopes.ts";
import type { Reader } from "./state.ts";

/** Globals and conventional names whose calls say nothing about a database or a call graph. */
const ROOTS = new Set([
  "console", "expect", "z", "Math", "JSON", "Object", "Array", "Number", "String", "Boolean", "BigInt", "Symbol", "Date", "Reflect", "Intl", "Buffer",
  "Promise", "parseInt", "parseFloat", "isNaN", "encodeURIComponent", "decodeURIComponent", "structuredClone", "setTimeout", "clearTimeout", "setInterval", "clearInterval",
  "React", "document", "window", "localStorage", "sessionStorage", "chalk", "jest", "vi", "describe", "it", "test", "beforeEach", "afterEach", "beforeAll", "afterAll",
  "cn", "clsx", "twMerge", "cva", "require", "useState", "useEffect", "useMemo", "useCallback", "useRef", "useContext", "gql", "graphql", "css", "html", "styled",
]);

const LOGGERS = /^(?:log|logger|[a-z]+Logger)$/;
const LOG_METHODS = /^(?:log|trace|debug|info|warn|warning|error|fatal|verbose)$/;

/** Methods of strings and lists that no client of a database has. */
const METHODS = new Set([
  "map", "forEach", "flatMap", "reduce", "sort", "toSorted", "every", "push", "pop", "shift", "unshift", "slice", "concat", "split", "splice", "replace", "replaceAll",
  "includes", "startsWith", "endsWith", "indexOf", "toString", "trim", "toLowerCase", "toUpperCase", "toISOString", "getTime", "charAt", "charCodeAt", "padStart", "padEnd",
  "preventDefault", "stopPropagation", "localeCompare", "toFixed", "toLocaleString", "toLocaleDateString", "flat", "fill",
]);

/** True for a call that cannot matter: its own link is left out, what stands inside it is still read. `Promise.allSettled` keeps failures from their callers. */
export function isNoise(reader: Reader, node: ts.CallExpression | ts.TaggedTemplateExpression): boolean {
  const callee = stripWrappers(ts.isCallExpression(node) ? node.expression : node.tag);
  if (callee.kind === ts.SyntaxKind.ImportKeyword || callee.kind === ts.SyntaxKind.SuperKeyword) return true;
  const name = memberName(callee);
  const root = chainRoot(callee);
  if (ts.isIdentifier(root) && isNoisyRoot(reader, root, name) && !(root.text === "Promise" && (isAnswered(callee) || name === "allSettled"))) return true;
  if (name === null || !ts.isCallExpression(node)) return false;
  return METHODS.has(name) || isListMethod(name, node.arguments);
}

/** `Promise.resolve().then(…)`: it runs the functions that it is given, as any promise does. */
function isAnswered(callee: ts.Expression): boolean {
  for (let at = callee; ; at = stripWrappers(ts.isCallExpression(at) || ts.isPropertyAccessExpression(at) ? at.expression : at)) {
    if (memberName(at) === "then") return true;
    if (!ts.isCallExpression(at) && !ts.isPropertyAccessExpression(at)) return false;
  }
}

function isNoisyRoot(reader: Reader, root: ts.Identifier, method: string | null): boolean {
  if (!ROOTS.has(root.text)) return method !== null && LOGGERS.test(root.text) && LOG_METHODS.test(method);
  return resolveLocal(reader, root.text) === null && reader.facts.declarations[root.text] === undefined;
}

/** `filter(fn)` and `join(",")` are a list's; `filter("a", "eq", 1)` and `join("t", …)` a query's. */
function isListMethod(name: string, args: readonly ts.Expression[]): boolean {
  const first = args[0];
  if (name === "filter") return first !== undefined && (isFunctionNode(first) || (ts.isIdentifier(first) && first.text === "Boolean"));
  return name === "join" && args.length <= 1 && (first === undefined || ts.isStringLiteralLike(first));
}
