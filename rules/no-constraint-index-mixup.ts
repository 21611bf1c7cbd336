import { cutName, findTable, partTexts, pendingMigrations, quoteName, quoteTable, replay, tableTitle, type ReplayStep } from "../src/catalog/lookup.ts";
import type { Index, Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Migration, Project } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";
import type { QualifiedName, SchemaChange } from "../src/model/schema-change.ts";

export const noConstraintIndexMixup: Rule = {
  name: "no-constraint-index-mixup",
  family: "migrations",
  summary: "Forbid treating a unique index as a constraint, or a constraint as an index",
  why: "A unique index has no constraint of its name (42704), the index of a constraint cannot be dropped by itself (2BP01), and only a valid, whole, unique index over plain columns can become a constraint (42809, 55000).",
  fix: "Drop an index with DROP INDEX and a constraint with ALTER TABLE … DROP CONSTRAINT; keep a partial or expression index as it is, and give UNIQUE no NOT VALID.",
  severity: "error",
  preset: "recommended",
  *check(project) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of pendingMigrations(database)) {
        for (const step of replay(migration)) yield* checkStep(migration, step);
      }
      yield* findNotValid(project, database);
    }
  },
};

/** Not inside a DO block, which may ask first or catch the refusal. */
function* checkStep(migration: Migration, step: ReplayStep): Iterable<Problem> {
  if (step.statement.nested) return;
  for (const change of step.statement.changes) {
    if (change.kind === "drop-constraint") yield* droppedAsConstraint(migration, step, change);
    if (change.kind === "drop-index") yield* droppedAsIndex(step, change);
    if (change.kind === "add-key" && change.usingIndex !== null) yield* attachedIndex(step, change, change.usingIndex);
  }
}

function* droppedAsConstraint(migration: Migration, step: ReplayStep, change: Extract<SchemaChange, { kind: "drop-constraint" }>): Iterable<Problem> {
  const table = findTable(step.before, change.table, step.searchPath);
  const name = cutName(change.name);
  if (!table || hasConstraint(table, name)) return;
  const index = indexCalled(table, name);
  // IF EXISTS makes it a no-op; then what counts is whether something else drops the index.
  if (!index || (change.ifExists && !isStillThere(migration, table, name))) return;
  const advice = `Drop the index: \`DROP INDEX ${quoteTable(`${table.schema}.${name}`)};\`.`;
  yield {
    message: change.ifExists
      ? `${name} is ${kindOf(index)} of ${tableTitle(table.id)}, no constraint: DROP CONSTRAINT IF EXISTS skips it with a notice, and the index stays. ${advice}`
      : `${name} is ${kindOf(index)} of ${tableTitle(table.id)}, no constraint: DROP CONSTRAINT fails with 42704, constraint "${name}" of relation "${table.name}" does not exist. ${advice}`,
    at: change.at,
    severity: change.ifExists ? "warning" : "error",
    see: builtHere(index, name),
    table: table.id,
    columns: partTexts(index),
    sqlstate: change.ifExists ? null : "42704",
  };
}

function* droppedAsIndex(step: ReplayStep, change: Extract<SchemaChange, { kind: "drop-index" }>): Iterable<Problem> {
  for (const index of change.indexes) {
    const found = constraintCalled(step, index);
    if (!found) continue;
    const { table, key } = found;
    const name = cutName(index.name);
    yield {
      message:
        `${name} is the index of ${nounOf(key)} of ${tableTitle(table.id)}: DROP INDEX fails with 2BP01, cannot drop index ${name} because constraint ${name} on table ${table.name} requires it; neither IF EXISTS nor CASCADE helps. ` +
        `Drop the constraint, and the index goes with it: \`ALTER TABLE ${quoteTable(table.id)} DROP CONSTRAINT ${quoteName(name)};\`.`,
      at: change.at,
      see: builtHere(key, name),
      table: table.id,
      columns: partTexts(key),
      sqlstate: "2BP01",
    };
  }
}

type AddKey = Extract<SchemaChange, { kind: "add-key" }>;

function* attachedIndex(step: ReplayStep, change: AddKey, usingIndex: string): Iterable<Problem> {
  const table = findTable(step.before, change.table, step.searchPath);
  const name = cutName(usingIndex);
  const index = table ? (table.keys.find((key) => key.name === name) ?? indexCalled(table, name)) : null;
  const refusal = table && index ? refusalOf(table, index, name) : null;
  if (!table || !index || refusal === null) return;
  yield {
    message: `ADD CONSTRAINT … USING INDEX ${quoteName(name)} on ${tableTitle(table.id)} fails with ${refusal.sqlstate}, ${refusal.answer}. ${refusal.advice}`,
    at: change.at,
    see: builtHere(index, name),
    table: table.id,
    columns: partTexts(index),
    sqlstate: refusal.sqlstate,
  };
}

