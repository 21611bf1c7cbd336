import { columnOf, completeDedup, describeKey, findTable, keyBuilds, partColumns, partTexts, pendingMigrations, quoteName, replay, splitPredicate, tableTitle, totalKeysWithin, withRequired, type KeyBuild, type ReplayStep } from "../src/catalog/lookup.ts";
import type { Predicate, Table } from "../src/model/catalog.ts";
import type { Fix, Problem } from "../src/model/finding.ts";
import type { Database, Migration } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";
import type { Dedup } from "../src/model/statement.ts";

export const noMismatchedDedup: Rule = {
  name: "no-mismatched-dedup",
  family: "migrations",
  summary: "Forbid removing duplicates by another rule than the key that is built after it",
  why: "A dedup that looks at more rows or fewer columns than the key deletes rows that the key allows; one that looks at less leaves duplicates, and the build fails with 23505.",
  fix: "Group by exactly the key's columns, over exactly the rows of its predicate, and break ties with the primary key.",
  severity: "error",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, { text }) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of pendingMigrations(database)) {
        const position = database.migrations.indexOf(migration);
        for (const step of replay(migration)) {
          const { dedup } = step.statement;
          const problem = dedup?.grouping && dedup.action !== "rebuild" ? judge(database, position, step, { ...dedup, grouping: dedup.grouping }, text) : null;
          if (problem) yield problem;
        }
      }
    }
  },
};

type Grouped = Dedup & { grouping: NonNullable<Dedup["grouping"]> };

function judge(database: Database, position: number, step: ReplayStep, dedup: Grouped, text: RuleOptions["text"]): Problem | null {
  const found = findTable(step.before, dedup.table, step.searchPath);
  const table = found === null ? null : withRequired(database.migrations[position]!, step, found);
  const build = table ? findKeyAfter(database, position, step.index, table, dedup) : null;
  if (!table || !build) return null;
  if (!areRelated(dedup, build) || (dedup.action === "change" && !takesOut(dedup, build))) return null;
  if (dedup.action === "number") return compareNumbers(table, dedup, build);
  const columns = compareColumns(dedup, build);
  const others = dedupsAlike(database, position, step, dedup, build);
  const why = columns ?? compareRows(dedup, build, others) ?? compareKept(dedup, build) ?? compareNulls(dedup, build, table) ?? compareTies(dedup, table, others);
  if (why === null) return null;
  const migration = database.migrations[position];
  const fix = columns !== null || migration === undefined ? null : completeDedup(migration, step.statement, dedup, conditionsLeft(dedup, build, table), text);
  const problem = describe(table, dedup, build, why, fix);
  return columns === null && mayNeverCollide(dedup, build, table) ? { ...problem, severity: "warning" } : problem;
}

/** The rows that the dedup leaves out may all have NULL in a column of the key: who writes them decides. */
function mayNeverCollide(dedup: Grouped, build: KeyBuild, table: Table): boolean {
  const { missing, extra } = differences(dedup, build);
  return missing.length === 0 && extra.length > 0 && !build.key.nullsNotDistinct && nullableColumns(dedup, build, table).length > 0;
}

/** The first key built after it over these columns: in the same file, else in one of the next three. An exact match wins. */
function findKeyAfter(database: Database, position: number, index: number, table: Table, dedup: Grouped): KeyBuild | null {
  const own = database.migrations[position];
  const later: KeyBuild[] = database.migrations
    .slice(position, position + 4)
    .flatMap((migration: Migration) => keyBuilds(migration))
    .filter((build) => build.table.name === table.name && (build.migration !== own || build.step.index > index));
  const columns = partColumns({ parts: dedup.grouping });
  const related = later.filter((build) => partColumns(build.key).some((column) => columns.includes(column)) && (dedup.action !== "number" || partColumns(build.key).includes(dedup.sets[0] ?? "")));
  return related.find((build) => isSameSet(partTexts(build.key), partTexts({ parts: dedup.grouping }))) ?? (related.length === 1 ? related[0]! : null);
}

/** Numbers begin anew in each group, so the key has to hold what the groups are made of. */
function compareNumbers(table: Table, dedup: Grouped, build: KeyBuild): Problem | null {
  const [grouped, kept] = [partTexts({ parts: dedup.grouping }), partTexts(build.key)];
  const missing = grouped.filter((part) => !kept.includes(part));
  const [column] = dedup.sets;
  if (column === undefined || missing.length === 0 || !kept.includes(column) || !kept.every((part) => grouped.includes(part))) return null;
  return describe(table, dedup, build, `it numbers ${column} anew for each ${missing.join(", ")}, so rows that differ in ${missing.join(", ")} get the same ${column}, and the build fails with 23505`);
}

