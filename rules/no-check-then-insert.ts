import {
  cannotViolate,
  checksBefore,
  databaseOf,
  declareKey,
  describeKey,
  insertedValue,
  isConstant,
  isHandledOnEveryWay,
  isHistory,
  isIsolated,
  isPassedOver,
  isSerialized,
  joinWords,
  keysViolatedBy,
  meaningOfRest,
  describeColumns,
  partColumns,
  placeOfKey,
  placeOfTable,
  provesAbsence,
  surelyLiesIn,
  tableOf,
  tableTitle,
  versionsOfTable,
  type Check,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Fix, Problem } from "../src/model/finding.ts";
import type { Database, Project, Site, Written } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

export const noCheckThenInsert: Rule = {
  name: "no-check-then-insert",
  family: "assumed",
  summary: "Forbid a look-up that decides about an insert which the database does not guard",
  why: "Two callers can both find nothing and both insert: without a unique key both rows stay, with one the second caller gets 23505.",
  fix: "Declare a unique key on the compared columns and insert with ON CONFLICT, or handle the violation by reading the winner's row.",
  severity: "error",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, options) {
    for (const site of project.sites) {
      if ((site.kind !== "insert" && site.kind !== "update") || site.conflict || !site.columns || isPassedOver(site, options)) continue;
      if (site.entry === "migration" || site.entry === "seed" || isSerialized(site) || isIsolated(site)) continue;
      if (site.kind === "update") {
        const problem = nextNumber(project, site);
        if (problem) yield problem;
        continue;
      }
      const judged = checksBefore(project, site).flatMap((check): Judged[] => {
        const problem = isSerialized(site, check.ways) ? null : judge(project, site, check, options);
        return problem ? [{ check, problem }] : [];
      });
      const next = judged.length === 0 ? nextNumber(project, site) : null;
      if (next) yield next;
      yield* whereDecided(judged);
    }
  },
};

type Judged = { check: Check; problem: Problem };

/** One for each way to the insert: the worst, and of those the nearest. */
function whereDecided(judged: Judged[]): Problem[] {
  const told = new Set<number>();
  const problems: Problem[] = [];
  for (const { check, problem } of [...judged.filter((each) => each.problem.severity === "error"), ...judged.filter((each) => each.problem.severity !== "error")]) {
    if (problems.length > 0 && (check.ways ?? []).every((way) => told.has(way))) continue;
    problems.push(problem);
    if (!check.ways) break;
    for (const way of check.ways) told.add(way);
  }
  return problems;
}

/**
 * The key that is missing, as an edit of the schema. None where it would forbid rows that are meant: a constant is the state or type that these rows
 * are in, and others may have it more than once; so may rows that the look-up leaves out, and a wider key is there to keep several apart.
 */
function keyFor(database: Database, insert: Site, check: Check, table: Table, columns: string[], options: RuleOptions): Fix[] {
  const isOfSomeRows = check.more.length > 0 || check.lookup.matchRest.length > 0 || columns.some((column) => isConstant(insert.columns?.find((item) => item.column === column)));
  const isParted = table.keys.some((key) => columns.every((column) => partColumns(key).includes(column)));
  return isOfSomeRows || isParted ? [] : declareKey(database, table.id, columns, options.text);
}

function judge(project: Project, insert: Site, check: Check, options: RuleOptions): Problem | null {
  const table = tableOf(project, insert);
  const database = databaseOf(project, insert.database);
  if (!table || !database || table.kind !== "table") return null;
  const violated = keysViolatedBy(table, insert).filter((key) => surelyLiesIn(table, insert, key) && !isGivenId(table, key, insert, check.same));
  const meanings = check.lookup.matchRest.map((rest) => meaningOfRest(table, rest));
  const understood = meanings.every((meaning) => meaning.kind !== "unknown" && (meaning.kind !== "among" || meaning.columns.every((column) => check.same.some((item) => item.column === column))));
  const within = violated.find((key) => check.same.every((item) => item.value.origin === "literal" || partColumns(key).includes(item.column)));
  if (check.asks !== "row") {
    if (within) return withKey(project, insert, check, table, within, []);
    return check.asks === "none" && understood && provesAbsence(database, table) && cannotViolate(table, insert) ? noneYet(database, insert, check, table) : null;
  }
  const spelled = meanings.flatMap((meaning) => (meaning.kind === "equal" ? meaning.columns : []));
  const compared = [...check.same, ...check.more].map((item) => item.column).concat(spelled, columnsInText(table, insert, check.lookup), madeOf(insert, check.same));
  const filters = [
    ...check.more.map(({ column }): Filter => ({ text: column, columns: [column] })),
    ...(understood ? check.lookup.matchRest.flatMap((text, i): Filter[] => (meanings[i]?.kind === "constant" ? [{ text, columns: meanings[i].columns }] : [])) : []),
  ];
  if (versionsOfTable(database, table.id).some((version) => isBacked(version, compared))) {
    const key = violated.find((candidate) => partColumns(candidate).every((column) => compared.includes(column)));
    return key ? withKey(project, insert, check, table, key, filters) : null;
  }
  // Two calls with the same input meet in a wider key, if not in this one.
  if (within && understood) return withKey(project, insert, check, table, within, filters);
  const mayBeBacked = table.keys.some((key) => mayBack(table, insert, check.same, compared, key));
  if (isHistory(project, insert, check)) return null;
  const closed = violated.filter((key) => !isOpen(table, insert, key, compared));
  if (!understood || closed.length > 0 || mayBeBacked || !provesAbsence(database, table)) return null;
  const problem = withoutKey(database, insert, check, table, spelled, options);
  // Whether a row has the part that the wider key needs, its writer decides.
  return violated.length > 0 ? { ...problem, severity: "warning" } : problem;
}