type Refusal = { sqlstate: string; answer: string; advice: string };

/** In the order in which Postgres asks (transformIndexConstraint). */
function refusalOf(table: Table, index: UniqueKey | Index, name: string): Refusal | null {
  const keep = "Leave it an index: it keeps the rows unique all the same, and ON CONFLICT finds it by its columns.";
  if (table.partitioned) return { sqlstate: "0A000", answer: "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables", advice: "Leave it an index, or add the constraint to the parent, which locks it and every partition." };
  if (!("kind" in index)) return { sqlstate: "42809", answer: `"${name}" is not a unique index`, advice: "Build a unique index CONCURRENTLY first, and attach that." };
  if (index.kind !== "index") return { sqlstate: "55000", answer: `index "${name}" is already associated with a constraint`, advice: "The constraint is there; leave this out." };
  if (index.valid === false) return { sqlstate: "55000", answer: `index "${name}" is not valid`, advice: `Drop it with \`DROP INDEX CONCURRENTLY ${quoteName(name)};\`, remove the duplicates and build it again.` };
  if (index.parts.some((part) => part.kind === "expression")) return { sqlstate: "42809", answer: `index "${name}" contains expressions`, advice: `Such an index can never become a constraint. ${keep}` };
  if (index.where !== null) return { sqlstate: "42809", answer: `"${name}" is a partial index`, advice: `Such an index can never become a constraint. ${keep}` };
  return null;
}

/** Postgres' parser itself refuses NOT VALID behind a key, so there is no statement, only its refusal. */
function* findNotValid(project: Project, database: Database): Iterable<Problem> {
  const paths = new Set(pendingMigrations(database).map((migration) => migration.path));
  for (const { at, message } of project.unread) {
    const kind = paths.has(at.path) ? /(\w[\w ]*) constraints cannot be marked NOT VALID/.exec(message)?.[1] : undefined;
    if (kind === undefined || kind === "EXCLUDE") continue;
    yield {
      message:
        `${kind} cannot be NOT VALID: Postgres answers 0A000, ${kind} constraints cannot be marked NOT VALID. A unique index holds all rows or none; ` +
        "what keeps writes going is CREATE UNIQUE INDEX CONCURRENTLY, and then ADD CONSTRAINT … USING INDEX.",
      at,
      table: null,
      columns: null,
      sqlstate: "0A000",
    };
  }
}

function hasConstraint(table: Table, name: string): boolean {
  return table.keys.some((key) => key.kind !== "index" && key.name === name) || [...table.foreignKeys, ...table.checks].some((item) => item.name === name);
}

function indexCalled(table: Table, name: string): UniqueKey | Index | null {
  return [...table.keys.filter((key) => key.kind === "index"), ...table.indexes].find((index) => index.name === name) ?? null;
}

function constraintCalled(step: ReplayStep, name: QualifiedName): { table: Table; key: UniqueKey } | null {
  const cut = cutName(name.name);
  const schemas = name.schema === null ? step.searchPath : [name.schema];
  const tables = Object.values(step.before.tables).filter((table) => schemas.includes(table.schema));
  if (tables.some((table) => indexCalled(table, cut) !== null)) return null;
  for (const table of tables) {
    const key = table.keys.find((item) => item.kind !== "index" && item.name === cut);
    if (key) return { table, key };
  }
  return null;
}

/** Is the index there when the migration has run? */
function isStillThere(migration: Migration, table: Table, name: string): boolean {
  const after = replay(migration).at(-1)?.after.tables[table.id];
  return after !== undefined && indexCalled(after, name) !== null;
}

function kindOf(index: UniqueKey | Index): string {
  return "kind" in index ? "a unique index" : "an index";
}

function nounOf(key: UniqueKey): string {
  return key.kind === "primary" ? "the primary key" : key.kind === "exclusion" ? "an exclusion constraint" : "a unique constraint";
}

function builtHere(index: UniqueKey | Index, name: string): NonNullable<Problem["see"]> {
  const place = index.built.at(-1);
  return place ? [{ at: place, message: `${name} is made here` }] : [];
}
