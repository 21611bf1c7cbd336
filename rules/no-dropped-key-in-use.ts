import { coveredBy, cutName, describeKey, describeParts, inferArbiter, isPassedOver, isSameKey, keysOn, lossOf, partColumns, partTexts, pendingMigrations, relationNames, tableTitle, totalKeysWithin, type Loss } from "../src/catalog/lookup.ts";
import type { Catalog, Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Conflict, Database, ErrorTest, Project, Site } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";
import type { SchemaChange } from "../src/model/schema-change.ts";
import type { Span } from "../src/model/span.ts";

export const noDroppedKeyInUse: Rule = {
  name: "no-dropped-key-in-use",
  family: "migrations",
  summary: "Forbid dropping or changing a unique key that code still names",
  why: "Once the key is gone, narrower, wider or partial, every ON CONFLICT that names it fails with 42P10, and a handler that compares its name never runs again.",
  fix: "Deploy code that works with the old key and the new one first, and drop the old key in a later migration.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres" || database.migrated === null) continue;
      const pending = new Set(pendingMigrations(database));
      const uses = [...lostTargets(project, database, options), ...lostSelectors(project, database, options), ...lostNames(project, database, options), ...lostMetaTargets(project, database, options)];
      for (const same of groupByPlace(uses.filter(({ loss }) => pending.has(loss.migration)))) yield describe(same);
    }
  },
};

/** Code that still names a key that a migration took away. */
type Use = { loss: Loss; table: Table; key: UniqueKey; at: Span; says: string; order: string; sqlstate: string | null };

function* lostTargets(project: Project, database: Database, options: RuleOptions): Iterable<Use> {
  for (const site of project.sites) {
    const { conflict, table: id } = site;
    if (site.database !== database.id || id === null || conflict === null || site.kind === "lookup" || isPassedOver(site, options)) continue;
    if (conflict.target.by === "none" || conflict.target.by === "unknown") continue;
    const loss = lostSince(database, id, (table) => isMatched(table, conflict));
    const key = loss === null ? null : arbiterIn(loss, id, conflict);
    if (!loss || !key) continue;
    yield { loss, ...key, at: conflict.at, says: targetFails(site, conflict), order: orderForTarget(loss, key.table, key.key, site, conflict), sqlstate: answerTo(loss, id, conflict) };
  }
}

/** Prisma's findUnique, update and delete take the row of a selector for the only one. */
function* lostSelectors(project: Project, database: Database, options: RuleOptions): Iterable<Use> {
  for (const site of project.sites) {
    const { match, table: id } = site;
    if (site.database !== database.id || id === null || site.client !== "prisma" || !match?.length || isPassedOver(site, options)) continue;
    if (!/\.(?:findUnique|findUniqueOrThrow|update|delete)$/.test(site.operation)) continue;
    const columns = match.map(({ column }) => column);
    const loss = lostSince(database, id, (table) => (table.complete ? totalKeysWithin(table, columns).length > 0 : null));
    const table = loss?.step.before.tables[id];
    const key = table && keysOn(table, columns)[0];
    if (!loss || !table || !key) continue;
    yield { loss, table, key, at: site.at, says: `${site.operation} takes any one of several rows`, order: "Deploy code that no longer selects by it first, and drop the key afterwards.", sqlstate: null };
  }
}

/** Handlers that compare an error's constraint with the key's name, or look for that in what the error says. */
function* lostNames(project: Project, database: Database, options: RuleOptions): Iterable<Use> {
  const known = new Set(project.databases.flatMap(({ migrated, schema }) => [...(migrated ? relationNames(migrated) : schema ? relationNames(schema) : [])]));
  for (const handler of project.handlers) {
    if (isPassedOver(handler, options)) continue;
    for (const test of handler.tests) {
      // Part of a name is found in others, too.
      if (test.kind !== "name" || test.how === "matches" || [...known].some((name) => mayName(test, name))) continue;
      const loss = lossOf(database, (catalog) => keyNamed(Object.values(catalog.tables), test.value) !== null);
      const found = loss && keyNamed(Object.values(loss.step.before.tables), test.value);
      // A table that goes takes its handlers' reason along.
      if (!loss || !found || database.migrated?.tables[found.table.id] === undefined) continue;
      yield { loss, ...found, at: test.at, says: `a handler waits for the constraint ${test.value}, which no error names any more`, order: orderForHandler(loss, found, test.value), sqlstate: "23505" };
    }
  }
}

