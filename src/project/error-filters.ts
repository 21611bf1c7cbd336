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
  for (const path of flow.program.calls.files(SHAPES)) {
    const code = flow.program.facts(path)?.code;
    if (code == null) continue;
    const own = [...code.functions.entries()].map(([index, fact]): Taker => ({ at: { path, function: index }, errors: errorsOf(code, fact) }));
    for (const taker of [...own, ...namedTakers(flow, path, code)]) {
      const fact = flow.program.facts(taker.at.path)?.code?.functions[taker.at.function];
      if (fact === undefined || !tells(flow, taker)) continue;
      for (const place of [taker.at.path, ...handedTo(flow.program, taker.at).map((each) => each.path)]) filters.set(packageOf(flow.program.input, place), fact.at);
    }
  }
  return filters;
}

/** A function that may be given errors: as which of its arguments. None: as a middleware it may meet them still. */
type Taker = { at: FunctionAt; errors: number[] };

/** What a framework that is given a function as this argument, or at this option, will hand it an error as. */
function errorsGiven({ callee, argument, key }: Pick<Handed, "callee" | "argument" | "key">): number[] {
  if (FORMATTERS.test(key ?? "")) return [0, 1];
  return argument === 0 && REGISTERS.test(callee) ? [0] : [];
}

/** Those that a file hands over by their names: `app.onError(answer)`, `{ formatError: answer }`. They may stand in any other. */
function namedTakers(flow: Flow, path: string, code: CodeFacts): Taker[] {
  return takingsOf(path, code).flatMap((taking) => {
    const errors = errorsGiven(taking);
    const at = errors.length === 0 ? null : flow.graph.resolve(path, taking.value, taking.call === null ? null : (code.calls[taking.call]?.function ?? null));
    return at === null ? [] : [{ at, errors }];
  });
}

/** By its own shape, and by where it is written. */
function errorsOf(code: CodeFacts, fact: FunctionFact): number[] {
  if (takesErrors(code, fact)) return [0];
  const names = fact.name?.split(".") ?? [];
  // A method of an object of options, wherever that is handed to.
  const key = fact.class === null && (names.length > 1 || fact.callbackOf !== null) ? (names.at(-1) ?? null) : null;
  return errorsGiven({ callee: fact.callbackOf?.callee ?? "", argument: fact.callbackOf?.argument ?? 0, key });
}

function tells(flow: Flow, { at, errors }: Taker): boolean {
  const code = flow.program.facts(at.path)?.code;
  return errors.some((position) => tellsViolations(flow, at, position, 0)) || (code != null && tellsViolationsOfNext(flow, code, at));
}

/** Express' four parameters, or Nest's decorator. */
function takesErrors(code: CodeFacts, fact: FunctionFact): boolean {
  const [first] = fact.parameters;
  if (first === undefined || first.path.length > 0 || !ERROR.test(code.locals[first.local]?.name ?? "")) return false;
  if (fact.parameters.filter(({ path }) => path.length === 0).length === 4) return true;
  const own = fact.class === null || !Object.hasOwn(code.declarations, fact.class) ? null : (code.declarations[fact.class]?.class ?? null);
  return fact.name?.endsWith(".catch") === true && (own?.decorators ?? []).some((each) => lastName(each.kind === "call" ? each.callee : each) === "Catch");
}

/** The deepest package that a file lies in. */
function packageOf(input: ProjectInput, path: string): string {
  const dirs = input.packages.map(({ dir }) => dir).filter((dir) => dir === "" || path.startsWith(`${dir}/`));
  return dirs.reduce((deepest, dir) => (dir.length > deepest.length ? dir : deepest), "");
}
