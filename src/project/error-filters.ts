import type { CodeFacts, FunctionFact } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Span } from "../model/span.ts";
import { tellsViolations } from "./error-mappers.ts";
import { lastName } from "./expressions.ts";
import type { Flow } from "./flow.ts";

const ERROR = /^(?:e|ex|err|error|exception)$/i;
const REGISTERS = /(?:^|\.)(?:setErrorHandler|onError)$/;

/**
 * What a web framework hands every error of a request to (Express' functions of four parameters, Nest's `@Catch()` classes, Fastify's and Hono's
 * error handlers) may tell a unique violation from others: then each route of that package answers it on purpose.
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

const known = new WeakMap<Flow, Map<string, Span>>();

/** By the folder of the package that they stand in. */
function filtersOf(flow: Flow): Map<string, Span> {
  let filters = known.get(flow);
  if (filters !== undefined) return filters;
  known.set(flow, (filters = new Map<string, Span>()));
  for (const path of flow.program.input.candidates) {
    const code = flow.program.facts(path)?.code;
    for (const [index, fact] of (code?.functions ?? []).entries()) {
      if (code != null && isFilter(code, fact) && tellsViolations(flow, { path, function: index }, 0, 0)) filters.set(packageOf(flow.program.input, path), fact.at);
    }
  }
  return filters;
}

function isFilter(code: CodeFacts, fact: FunctionFact): boolean {
  const [first] = fact.parameters;
  if (first === undefined || first.path.length > 0 || !ERROR.test(code.locals[first.local]?.name ?? "")) return false;
  if (fact.parameters.filter(({ path }) => path.length === 0).length === 4) return true;
  if (REGISTERS.test(fact.callbackOf?.callee ?? "")) return true;
  const own = fact.class === null || !Object.hasOwn(code.declarations, fact.class) ? null : (code.declarations[fact.class]?.class ?? null);
  return fact.name?.endsWith(".catch") === true && (own?.decorators ?? []).some((each) => lastName(each.kind === "call" ? each.callee : each) === "Catch");
}

/** The deepest package that a file lies in. */
function packageOf(input: ProjectInput, path: string): string {
  const dirs = input.packages.map(({ dir }) => dir).filter((dir) => dir === "" || path.startsWith(`${dir}/`));
  return dirs.reduce((deepest, dir) => (dir.length > deepest.length ? dir : deepest), "");
}
