import {
  arbiterOf,
  conflictRowMayLieIn,
  databaseOf,
  describeKey,
  isLookedUp,
  isPassedOver,
  isRetried,
  isSerialized,
  isViolationHandled,
  describeColumns,
  keysViolatedBy,
  partColumns,
  partTexts,
  placeOfKey,
  tableOf,
  tableTitle,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Conflict, Project, Site, Value, Written } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noUncoveredUniqueKey: Rule = {
  name: "no-uncovered-unique-key",
  family: "inserts",
  summary: "Forbid upserts that can violate a unique key their conflict target does not cover",
  why: "ON CONFLICT only handles conflicts on its target; a conflict on another key raises 23505 although the statement looks safe.",
  fix: "Leave the other key's columns out of DO UPDATE SET and settle them in a statement of their own, under a lock on the value, or handle the violation.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      const { conflict } = site;
      if (!conflict || conflict.target.by === "none" || conflict.target.by === "unknown" || isPassedOver(site, options)) continue;
      if (isSerialized(site) || isViolationHandled(project, site)) continue;
      const table = tableOf(project, site);
      if (!table || table.kind !== "table" || databaseOf(project, site.database)?.catalog.dialect === "mysql") continue;
      const verdict = arbiterOf(project, site);
      if (verdict?.kind !== "match") continue;
      yield* judge(project, options.preset === "strict", table, site, conflict, verdict.keys);
    }
  },
};

function judge(project: Project, strict: boolean, table: Table, site: Site, conflict: Conflict, arbiters: UniqueKey[]): Problem[] {
  // Whether a row excludes another is more than its values tell.
  if (arbiters.some((arbiter) => arbiter.kind === "exclusion")) return [];
  const others = table.keys.filter((key) => !arbiters.includes(key) && key.kind !== "exclusion" && key.valid !== false);
  // A look-up by the other key leaves a race at most, which is no-check-then-insert's affair.
  const open = others.filter((key) => !isImplied(key, arbiters) && !isLookedUp(project, site, partColumns(key)));
  const written = open.flatMap((key) => {
    if (!arbiters.some((arbiter) => conflictRowMayLieIn(key, arbiter, conflict, site.columns))) return [];
    const set = setsNewValue(key, site, conflict, arbiters);
    return set ? [{ key, set }] : [];
  });
  if (written.length > 0) return written.filter(({ set }) => strict || !isOwnRow(site, arbiters, set)).map(({ key, set }) => describe(table, site, arbiters, key, set));
  const hit = open.find((key) => key.where === null && !isNamedAlike(key, arbiters) && insertCanHit(key, site, arbiters));
  if (hit) return [describe(table, site, arbiters, hit, null)];
  const wider = strict && !isRetried(site) && !arbiters.some(isOwnId) ? keysViolatedBy(table, site).find((key) => others.includes(key) && !key.deferrable && isImplied(key, arbiters)) : undefined;
  return wider ? [describeRace(table, site, arbiters, wider)] : [];
}

/**
 * Rows that agree on the other key agree on the target too, so the target's conflict comes with it. But for callers at the same time: the target is
 * looked at before the row is written, and whoever comes in between is met in every index, those beside the target without mercy.
 */
function isImplied(key: UniqueKey, arbiters: UniqueKey[]): boolean {
  const columns = partTexts(key);
  return arbiters.some((arbiter) => partTexts(arbiter).every((part) => columns.includes(part)));
}

/** A slug is its name in another spelling: where only these two differ, rows that agree on the name agree on the slug. */
function isNamedAlike(key: UniqueKey, arbiters: UniqueKey[]): boolean {
  const own = partColumns(key);
  return arbiters.some((arbiter) => {
    const target = partColumns(arbiter);
    const [only, other] = [own.filter((column) => !target.includes(column)), target.filter((column) => !own.includes(column))];
    return only.length === 1 && other.length === 1 && /(?:^|_)(?:name|title|label)$/i.test(only[0] ?? "") && /(?:^|_)(?:slug|handle|key)$/i.test(other[0] ?? "");
  });
}

/** The assignment in DO UPDATE SET that gives a column of the other key a new value. */
function setsNewValue(key: UniqueKey, site: Site, conflict: Conflict, arbiters: UniqueKey[]): Written | null {
  if (conflict.action !== "update" || conflict.sets === null) return null;
  const target = new Set(arbiters.flatMap((arbiter) => partColumns(arbiter)));
  const same = targetValues(site, target);
  const sets = conflict.sets === "all" ? (site.columns ?? []).filter((item) => !target.has(item.column)) : conflict.sets;
  const written = partColumns(key).flatMap((column) => (target.has(column) ? [] : (sets.find((item) => item.column === column && isNew(item, site, same)) ?? [])));
  // The last column is the most telling one: (org, project, slug), unless it says when: (org, slug, deleted_at).
  return written.findLast((item) => !/(?:_at|At)$/.test(item.column)) ?? written.at(-1) ?? null;
}