function mayName({ how, value }: Extract<ErrorTest, { kind: "name" }>, name: string): boolean {
  return how === "equals" ? name === value : how === "starts-with" ? name.startsWith(value) : how === "ends-with" ? name.endsWith(value) : name.includes(value);
}

function orderForHandler(loss: Loss, { table, key }: { table: Table; key: UniqueKey }, name: string): string {
  const heir = loss.end.tables[table.id]?.keys.find((other) => isSameKey(other, key, table));
  return heir?.name ? `Deploy a handler that knows ${name} and ${heir.name} first, and rename afterwards.` : "Deploy code that no longer waits for it first, and drop the key afterwards.";
}

/** Handlers that look for a column or a key's name in Prisma's `meta.target`, where no key of the tables that they guard has it any more. */
function* lostMetaTargets(project: Project, database: Database, options: RuleOptions): Iterable<Use> {
  for (const handler of project.handlers) {
    const sites = coveredBy(project, handler);
    const ids = new Set(sites.map(({ table }) => table));
    if (isPassedOver(handler, options) || !handler.coversAll || ids.size === 0 || ids.has(null) || sites.some((site) => site.database !== database.id)) continue;
    for (const test of handler.tests) {
      if (test.kind !== "target") continue;
      const names = (key: UniqueKey): boolean => [key.name, ...partColumns(key)].some((name) => (test.how === "element-includes" ? name?.includes(test.value) : name === test.value));
      const keysIn = ({ tables }: Catalog): { table: Table; key: UniqueKey }[] => [...ids].flatMap((id) => (tables[id ?? ""]?.keys ?? []).filter(names).map((key) => ({ table: tables[id ?? ""]!, key })));
      const loss = lossOf(database, (catalog) => ([...ids].every((id) => catalog.tables[id ?? ""]?.complete === true) ? keysIn(catalog).length > 0 : null));
      const [found] = loss === null ? [] : keysIn(loss.step.before);
      if (!loss || !found) continue;
      yield { loss, ...found, at: test.at, says: `a handler looks for ${test.value} in the target of a violation, where no key puts it any more`, order: orderForHandler(loss, found, test.value), sqlstate: "23505" };
    }
  }
}

function keyNamed(tables: Table[], name: string): { table: Table; key: UniqueKey } | null {
  for (const table of tables) {
    const key = table.keys.find((one) => one.name === cutName(name));
    if (key) return { table, key };
  }
  return null;
}

function lostSince(database: Database, id: string, holds: (table: Table) => boolean | null): Loss | null {
  return lossOf(database, ({ tables }) => (tables[id] ? holds(tables[id]) : null));
}

function isMatched(table: Table, conflict: Conflict): boolean | null {
  const { kind } = inferArbiter(table, conflict);
  return kind === "unknown" || (kind === "none" && !table.complete) ? null : kind === "match";
}

function arbiterIn({ step }: Loss, id: string, conflict: Conflict): { table: Table; key: UniqueKey } | null {
  const table = step.before.tables[id];
  const verdict = table && inferArbiter(table, conflict);
  const [key] = verdict?.kind === "match" ? verdict.keys : [];
  return table && key ? { table, key } : null;
}

function answerTo({ step }: Loss, id: string, conflict: Conflict): string | null {
  const table = step.after.tables[id];
  const verdict = table && conflict.native !== "no" ? inferArbiter(table, conflict) : null;
  return verdict?.kind === "none" ? verdict.sqlstate : null;
}

