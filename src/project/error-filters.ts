import type { CodeFacts, FunctionFact } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Span } from "../model/span.ts";
import type { FunctionAt } from "./call-graph.ts";
import { tellsViolations } from "./error-mappers.ts";
import { takingsOf } from "./call-index.ts";
import { lastName } from "./expressions.ts";
import type { Flow } from "./flow.ts";
import { handedTo, type Handed } from "./handed.ts";
import { tellsViolationsOfNext } from "./middlewares.ts";
import type { Program } from "./program.ts";

const ERROR = /^(?:e|ex|err|error|exception)$/i;
const REGISTERS = /(?:^|\.)(?:setErrorHandler|onError)$/;
/** Options at which tRPC and GraphQL servers take what every error goes through; of Apollo's two errors the second is the original. */
const FORMATTERS = /^(?:errorFormatter|formatError|customFormatErrorFn|maskError)$/;

/**
 * What a web framework hands every error of a request to (Express' functions of four parameters, Nest's `@Catch()` classes, Fastify's and Hono's
 * error handlers, formatters of tRPC and GraphQL, middlewares around the rest) may tell a unique violation from others: then each route of that package
 * answers it on purpose.
 */
export function filterRoutes(flow: Flow, ids: readonly number[]): void {
  const routes = ids.flatMap((id) => (flow.sites[id]?.entry === "route" && flow.sites[id].kind !== "lookup" ? [flow.sites[id]] : []));
  if (routes.length === 0) return;
  const filters = filtersOf(flow);
  for (const site of routes) {
    const filter = filters.get(packageOf(flow.program.input, site.at.path));
    if (filter !== undefined && !site.guards.some((guard) => guard.kind === "filter")) site.guards.push({ kind: "filter", at: filter, calls: 0 });
  }
}

const known = new WeakMap<Program, Map<string, Span>>();

/** How a text looks that may hold such a function: its four parameters of which the first is an error, its decorator, `next` that is waited for, or what it is handed to. */
const SHAPES = /\(\s*(?:e|ex|err|error|exception)\b[^,;]*,[^,;]*,[^,;]*,|\bCatch\s*\(|\bnext\s*\(|\b(?:setErrorHandler|onError|errorFormatter|formatError|customFormatErrorFn|maskError)\b/i;

/** By the folder of the package that they stand in. */
function filtersOf(flow: Flow): Map<string, Span> {
  let filters = known.get(flow.program);
  if (filters !== undefined) return filters;
  known.set(flow.program, (filters = new Map<string, Span>()));
  const add = (at: FunctionAt): void => {
    const code = flow.program.facts(at.path)?.code;
    const fact = code?.functions[at.function];
    if (code == null || fact === undefined) return;
    for (const place of placesOf(flow, code, at, fact)) filters?.set(packageOf(flow.program.input, place), fact.at);
  };
  for (const path of flow.program.calls.files(SHAPES)) {
    for (const index of flow.program.facts(path)?.code?.functions.keys() ?? []) add({ path, function: index });
  }
  namedHandlers(flow).forEach(add);
  return filters;
}

/** `app.onError(answer)`, `{ formatError: answer }`: the function may stand in a file that only a name leads to. */
function namedHandlers(flow: Flow): FunctionAt[] {
  return flow.program.calls.files(SHAPES).flatMap((path) => {
    const code = flow.program.facts(path)?.code;
    if (code == null) return [];
    const named = takingsOf(path, code).filter(({ callee, argument, key }) => (REGISTERS.test(callee) && argument === 0) || FORMATTERS.test(key ?? ""));
    return named.flatMap(({ call, value }) => flow.graph.resolve(path, value, call === null ? null : (code.calls[call]?.function ?? null)) ?? []);
  });
}

/** Files whose packages it answers for: where it stands, and where it is handed over by its name. */
function placesOf(flow: Flow, code: CodeFacts, at: FunctionAt, fact: FunctionFact): string[] {
  if (fact.parameters.length === 0) return [];
  // What each tells is cheaper to know than who is handed it.
  const tells = [0, 1].filter((position) => tellsViolations(flow, at, position, 0));
  const isAnswer = (tells.includes(0) && takesErrors(code, fact)) || (tells.length > 0 && isRegistered(flow, at, fact, tells)) || tellsViolationsOfNext(flow, code, at);
  return isAnswer ? [at.path, ...handedTo(flow.program, at).map(({ path }) => path)] : [];
}

/** By its own shape. */
function takesErrors(code: CodeFacts, fact: FunctionFact): boolean {
  const [first] = fact.parameters;
  if (first === undefined || first.path.length > 0 || !ERROR.test(code.locals[first.local]?.name ?? "")) return false;
  if (fact.parameters.filter(({ path }) => path.length === 0).length === 4) return true;
  const own = fact.class === null || !Object.hasOwn(code.declarations, fact.class) ? null : (code.declarations[fact.class]?.class ?? null);
  return fact.name?.endsWith(".catch") === true && (own?.decorators ?? []).some((each) => lastName(each.kind === "call" ? each.callee : each) === "Catch");
}

/** Handed over where it stands, or by its name: `app.onError(answer)`, `new ApolloServer({ formatError })`. */
function isRegistered(flow: Flow, at: FunctionAt, fact: FunctionFact, tells: number[]): boolean {
  const names = fact.name?.split(".") ?? [];
  // A method of an object of options, wherever that is handed to.
  const key = fact.class === null && (names.length > 1 || fact.callbackOf !== null) ? (names.at(-1) ?? null) : null;
  const takes = ({ callee, key: option }: Pick<Handed, "callee" | "key">): boolean => (tells.includes(0) && REGISTERS.test(callee)) || FORMATTERS.test(option ?? "");
  return takes({ callee: fact.callbackOf?.callee ?? "", key }) || (fact.callbackOf === null && handedTo(flow.program, at).some(takes));
}

/** The deepest package that a file lies in. */
function packageOf(input: ProjectInput, path: string): string {
  const dirs = input.packages.map(({ dir }) => dir).filter((dir) => dir === "" || path.startsWith(`${dir}/`));
  return dirs.reduce((deepest, dir) => (dir.length > deepest.length ? dir : deepest), "");
}