/** Texts of the values that the target's columns get: another column with one of them agrees wherever the target does. */
function targetValues(site: Site, target: ReadonlySet<string>): ReadonlySet<string> {
  return new Set((site.columns ?? []).flatMap((item) => (target.has(item.column) && item.value.text !== "" ? [item.value.text] : [])));
}

function isNew(item: Written, site: Site, same: ReadonlySet<string>): boolean {
  // `excluded.x` is whatever the INSERT writes there.
  const inserted = item.value.origin === "excluded" ? site.columns?.find((other) => other.column === item.column)?.value : undefined;
  if (same.has((inserted ?? item.value).text)) return false;
  return isFromCaller(inserted ?? item.value) || (item.value.origin === "excluded" && inserted === undefined);
}

function isFromCaller(value: Value): boolean {
  return value.origin === "external" || value.origin === "parameter";
}

/** An id that comes in as an argument was made a few calls before. */
function isOwnId(key: UniqueKey): boolean {
  return key.kind === "primary" && partColumns(key).includes("id");
}

function insertCanHit(key: UniqueKey, site: Site, arbiters: UniqueKey[]): boolean {
  if (isOwnId(key)) return false;
  const target = new Set(arbiters.flatMap((arbiter) => partColumns(arbiter)));
  const columns = partColumns(key);
  const values = columns.map((column) => site.columns?.find((item) => item.column === column)?.value);
  if (values.some((value) => value === undefined || (value.origin !== "literal" && !isFromCaller(value)))) return false;
  const same = targetValues(site, target);
  return columns.some((column, position) => !target.has(column) && isFromCaller(values[position]!) && !same.has(values[position]!.text));
}

/** `save(account)` writes one object under its own id, as an UPDATE would: who changed it answers for its other keys, so only strict says so. */
function isOwnRow(site: Site, arbiters: UniqueKey[], set: Written): boolean {
  const ids = arbiters.flatMap((arbiter) => (arbiter.kind === "primary" ? partColumns(arbiter) : []));
  const root = /^([\w$]+\.)/.exec(set.value.text)?.[1];
  if (ids.length !== 1 || root === undefined || set.value.origin !== "parameter") return false;
  const identity = site.columns?.find((item) => item.column === ids[0])?.value;
  return identity === undefined ? !site.columnsComplete : identity.origin === "parameter" && identity.text.startsWith(root);
}

function describeRace(table: Table, site: Site, arbiters: UniqueKey[], key: UniqueKey): Problem {
  const target = describeColumns(arbiters[0] ? partTexts(arbiters[0]) : []);
  const place = placeOfKey(key);
  return {
    message:
      `Of two callers that bring the same new row at the same time, one can get 23505 from ${describeKey(key)} of ${tableTitle(table.id)}: it holds all of ON CONFLICT's ${target} and more, ` +
      `but a conflict is handled in ${target} only. It keeps nothing unique that ${target} does not: make it a plain index, or run the upsert again.`,
    at: site.conflict?.at ?? site.at,
    see: place ? [{ at: place, message: describeKey(key) }] : [],
    severity: "warning",
    table: table.id,
    columns: partColumns(key),
    sqlstate: "23505",
  };
}

function describe(table: Table, site: Site, arbiters: UniqueKey[], key: UniqueKey, set: Written | null): Problem {
  const place = placeOfKey(key);
  const title = tableTitle(table.id);
  const target = describeColumns(arbiters[0] ? partTexts(arbiters[0]) : []);
  const answer = `duplicate key value violates unique constraint${key.name ? ` "${key.name}"` : ""}`;
  return {
    message: set
      ? `DO UPDATE SET writes ${set.column}, which ${describeKey(key)} of ${title} keeps unique, but ON CONFLICT covers only ${target}: a value that another row has answers 23505, ${answer}, on every retry.`
      : `ON CONFLICT covers only ${target}; a new row can still hit ${describeKey(key)} of ${title}: Postgres answers 23505, ${answer}, despite the ${site.conflict?.action === "nothing" ? "DO NOTHING" : "upsert"}.`,
    // What is written may be put together in another file.
    at: set?.at.path === site.at.path ? set.at : (site.conflict?.at ?? site.at),
    see: place ? [{ at: place, message: describeKey(key) }] : [],
    severity: set && key.where === null && !isOwnRow(site, arbiters, set) ? "error" : "warning",
    table: table.id,
    columns: partColumns(key),
    sqlstate: "23505",
  };
}