/** A wider key with a part that is left NULL in some cases: those rows never collide. */
function isOpen(table: Table, insert: Site, key: UniqueKey, compared: string[]): boolean {
  if (key.nullsNotDistinct) return false;
  return partColumns(key).some((name) => {
    const written = insert.columns?.find((item) => item.column === name);
    return !compared.includes(name) && written?.value.nullable === true && table.columns.find((column) => column.name === name)?.nullable === true;
  });
}

/** `max(position) + 1` of the same table: two callers that read the same last row write the same number. */
function nextNumber(project: Project, site: Site): Problem | null {
  const table = tableOf(project, site);
  const database = databaseOf(project, site.database);
  if (!table || !database || table.kind !== "table" || isHandledOnEveryWay(project, site, undefined)) return null;
  const counted = (site.columns ?? []).filter((item) => item.value.next !== undefined);
  const lookup = project.sites[counted[0]?.value.next ?? -1];
  if (!lookup) return null;
  const names = counted.map((item) => item.column);
  const violated = site.kind === "insert" ? keysViolatedBy(table, site).filter((key) => surelyLiesIn(table, site, key)) : table.keys.filter((key) => key.kind !== "exclusion" && !key.where && !key.deferrable);
  const key = violated.find((candidate) => partColumns(candidate).some((column) => names.includes(column)));
  if (key) return numberTakenTwice(database, site, lookup, table, key, names);
  const isKept = versionsOfTable(database, table.id).some((version) => version.keys.some((each) => partColumns(each).some((column) => names.includes(column))));
  return site.kind === "insert" && !isKept && provesAbsence(database, table) ? numberGivenTwice(database, site, lookup, table, names) : null;
}

function numberTakenTwice(database: Database, site: Site, lookup: Site, table: Table, key: UniqueKey, names: string[]): Problem {
  const place = placeOfKey(key);
  const postgres = database.catalog.dialect === "postgres";
  return {
    message:
      `Of two callers that read the same last row and write the next ${joinWords(names)}, the second one fails: ${describeKey(key)} answers ${postgres ? "23505, " : ""}` +
      "duplicate key, and nothing here or in the callers handles it.",
    at: site.at,
    see: [{ at: lookup.at, message: "read here" }, ...(place ? [{ at: place, message: describeKey(key) }] : [])],
    severity: "warning",
    table: table.id,
    columns: partColumns(key),
    sqlstate: postgres ? "23505" : null,
  };
}

function numberGivenTwice(database: Database, site: Site, lookup: Site, table: Table, names: string[]): Problem {
  const home = placeOfTable(table);
  return {
    message:
      `Two callers that read the same rows write the same next ${joinWords(names)}: no unique key of ${tableTitle(table.id)} holds ${joinWords(names)} and no lock is taken, ` +
      `so ${nameOf(database)} keeps both rows.`,
    at: site.at,
    see: [{ at: lookup.at, message: "read here" }, ...(home ? [{ at: home, message: `${tableTitle(table.id)} declares no such key` }] : [])],
    severity: "warning",
    table: table.id,
    columns: names,
    sqlstate: null,
  };
}

/** An id that a caller hands down and nobody looks for was most likely made there, so the primary key says nothing about two callers. */
function isGivenId(table: Table, key: UniqueKey, insert: Site, same: Written[]): boolean {
  const [column, ...others] = partColumns(key);
  const origin = insert.columns?.find((item) => item.column === column)?.value.origin;
  return key.kind === "primary" && others.length === 0 && origin === "parameter" && ![...same.map((item) => item.column), ...table.foreignKeys.flatMap((one) => one.columns)].includes(column ?? "");
}

/** A unique key, partial and expression ones too, that reads only these columns. */
function isBacked(table: Table, columns: string[]): boolean {
  return table.keys.some((key) => partColumns(key).every((column) => columns.includes(column)));
}

/** A key of what is compared and of columns that the insert may write or not: equal in both rows, as far as is known. */
function mayBack(table: Table, insert: Site, same: Written[], compared: string[], key: UniqueKey): boolean {
  const columns = partColumns(key);
  const meets = (name: string): boolean => insertedValue(table, insert, name).kind === "unknown" && (key.nullsNotDistinct || table.columns.find((column) => column.name === name)?.nullable === false);
  return same.every((item) => item.value.origin === "literal" || columns.includes(item.column)) && columns.every((name) => compared.includes(name) || meets(name));
}