/** One groups by all that the other names, or more: else the dedup serves something else. */
function areRelated(dedup: Grouped, build: KeyBuild): boolean {
  const [grouped, kept] = [partTexts({ parts: dedup.grouping }), partTexts(build.key)];
  return grouped.every((part) => kept.includes(part)) || kept.every((part) => grouped.includes(part));
}

/** A row that is changed elsewhere stays a duplicate. */
function takesOut({ sets }: Grouped, { key }: KeyBuild): boolean {
  const counting = [...partColumns(key), ...(key.where?.columns ?? [])];
  return sets.some((column) => counting.includes(column));
}

/** Those that come between it and the key, by the same columns. */
function dedupsAlike(database: Database, position: number, step: ReplayStep, dedup: Grouped, build: KeyBuild): Grouped[] {
  const statements = database.migrations.slice(position, database.migrations.indexOf(build.migration) + 1).flatMap(({ statements: all }, index) => (index === 0 ? all.slice(step.index + 1) : all));
  return statements.flatMap(({ dedup: other, at }): Grouped[] => {
    if (other?.grouping == null || other.table.name !== dedup.table.name || !isSameSet(partTexts({ parts: other.grouping }), partTexts({ parts: dedup.grouping }))) return [];
    return at.path === build.at.path && at.start > build.at.start ? [] : [{ ...other, grouping: other.grouping }];
  });
}

function compareColumns(dedup: Grouped, build: KeyBuild): string | null {
  const [grouped, kept] = [partTexts({ parts: dedup.grouping }), partTexts(build.key)];
  if (isSameSet(grouped, kept)) return null;
  if (grouped.every((part) => kept.includes(part))) {
    if (dedup.action === "change") return null;
    return `it groups by (${grouped.join(", ")}) only, so it ${loses(dedup)} rows that differ in ${kept.filter((part) => !grouped.includes(part)).join(", ")} and that the key allows`;
  }
  if (kept.every((part) => grouped.includes(part))) {
    return `it groups by (${grouped.join(", ")}), so rows that differ in ${grouped.filter((part) => !kept.includes(part)).join(", ")} stay, and the build fails with 23505`;
  }
  return null;
}

/** Conditions of the key that the dedup lacks, and the other way round. */
function differences(dedup: Grouped, build: KeyBuild): { missing: string[]; extra: string[] } {
  const [kept, looked] = [conditions(build.key.where), conditions(dedup.where)];
  // NULLs never collide in the key, so "is not null" on its columns says nothing about which rows are duplicates.
  const nulls = new Set(partColumns(build.key).map((column) => `${column} is not null`.toLowerCase()));
  const ignored = (text: string) => !build.key.nullsNotDistinct && nulls.has(text.replaceAll('"', "").toLowerCase());
  return { missing: kept.filter((text) => !looked.includes(text) && !ignored(text)), extra: looked.filter((text) => !kept.includes(text) && !ignored(text)) };
}

/** What a dedup has to look at as well, so that it takes rows of the key only. Empty where it looks at too few already. */
function conditionsLeft(dedup: Grouped, build: KeyBuild, table: Table): Parameters<typeof completeDedup>[3] {
  const { missing, extra } = differences(dedup, build);
  if (extra.length > 0 || dedup.action === "change") return [];
  const nulls = dedup.nullsEqual && !build.key.nullsNotDistinct ? nullableColumns(dedup, build, table) : [];
  return [...[...missing, ...chosenOutside(dedup, build)].map((text) => ({ text, columns: build.key.where?.columns ?? [] })), ...nulls.map((column) => ({ text: `${quoteName(column)} IS NOT NULL`, columns: [column] }))];
}

function compareRows(dedup: Grouped, build: KeyBuild, others: Grouped[]): string | null {
  const [kept, looked] = [conditions(build.key.where), conditions(dedup.where)];
  const { missing, extra } = differences(dedup, build);
  if (missing.length > 0 && extra.length > 0) return null;
  if (missing.length > 0 && dedup.action !== "change") return `it looks at all rows${looked.length > 0 ? ` WHERE ${looked.join(" AND ")}` : ""}, but the key holds only those WHERE ${kept.join(" AND ")}: rows outside of the key are ${lost(dedup)} too`;
  // What it leaves, a later one takes.
  const isSettled = others.some((other) => (other.action !== "change" || takesOut(other, build)) && differences(other, build).extra.length === 0);
  if (extra.length > 0 && !isSettled) return `it looks only at rows WHERE ${looked.join(" AND ")}, but the key holds ${kept.length > 0 ? `those WHERE ${kept.join(" AND ")}` : "all rows"}: duplicates stay, and the build fails with 23505`;
  return null;
}