function targetFails(site: Site, conflict: Conflict): string {
  if (conflict.native === "no") return `${site.operation} finds no key any more that keeps a second row out`;
  const { target } = conflict;
  const title = target.by === "constraint" ? `ON CONSTRAINT ${target.name}` : target.by === "columns" ? `ON CONFLICT ${describeParts(target.parts)}` : "ON CONFLICT on the primary key";
  return `${title} of ${site.operation} ${target.by === "constraint" ? "fails with 42704, the constraint does not exist" : "fails with 42P10, no unique or exclusion constraint matches it"}`;
}

/** The deploy order in which neither the old code nor the new one ever meets a schema that it cannot work with. */
function orderForTarget(loss: Loss, table: Table, key: UniqueKey, site: Site, conflict: Conflict): string {
  const after = loss.end.tables[table.id]?.keys ?? [];
  const same = after.find((other) => isSameKey(other, key, table));
  if (same && conflict.target.by === "constraint") return `Deploy code that names the columns, ON CONFLICT ${describeParts(key.parts)}, first: that works before and after; change the constraint afterwards.`;
  const partial = after.find((other) => other.where !== null && describeParts(other.parts) === describeParts(key.parts));
  if (partial?.where) {
    return site.client === "supabase" || site.client === "prisma"
      ? `${site.client === "prisma" ? "Prisma" : "supabase-js"} cannot name a predicate: move this upsert to SQL that ends in WHERE ${partial.where.text} first (a key over all rows accepts that, too), and drop the whole key afterwards.`
      : `Deploy code whose target adds WHERE ${partial.where.text} first: a key over all rows accepts that, too; make the key partial afterwards.`;
  }
  const earlier = loss.migration.before.tables[table.id]?.keys ?? [];
  const heir = after.find((other) => !earlier.some((old) => isSameKey(old, other, table)) && partColumns(other).some((column) => partColumns(key).includes(column)));
  if (heir) return `Build ${describeKey(heir)} beside the old key, deploy code that names ${describeParts(heir.parts)}, and drop the old key in a later migration${site.conflict?.action === "nothing" ? "; DO NOTHING without a target works with both" : ""}.`;
  return "Deploy code that no longer names it first, and drop the key in a later migration.";
}

/** The clause that takes the key away. */
function placeOf({ loss: { step }, key }: Use): Span {
  const columns = new Set([...partColumns(key), ...(key.where?.columns ?? [])]);
  const takes = (change: SchemaChange): boolean => {
    if (change.kind === "drop-index") return change.indexes.some(({ name }) => cutName(name) === key.name);
    if (change.kind === "drop-constraint" || change.kind === "rename-constraint") return cutName(change.name) === key.name;
    if (change.kind === "rename-index") return cutName(change.index.name) === key.name;
    return (change.kind === "drop-column" || change.kind === "rename-column") && columns.has(change.column);
  };
  return step.statement.changes.find(takes)?.at ?? step.statement.at;
}

function groupByPlace(uses: Use[]): Use[][] {
  const groups = new Map<string, Use[]>();
  for (const use of uses) {
    const at = placeOf(use);
    const id = `${at.path}:${String(at.start)}:${use.key.name ?? partTexts(use.key).join()}`;
    groups.set(id, [...(groups.get(id) ?? []), use]);
  }
  return [...groups.values()];
}

function describe(uses: Use[]): Problem {
  const first = uses[0]!;
  const more = uses.length === 1 ? "" : ` (and ${uses.length === 2 ? "one more place" : `${String(uses.length - 1)} more places`})`;
  return {
    message: `This takes ${describeKey(first.key)} of ${tableTitle(first.table.id)} away, but code still names it: ${first.says}${more}. ${first.order}`,
    at: placeOf(first),
    see: uses.slice(0, 5).map(({ at }) => ({ at, message: "named here" })),
    table: first.table.id,
    columns: partTexts(first.key),
    sqlstate: first.sqlstate,
  };
}
