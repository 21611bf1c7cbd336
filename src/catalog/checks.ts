import type { Guard, Project, Site, Written } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { sharesTransaction } from "./guards.ts";
import { databaseOf } from "./tables.ts";

/** What a look-up and the insert after it have in common. */
export type Check = {
  lookup: Site;
  calls: number;
  /** The ways in on which it is asked; undefined: all. */
  ways: number[] | undefined;
  /** The call that leads to the insert, where a caller decides about it. */
  from: Span | undefined;
  /** Columns that are compared and written with the same value. */
  same: Written[];
  /** Literals that are compared, but not written alike: `status = 'open'`. */
  more: Written[];
  /** `row`: it asks for the row that is inserted; `none`: whether there are any yet, and then many rows follow; `part`: also for what is not known. */
  asks: "row" | "none" | "part";
};

/** Look-ups that answered that there is no such row yet, nearest first. Not those of a caller that has just found it: to find nothing now takes that somebody deletes it in between. */
export function checksBefore(project: Project, insert: Site): Check[] {
  const written = new Map((insert.columns ?? []).map((item) => [item.column, item]));
  const checks: Check[] = [];
  // SQLite has one writer: of two transactions that have both read, the second one fails as busy rather than write on what it read.
  const oneWriter = databaseOf(project, insert.database)?.catalog.dialect === "sqlite";
  for (const guard of insert.guards) {
    if (guard.kind !== "lookup" || guard.when !== "absent") continue;
    const lookup = project.sites[guard.site];
    const match = guard.match ?? lookup?.match;
    if (!lookup || !match || lookup.table !== insert.table || lookup.database !== insert.database || (oneWriter && sharesTransaction(lookup, insert))) continue;
    const same = match.filter((item) => written.get(item.column)?.value.text === item.value.text);
    const more = match.filter((item) => !same.includes(item));
    // The insert writes another value, or none: it is not the row that was looked for.
    const other = more.some((item) => (item.value.origin !== "literal" && item.value.origin !== "null") || isOtherConstant(item, written.get(item.column)));
    const sought = match.length > (lookup.match ?? []).length;
    const many = !sought && (insert.rows === "many" || guard.loops === true || (insert.loop && !lookup.loop));
    const asks = guard.narrowed === true || lookup.matchRest.some((rest) => rest.includes("…")) ? "part" : many ? "none" : "row";
    if (!other && isQuestionOfIdentity(lookup, same) && !isFoundByCaller(project, insert, guard)) checks.push({ lookup, calls: guard.calls, ways: guard.ways, from: guard.from, same, more, asks });
  }
  return checks.sort((a, b) => a.calls - b.calls);
}

function isOtherConstant(compared: Written, written: Written | undefined): boolean {
  return written !== undefined && isConstant(written) && written.value.text !== compared.value.text;
}

/** A look-up by a range ("none in the last hour") asks for something that no key can hold; a value just made cannot collide. */
function isQuestionOfIdentity(lookup: Site, same: Written[]): boolean {
  if (lookup.lookup === "max" || lookup.matchRest.some((rest) => /[<>]|\b(gte?|lte?|between|like|ilike|similarity)\b/i.test(rest))) return false;
  if (same.some((item) => item.value.origin === "generated" || item.value.origin === "created")) return false;
  return same.some((item) => item.value.origin !== "literal" && item.value.origin !== "null");
}

/** `if (!usage) return create(); … increment()`: who calls asked for the same row, and goes on only with one. */
function isFoundByCaller(project: Project, insert: Site, check: Extract<Guard, { kind: "lookup" }>): boolean {
  return insert.guards.some((guard) => {
    if (guard.kind !== "lookup" || guard.when !== "present" || guard.only !== true || guard.calls <= check.calls || guard.narrowed === true || (guard.match ?? []).length === 0) return false;
    const lookup = project.sites[guard.site];
    if (lookup?.table !== insert.table || lookup.database !== insert.database || lookup.matchRest.length > 0) return false;
    return guard.match?.every(({ column, value }) => insert.columns?.find((item) => item.column === column)?.value.text === value.text) === true;
  });
}

/**
 * A history: of the rows with the same values the latest one is asked for, and another insert adds one whatever there is, on another way in or at another place.
 */
export function isHistory(project: Project, insert: Site, { lookup, ways, same }: Check): boolean {
  if (lookup.ordered !== true || lookup.lookup !== "one") return false;
  return ways !== undefined || project.sites.some((other) => other !== insert && addsToHistory(project, other, insert, same));
}

function addsToHistory(project: Project, other: Site, insert: Site, same: Written[]): boolean {
  if (other.kind !== "insert" || other.conflict || other.incidental || other.table !== insert.table || other.database !== insert.database) return false;
  const writes = same.every(({ column }) => other.columns?.some((item) => item.column === column && item.value.origin !== "generated" && item.value.origin !== "created") === true);
  return writes && !other.guards.some((guard) => guard.kind === "lookup" && guard.when !== "present" && project.sites[guard.site]?.table === insert.table);
}

export function isConstant(written: Written | undefined): boolean {
  return written?.value.origin === "literal" || written?.value.origin === "null";
}
