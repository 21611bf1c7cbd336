import type { Guard, Handler, Project, Site } from "../model/project.ts";
import type { RuleOptions } from "../model/rule.ts";

/** Tests, seeds, one-off scripts and generated files are passed over unless the user asks for them. */
export function isPassedOver(item: { incidental: boolean }, options: RuleOptions): boolean {
  return item.incidental && !options.includeIncidental;
}

/**
 * Does something make callers wait for each other, so that a look-up before a write stays true? On each of these ways in, or on every way: who
 * comes without the lock does not wait.
 */
export function isSerialized(site: Site, ways?: readonly number[]): boolean {
  return standOnEveryWay(
    site,
    site.guards.filter(
      (guard) =>
        guard.kind === "lock" ||
        guard.kind === "queue" ||
        (guard.kind === "transaction" && guard.isolation === "serializable" && guard.retries),
    ),
    ways,
  );
}

/** Is there one of these guards on each of these ways in (`Guard.ways`; absent: on every way)? */
function standOnEveryWay(site: Site, guards: readonly Guard[], ways: readonly number[] | undefined): boolean {
  if (guards.length === 0) return false;
  const asked = ways ?? Array.from({ length: site.ways }, (_, way) => way);
  return asked.every((way) => guards.some((guard) => guard.ways?.includes(way) ?? true));
}

/** Was a row with what the site writes into some of these columns, and nothing else, sought before in the same flow? */
export function isLookedUp(project: Project, site: Site, columns: readonly string[]): boolean {
  return site.guards.some((guard) => {
    if (guard.kind !== "lookup" || guard.when === "present" || guard.match === null || guard.match.length === 0) return false;
    if (project.sites[guard.site]?.table !== site.table) return false;
    return guard.match.every(({ column, value }) => columns.includes(column) && site.columns?.find((item) => item.column === column)?.value.text === value.text);
  });
}

/** Does its transaction fail with 40001 rather than let two callers both pass the same look-up? */
export function isIsolated(site: Site): boolean {
  return site.guards.some((guard) => guard.kind === "transaction" && guard.isolation === "serializable");
}

/** Do both run in the same transaction? */
export function sharesTransaction(a: Site, b: Site): boolean {
  const starts = new Set(a.guards.flatMap((guard) => (guard.kind === "transaction" ? [`${guard.at.path}:${guard.at.start}`] : [])));
  return b.guards.some((guard) => guard.kind === "transaction" && starts.has(`${guard.at.path}:${guard.at.start}`));
}

/** Is the whole flow run again when it fails? Then a violation heals itself. */
export function isRetried(site: Site): boolean {
  return site.guards.some((guard) => guard.kind === "retry" || (guard.kind === "transaction" && guard.retries));
}

/**
 * Does a handler, here or in a caller, deal with a unique violation of this write? A handler that acts on every error alike counts when it
 * recovers (it reads or writes again), or when it gives up this one call or turn of a loop on purpose. Beyond that, `enough` says what will do. A handler that turns any error into a message, or that logs whatever goes wrong in a larger
 * block, does not. Handed to a wrapper that gives errors as values: unknown, so yes. The framework's error handler answers, and recovers nothing.
 */
export function isViolationHandled(project: Project, site: Site, enough: Enough = "answered"): boolean {
  return site.guards.some((guard) => guard.kind === "wrapper" || (guard.kind === "handler" && dealsWithViolation(project, guard, enough)));
}

/** The same, or the flow is run again, on each of these ways in (`Guard.ways`; absent: on every way). */
export function isHandledOnEveryWay(project: Project, site: Site, ways: readonly number[] | undefined, enough: Enough = "answered"): boolean {
  const dealing = site.guards.filter((guard) => guard.kind === "wrapper" || guard.kind === "retry" || (guard.kind === "transaction" && guard.retries) || (guard.kind === "handler" && dealsWithViolation(project, guard, enough)));
  return standOnEveryWay(site, dealing, ways);
}

/**
 * `recovered`: nothing less than that. `given up`: to give up this one write, or one turn of a loop with a log line. `answered`: also to tell the violation's error from
 * others. `told`: as that, but a turn that fails must not only be logged.
 */
type Enough = "recovered" | "given up" | "answered" | "told";

function dealsWithViolation(project: Project, guard: Extract<Guard, { kind: "handler" }>, enough: Enough): boolean {
  const handler = project.handlers.find((item) => item.id === guard.handler);
  if (!handler) return false;
  if (handler.opaqueTests > 0 || handler.handles === "unknown" || handler.handles === "unique" || ((enough === "answered" || enough === "told") && handler.maps)) return true;
  if (handler.handles === "other" || handler.rethrows === "always") return false;
  // A loop that notes (or logs) which turns failed and goes on, and `sync().catch(log)`, mean what they do.
  if (handler.form === "promise" ? handler.swallows : guard.perItem === true && (enough === "given up" || enough === "answered" || !handler.swallows)) return true;
  return (enough !== "recovered" && handler.swallows && writesIn(project, handler) <= 1) || recovers(project, handler);
}

function writesIn(project: Project, handler: Handler): number {
  return handler.covers.filter((id) => project.sites[id]?.kind !== "lookup").length;
}

function recovers(project: Project, handler: Handler): boolean {
  return project.sites.some(
    (site) => site.at.path === handler.body.path && site.at.start >= handler.body.start && site.at.end <= handler.body.end,
  );
}
