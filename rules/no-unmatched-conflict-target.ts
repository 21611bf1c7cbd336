import {
  declareKey,
  inferArbiter,
  repeatPredicate,
  isPassedOver,
  lostArbiter,
  strangersOf,
  describeColumns,
  partTexts,
  placeOfKey,
  placeOfTable,
  describeKey,
  tableTitle,
  versionsOfTable,
  provesAbsence,
  databaseOf,
  tableOf,
  type ArbiterMismatch,
  type ArbiterVerdict,
} from "../src/catalog/lookup.ts";
import type { Table } from "../src/model/catalog.ts";
import type { Fix, Problem } from "../src/model/finding.ts";
import type { Conflict, Database, Site } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

export const noUnmatchedConflictTarget: Rule = {
  name: "no-unmatched-conflict-target",
  family: "assumed",
  summary: "Forbid conflict targets that no unique key matches",
  why: "Postgres refuses such a statement with 42P10 every time it runs, so the upsert has never worked.",
  fix: "Declare the key in the schema and build it in a migration, or name exactly the columns (and the predicate) of a key that exists.",
  severity: "error",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, options) {
    for (const site of project.sites) {
      if (!site.conflict || isPassedOver(site, options)) continue;
      const table = tableOf(project, site);
      const database = databaseOf(project, site.database);
      if (!table || !database || table.kind !== "table") continue;
      if (database.catalog.dialect !== "postgres" && database.catalog.dialect !== "sqlite") continue;
      const { conflict } = site;
      const [problem] = (conflict.oneOf ?? [conflict.target]).flatMap((target) => judge(database, table, site, { ...conflict, target }, options) ?? []);
      if (problem) yield problem;
    }
  },
};

function judge(database: Database, table: Table, site: Site, conflict: Conflict, options: RuleOptions): Problem | null {
  const verdict = inferArbiter(table, conflict, database.catalog.dialect);
  if (verdict.kind === "unknown") return droppedColumn(database, table, conflict) ?? failsWhenPrepared(database, table, site, conflict);
  if (verdict.kind === "match" || !provesAbsence(database, table)) return null;
  // Schema and migrations may disagree: that is reported once, by no-schema-drift.
  const disputed = versionsOfTable(database, table.id).some((version) => inferArbiter(version, conflict, database.catalog.dialect).kind === "match");
  if (disputed) return null;
  const problem = conflict.target.by === "columns" && conflict.target.selector !== null ? missingSelector(table, site, conflict, verdict) : unmatched(database, table, site, conflict, verdict);
  return { ...problem, suggestions: repair(database, table, { ...site, conflict }, verdict, options) };
}

/** The clause brought to the key that comes closest, or the key that the clause names. */
function repair(database: Database, table: Table, site: Site, verdict: Refusal, { text }: RuleOptions): Fix[] {
  const why = verdict.closest?.why;
  if (why?.kind === "predicate") return repeatPredicate(site, why.needs, text);
  const target = site.conflict?.target;
  if (target?.by !== "columns" || target.where || (why !== undefined && why.kind !== "other-columns" && why.kind !== "missing-columns" && why.kind !== "extra-columns")) return [];
  const columns = target.parts.flatMap((part) => (part.kind === "column" && part.collation === null && part.opclass === null ? [part.column] : []));
  return columns.length === target.parts.length ? declareKey(database, table.id, columns, text) : [];
}

/** A column that the table had until a migration dropped it; one that it never had may belong to another table of that name. */
function droppedColumn(database: Database, table: Table, conflict: Conflict): Problem | null {
  const postgres = database.catalog.dialect === "postgres";
  const [column] = versionsOfTable(database, table.id).map((version) => strangersOf(version, conflict)).reduce((all, each) => all.filter((name) => each.includes(name)));
  const migration = column === undefined ? null : lostArbiter(database, table, conflict);
  const dropped = migration?.statements.flatMap((statement) => (statement.changes.some((change) => change.kind === "drop-column" && change.column === column) ? [statement.at] : []))[0];
  if (column === undefined || dropped === undefined) return null;
  return {
    message: `${titleOf(conflict)} names a column that ${tableTitle(table.id)} no longer has. ${postgres ? `Postgres answers 42703: column "${column}" does not exist` : `SQLite refuses it: no such column: ${column}`}.`,
    at: conflict.at,
    see: [{ at: dropped, message: "dropped here, with the key that the clause was written for" }],
    table: table.id,
    columns: targetColumns(conflict),
    sqlstate: postgres ? "42703" : null,
  };
}

type Refusal = Extract<ArbiterVerdict, { kind: "none" }>;

function unmatched(database: Database, table: Table, site: Site, conflict: Conflict, verdict: Refusal): Problem {
  const postgres = database.catalog.dialect === "postgres";
  const answer = postgres ? `Postgres answers ${verdict.sqlstate}: ${verdict.answer}` : "SQLite refuses it: the clause matches no PRIMARY KEY or UNIQUE constraint";
  const advice = verdict.closest ? ` ${adviseOn(verdict.closest.why, describeKey(verdict.closest.key), site)}` : "";
  return {
    message: `${titleOf(conflict)} ${faultOf(conflict)} ${tableTitle(table.id)}. ${answer}.${advice}`,
    at: conflict.at,
    see: pointAt(table, verdict),
    table: table.id,
    columns: targetColumns(conflict),
    sqlstate: postgres ? verdict.sqlstate : null,
  };
}