/**
 * Conditions of the key that say which rows go, but not which row stays. Within a group its own columns are alike, and an order that asks for a
 * condition's column may put the rows first that meet it.
 */
function chosenOutside(dedup: Grouped, build: KeyBuild): string[] {
  if (dedup.among === undefined) return [];
  const [kept, looked, among] = [conditions(build.key.where), conditions(dedup.where), conditions(dedup.among)];
  const settled = [...partColumns({ parts: dedup.grouping }), ...dedup.order];
  // Renaming too many rows loses none; marking them as deleted does.
  const open = (dedup.where?.columns ?? []).filter((column) => !settled.some((text) => names(text, column)) && (dedup.action !== "change" || dedup.sets.includes(column)));
  return kept.filter((text) => looked.includes(text) && !among.includes(text) && open.some((column) => names(text, column)));
}

function names(text: string, column: string): boolean {
  return new RegExp(`(?<![\\w$])${column.replace(/[^\w]/g, "\\$&")}(?![\\w$])`).test(text);
}

function compareKept(dedup: Grouped, build: KeyBuild): string | null {
  const outside = chosenOutside(dedup, build);
  if (outside.length === 0) return null;
  return `it chooses the row that stays among all rows, not only among those WHERE ${outside.join(" AND ")}: where it chooses another one, every row of that group WHERE ${outside.join(" AND ")} is ${dedup.action === "change" ? "taken out of the key" : lost(dedup)}`;
}

/** Columns of the key that may hold NULL in the rows that the dedup looks at. */
function nullableColumns(dedup: Grouped, build: KeyBuild, table: Table): string[] {
  const looked = conditions(dedup.where).map((text) => text.replaceAll('"', "").toLowerCase());
  // Inside coalesce(…) NULLs are values; a column that is NOT NULL when the key is built had its NULLs settled some other way.
  const plain = build.key.parts.flatMap((part) => (part.kind === "column" ? [part.column] : []));
  const isNullable = (column: string) => [table, build.table].every((version) => columnOf(version, column)?.nullable === true);
  return plain.filter((column) => isNullable(column) && !looked.includes(`${column} is not null`.toLowerCase()));
}

/** PARTITION BY puts NULLs into one group; in the key they are distinct. Renaming too many rows loses none. */
function compareNulls(dedup: Grouped, build: KeyBuild, table: Table): string | null {
  const nullable = nullableColumns(dedup, build, table);
  if (nullable.length === 0) return null;
  if (dedup.nullsEqual && !build.key.nullsNotDistinct && dedup.action !== "change") {
    return `it treats rows whose ${nullable.join(", ")} is NULL as duplicates of each other, but NULLs are distinct in the key: they are ${lost(dedup)} too`;
  }
  if (!dedup.nullsEqual && build.key.nullsNotDistinct) {
    return `it compares with =, which never finds NULLs, but the key is NULLS NOT DISTINCT: duplicates with NULL in ${nullable.join(", ")} stay, and the build fails with 23505`;
  }
  return null;
}

/** Not where what chooses is unique among duplicates, and not where a second dedup settles the ties of the first. */
function compareTies(dedup: Grouped, table: Table, others: Grouped[]): string | null {
  const chosen = [...partColumns({ parts: dedup.grouping }), ...dedup.order.map((text) => text.replace(/ desc$/, "").replaceAll('"', ""))];
  const isSettled = others.some(({ ties }) => ties === false);
  return dedup.ties === true && !isSettled && totalKeysWithin(table, chosen).length === 0 ? "two rows can tie in what chooses the one that stays: duplicates stay, and the build fails with 23505, or all of them go" : null;
}

function conditions(where: Predicate | null): string[] {
  return where === null ? [] : splitPredicate(where);
}

function loses(dedup: Dedup): string {
  return dedup.action === "delete" ? "deletes" : "empties";
}

function lost(dedup: Dedup): string {
  return dedup.action === "delete" ? "deleted" : "emptied";
}

function isSameSet(a: string[], b: string[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((item) => b.includes(item));
}

function describe(table: Table, dedup: Dedup, build: KeyBuild, why: string, fix: Fix | null = null): Problem {
  const key = describeKey({ ...build.key, deferrable: false, valid: null, declared: [], built: [] });
  return {
    message: `This dedup of ${tableTitle(table.id)} does not fit ${key}, which is built after it: ${why}.`,
    at: dedup.at,
    see: [{ at: build.at, message: `${key} is built here` }],
    table: table.id,
    columns: partTexts(build.key),
    sqlstate: /23505/.test(why) ? "23505" : null,
    suggestions: fix === null ? [] : [fix],
  };
}