/** Columns whose value is made of what is compared, and of nothing else: `slug: slugOf(type)` after a look-up by `type`. */
function madeOf(insert: Site, same: Written[]): string[] {
  const texts = new Set(same.map((item) => item.value.text));
  return (insert.columns ?? []).flatMap(({ column, value }) => {
    const given = /^[\w.]+\(([^()]+)\)$/.exec(value.text)?.[1]?.split(", ");
    return given?.every((text) => texts.has(text)) === true && value.origin !== "generated" && value.origin !== "created" ? [column] : [];
  });
}

/** Written columns that other conditions of the look-up speak of: `lower(email) = …`. */
function columnsInText(table: Table, insert: Site, lookup: Site): string[] {
  const text = lookup.matchRest.join(" ");
  return (insert.columns ?? []).flatMap(({ column }) => {
    const names = [column, table.columns.find((item) => item.name === column)?.property];
    return names.some((name) => name && new RegExp(`(^|\\W)${name.replace(/\W/g, "\\$&")}(\\W|$)`).test(text)) ? [column] : [];
  });
}

function withoutKey(database: Database, insert: Site, check: Check, table: Table, spelled: string[], options: RuleOptions): Problem {
  const columns = [...check.same.map((item) => item.column), ...spelled];
  return {
    message:
      `${tableTitle(table.id)} has no unique key on ${describeColumns(columns)}: two callers that both find nothing both insert, and ${nameOf(database)} keeps both rows ` +
      `with the same ${joinWords(columns)}.${lagOf(check)}`,
    at: check.from ?? insert.at,
    see: placesOf(check, insert, table),
    severity: "error",
    table: table.id,
    columns,
    sqlstate: null,
    suggestions: keyFor(database, insert, check, table, columns, options),
  };
}

/** "Are there any yet?", and then many rows: which key they would need depends on what they differ in. */
function noneYet(database: Database, insert: Site, check: Check, table: Table): Problem {
  const columns = check.same.map((item) => item.column);
  return {
    message:
      `No unique key of ${tableTitle(table.id)} stops these rows from being inserted twice: two callers that both find none with the same ${joinWords(columns)} both insert theirs, ` +
      `and ${nameOf(database)} keeps all of them.${lagOf(check)}`,
    at: check.from ?? insert.at,
    see: placesOf(check, insert, table),
    severity: "warning",
    table: table.id,
    columns,
    sqlstate: null,
  };
}

/** The look-up, and the insert where that is not where it is decided. */
function askedAt({ lookup, from }: Check, insert: Site): NonNullable<Problem["see"]> {
  return [{ at: lookup.at, message: "looked up here" }, ...(from ? [{ at: insert.at, message: "inserted here" }] : [])];
}

function placesOf(check: Check, insert: Site, table: Table): NonNullable<Problem["see"]> {
  const home = placeOfTable(table);
  return [...askedAt(check, insert), ...(home ? [{ at: home, message: `${tableTitle(table.id)} declares no such key` }] : [])];
}

/** What a look-up also asks for, of columns of its table. */
type Filter = { text: string; columns: string[] };

function withKey(project: Project, insert: Site, check: Check, table: Table, key: UniqueKey, filters: Filter[]): Problem | null {
  const keyColumns = partColumns(key);
  // What it says of the key's own columns tells other rows apart from this one, and leaves out none that is in the way.
  const narrower = filters.filter(({ columns }) => !columns.every((column) => keyColumns.includes(column))).map(({ text }) => text);
  const raceless = narrower.length > 0 && !key.where;
  // A race is rare enough to be logged; what collides each time is not.
  if (isHandledOnEveryWay(project, insert, check.ways, raceless ? "told" : "answered")) return null;
  const place = placeOfKey(key);
  const cause =
    raceless
      ? `the look-up asks for another predicate than the key (also ${joinWords(narrower)}), so the insert can collide even without a race`
      : "of two callers that both find nothing the second one fails";
  const postgres = databaseOf(project, insert.database)?.catalog.dialect === "postgres";
  return {
    message: `${capitalise(cause)}: ${describeKey(key)} answers ${postgres ? "23505, " : ""}duplicate key, and nothing here or in the callers handles it.${lagOf(check)}`,
    at: check.from ?? insert.at,
    see: [...askedAt(check, insert), ...(place ? [{ at: place, message: describeKey(key) }] : [])],
    severity: "warning",
    table: table.id,
    columns: keyColumns,
    sqlstate: postgres ? "23505" : null,
  };
}

/** Replication is asynchronous unless a server is told otherwise: what one caller has committed, the next one may not see there yet. */
function lagOf({ lookup }: Check): string {
  return lookup.replica === true ? " It takes no race: the look-up asks a read replica, which lags, so one caller right after the other may find nothing too." : "";
}

function nameOf(database: Database): string {
  return { postgres: "Postgres", mysql: "MySQL", sqlite: "SQLite", other: "the database" }[database.catalog.dialect];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