function missingSelector(table: Table, site: Site, conflict: Conflict, verdict: Refusal): Problem {
  const selector = conflict.target.by === "columns" ? conflict.target.selector : null;
  const columns = targetColumns(conflict);
  return {
    message:
      `${site.operation} selects by ${selector}, but ${tableTitle(table.id)} has no unique key on ${describeColumns(columns ?? [])}: ` +
      "the client throws PrismaClientValidationError, and nothing keeps these values unique.",
    at: conflict.at,
    see: pointAt(table, verdict),
    table: table.id,
    columns,
    sqlstate: null,
  };
}

/**
 * A parameter only implies a partial key's predicate while the plan is custom (reference §2.4). Where the key is sure without it, nothing fails, and
 * where no partial key has these columns, the parameter is not what decides.
 */
function failsWhenPrepared(database: Database, table: Table, site: Site, conflict: Conflict): Problem | null {
  const { target } = conflict;
  if (!conflict.prepared || target.by !== "columns" || target.where?.parameters !== true || database.catalog.dialect !== "postgres") return null;
  const { where } = target;
  const partial = table.keys.filter((key) => key.where !== null && key.where.columns.some((column) => where.columns.includes(column)));
  if (!partial.some((key) => inferArbiter({ ...table, keys: [key] }, { ...conflict, target: { ...target, where: key.where } }).kind === "match")) return null;
  return {
    message:
      `The predicate of ${titleOf(conflict)} holds a bind parameter and the statement is prepared: from its sixth execution on Postgres ` +
      `answers 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification. Write the value into the SQL of ${site.operation}.`,
    at: conflict.at,
    table: table.id,
    columns: targetColumns(conflict),
    sqlstate: "42P10",
  };
}

function titleOf(conflict: Conflict): string {
  const { target } = conflict;
  if (target.by === "constraint") return `ON CONFLICT ON CONSTRAINT ${target.name}`;
  if (target.by === "columns") {
    const where = target.where ? ` WHERE ${target.where.text}` : "";
    return `ON CONFLICT ${describeColumns(partTexts(target))}${where}`;
  }
  return conflict.action === "nothing" ? "ON CONFLICT DO NOTHING" : "ON CONFLICT DO UPDATE";
}

function faultOf({ target }: Conflict): string {
  return target.by === "columns" && target.order !== undefined ? `says an order (${target.order}), which can choose no key of` : "matches no unique key of";
}

function targetColumns(conflict: Conflict): string[] | null {
  return conflict.target.by === "columns" ? partTexts(conflict.target) : null;
}

function pointAt(table: Table, verdict: Refusal): NonNullable<Problem["see"]> {
  const key = verdict.closest?.key;
  const place = key ? placeOfKey(key) : null;
  if (key && place) return [{ at: place, message: `closest: ${describeKey(key)}` }];
  const home = placeOfTable(table);
  return home ? [{ at: home, message: `${tableTitle(table.id)} is declared here` }] : [];
}

function adviseOn(why: ArbiterMismatch, key: string, site: Site): string {
  switch (why.kind) {
    case "predicate":
      return `${key} holds only rows WHERE ${why.needs}: ${howToNamePredicate(site, why.needs)}.`;
    case "missing-columns":
      return `The closest is ${key}; the target lacks ${why.columns.join(", ")}.`;
    case "extra-columns":
      return `The closest is ${key}; ${why.columns.join(", ")} is no part of it.`;
    case "other-columns":
      return `It has ${key}.`;
    case "expression":
      return `The closest is ${key}: the target has to repeat ${why.expression}.`;
    case "deferrable":
      return `${key} is DEFERRABLE, and such a key can never be an arbiter.`;
    case "not-a-constraint":
      return `${key} is a unique index without a constraint: name its columns instead.`;
    case "invalid":
      return `${key} is INVALID: its build failed, or a partition has no such index yet.`;
    case "collation-or-opclass":
      return `${key} has another collation or operator class.`;
    case "near-name":
      return `Did you mean ${why.name}?`;
  }
}

function howToNamePredicate(site: Site, needs: string): string {
  const nothing = site.conflict?.action === "nothing";
  switch (site.client) {
    case "drizzle":
      return `repeat it as \`${nothing ? "where" : "targetWhere"}: sql\`${needs}\`\``;
    case "kysely":
      return `repeat it with \`.where(sql\`${needs}\`)\` on the conflict builder`;
    case "supabase":
      return "supabase-js cannot repeat a predicate, so it needs a key over all rows or a database function";
    case "typeorm":
      return "repeat it as `indexPredicate`";
    case "knex":
      return "repeat it in `onConflict(knex.raw(…))`";
    case "prisma":
      return "Prisma cannot repeat a predicate, so it needs a key over all rows or raw SQL";
    default:
      return `write it after the columns, ON CONFLICT (…) WHERE ${needs}`;
  }
}
