import type { KeyPart, UniqueKey } from "../model/catalog.ts";
import type { Migration } from "../model/project.ts";
import type { KeyBuild } from "./builds.ts";
import { partColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { columnOf } from "./tables.ts";
import { isSameKey } from "./proof.ts";
import { joinWords, partTexts, quoteName, quotePart, quoteTable, tableTitle } from "./words.ts";

/** How to build the key without blocking writes, with this runner (reference §13). A few sentences; SQL stands in backquotes. */
export function concurrentRecipe(build: KeyBuild): string {
  const { name, free } = nameOf(build);
  const former = formerKey(build);
  if (former?.name && name !== null && former.name !== name) return renameRecipe(build, former.name, name);
  if (build.table.partitioned) return partitionRecipe(build, name ?? free);
  const index = name === null ? "" : ` ${quoteName(free)}`;
  const first = build.how === "column" ? "Add the column without UNIQUE, then build the index with" : build.newColumns.length > 0 ? `Add ${joinWords(build.newColumns)} in a migration before, then build the index with` : "Build it with";
  const built = `${first} \`CREATE UNIQUE INDEX CONCURRENTLY${index} ON ${quoteTable(build.table.id)} ${keySql(build.key)};\` ${whereToRun(build.migration, build)}`;
  return `${built}${attach(build, name, free)}.${notNullFirst(build)}`;
}

/** The same key, its columns in the same order, under another name which this migration gives up: it was there when the migration or the statement began. */
export function formerKey({ key, how, earlier, table, step }: KeyBuild): UniqueKey | null {
  const kind = how === "primary" ? "primary" : how === "index" ? "index" : "constraint";
  const after = step.after.tables[table.id]?.keys ?? [];
  const isAlike = (old: UniqueKey): boolean => old.kind === kind && partTexts(old).join() === partTexts(key).join() && (old.include ?? []).join() === (key.include ?? []).join();
  const same = [...table.keys, ...earlier.keys].find((old) => isAlike(old) && isSameKey(old, { ...key, kind, valid: null, declared: [], built: [] }, table));
  return same && !after.some((one) => one.name === same.name) ? same : null;
}

function renameRecipe({ how, table }: KeyBuild, from: string, to: string): string {
  const rename = how === "index" ? `ALTER INDEX ${quoteTable(`${table.schema}.${from}`)} RENAME TO ${quoteName(to)};` : `ALTER TABLE ${quoteTable(table.id)} RENAME CONSTRAINT ${quoteName(from)} TO ${quoteName(to)};`;
  return `It is the key that was called ${from}: \`${rename}\` builds nothing.`;
}

/** CONCURRENTLY is refused on the parent (0A000), so it goes partition by partition; the parent's is valid once all are attached. */
function partitionRecipe(build: KeyBuild, name: string): string {
  const { table, step } = build;
  const partition = Object.values(step.before.tables).find((other) => other.parents?.includes(table.id));
  const [part, own] = [partition ? quoteTable(partition.id) : "the_partition", quoteName(cutName(`${partition?.name ?? "the_partition"}_${name}`))];
  const isIndex = build.how === "index";
  const parent = isIndex
    ? `CREATE UNIQUE INDEX ${quoteName(name)} ON ONLY ${quoteTable(table.id)} ${keySql(build.key)};`
    : `ALTER TABLE ONLY ${quoteTable(table.id)} ADD CONSTRAINT ${quoteName(name)} ${kindSql(build)} (${build.key.parts.map(indexPart).join(", ")});`;
  const attached = isIndex ? "" : ` \`ALTER TABLE ${part} ADD CONSTRAINT ${own} ${kindSql(build)} USING INDEX ${own};\``;
  return (
    `${tableTitle(table.id)} is partitioned, so CONCURRENTLY goes partition by partition: \`${parent}\`, then for each \`CREATE UNIQUE INDEX CONCURRENTLY ${own} ON ${part} ${keySql(build.key)};\` ` +
    `${whereToRun(build.migration, build)},${attached} \`ALTER INDEX ${quoteName(name)} ATTACH PARTITION ${own};\`.`
  );
}

/** ADD PRIMARY KEY makes its columns NOT NULL, which scans the table under ACCESS EXCLUSIVE unless a valid CHECK says it already. */
function notNullFirst({ how, key, table }: KeyBuild): string {
  const nullable = how === "primary" ? partColumns(key).filter((column) => columnOf(table, column) !== null && columnOf(table, column)?.nullable !== false) : [];
  if (nullable.length === 0) return "";
  const check = nullable.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
  const name = quoteName(cutName(`${table.name}_not_null`));
  const alter = `ALTER TABLE ${quoteTable(table.id)}`;
  const set = nullable.map((column) => `ALTER COLUMN ${quoteName(column)} SET NOT NULL`).join(", ");
  return ` Before that, so that the attaching scans nothing: \`${alter} ADD CONSTRAINT ${name} CHECK (${check}) NOT VALID;\` \`${alter} VALIDATE CONSTRAINT ${name};\` \`${alter} ${set};\`.`;
}

/** What stands behind the table's name in CREATE UNIQUE INDEX. */
function keySql(key: KeyBuild["key"]): string {
  const include = key.include?.length ? ` INCLUDE (${key.include.map(quoteName).join(", ")})` : "";
  const nulls = key.nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
  const where = key.where ? ` WHERE ${key.where.text}` : "";
  return `(${key.parts.map(indexPart).join(", ")})${include}${nulls}${where}`;
}

/** Only columns and calls stand in an index without parentheses of their own. */
function indexPart(part: KeyPart): string {
  const text = quotePart(part);
  const bare = part.kind === "column" || /^[a-z_]\w*\([^()]*\)$/.test(text);
  const collation = part.collation === null ? "" : ` COLLATE ${quoteName(part.collation)}`;
  return `${bare ? text : `(${text})`}${collation}${part.opclass === null ? "" : ` ${part.opclass}`}`;
}

/** The name that the key gets, and one for the index: another one while the first is still taken. */
export function nameOf(build: KeyBuild): { name: string | null; free: string } {
  const { at, migration, step, table } = build;
  const made = step.after.tables[table.id]?.keys.find((key) => key.built.some((span) => span.path === at.path && span.start === at.start));
  const name = build.key.name ?? made?.name ?? null;
  if (name === null) return { name, free: "" };
  // What the migration drops first is still there where the index is built, before it.
  const taken = [migration.before, step.before].flatMap((catalog) => Object.values(catalog.tables)).some((other) => other.schema === table.schema && [...other.keys, ...other.indexes].some((item) => item.name === cutName(name)));
  return { name, free: taken ? `${name}_new` : name };
}

/** Only an index over plain columns and all rows can become a constraint. */
function attach(build: KeyBuild, name: string | null, free: string): string {
  if (build.how === "index" || name === null) return "";
  if (build.key.where !== null || build.key.parts.some((part) => part.kind !== "column")) return "";
  const where = ALONE.test(whereToRun(build.migration, build)) ? " in the next migration" : "";
  return `, then${where} \`ALTER TABLE ${quoteTable(build.table.id)} ADD CONSTRAINT ${quoteName(name)} ${kindSql(build)} USING INDEX ${quoteName(free)}${build.key.deferrable ? " DEFERRABLE" : ""};\``;
}

const ALONE = /^(?:alone|as the only|as the first|by hand)\b/;

function kindSql(build: KeyBuild): string {
  return build.how === "primary" ? "PRIMARY KEY" : "UNIQUE";
}

/** Where CONCURRENTLY can run: `in a file with -- +goose NO TRANSACTION`. `build`: what is built there. */
export function whereToRun(migration: Migration, build: KeyBuild | null = null): string {
  switch (migration.runner) {
    case "drizzle":
      return whereWithDrizzle(migration, build);
    case "knex":
      return "in a migration with `exports.config = { transaction: false }`";
    case "kysely":
      return "in a run with `disableTransactions`";
    case "typeorm":
      return "in a migration with `transaction = false`, run with migrationsTransactionMode `each`";
    case "mikro-orm":
      return "in a migration whose isTransactional() is false, with allOrNothing off";
    case "node-pg-migrate":
      return "in a JavaScript migration after pgm.noTransaction()";
    case "db-migrate":
      return "in a run with --non-transactional";
    case "goose":
      return "in a file with -- +goose NO TRANSACTION";
    case "dbmate":
      return "alone in a file with transaction:false after -- migrate:up";
    case "atlas":
      return "in a file that begins with -- atlas:txmode none and an empty line";
    case "graphile-migrate":
      return "alone in a file that begins with --! no-transaction";
    case "supabase":
      return { pipeline: "as the first statement of a migration file", none: "in a migration file, where the CLI runs it by itself" }[migration.transaction as string] ?? "as the only statement of a migration file";
    case "prisma":
      // Since 7.4 much may stand beside it, but not the USING INDEX that follows.
      return migration.transaction === "file" ? "by hand before the deploy (Prisma runs each migration in a transaction)" : "alone in a migration file";
    case "golang-migrate":
    case "flyway":
      return "alone in a migration file";
    default:
      return "outside of a transaction";
  }
}

/** No way inside `drizzle-kit migrate` is a good one, so each comes with its price. Before the deploy a new column is not there yet. */
function whereWithDrizzle(migration: Migration, build: KeyBuild | null): string {
  const why = build === null ? "" : ` (${whyInTransaction(migration)}, so there it fails with 25001)`;
  const chunk = "in a chunk of its own between a chunk that is only COMMIT; and one that is only BEGIN; (what ran before stays when it fails, and the file runs again from its top)";
  if (build !== null && build.newColumns.length > 0) return `${chunk}${why}`;
  return `by hand before the deploy${why}, with CREATE … IF NOT EXISTS in the migration for other databases (nobody checks that it was done), or ${chunk}`;
}

/** Why the runner refuses CONCURRENTLY: `drizzle-kit migrate runs all pending files in one transaction`. */
export function whyInTransaction(migration: Migration): string {
  const version = migration.runnerVersion === null ? "" : ` ${migration.runnerVersion}`;
  const name = migration.runner === "drizzle" ? "drizzle-kit migrate" : migration.runner;
  switch (migration.transaction) {
    case "batch":
      return `${name} runs all pending files in one transaction`;
    case "file":
      return `${name} runs each file in a transaction`;
    case "implicit":
      return `${name}${version} sends the file as one query, which is a transaction as soon as it holds more than one statement`;
    case "pipeline":
      return `the supabase CLI${version} sends the file as one pipeline, where it may only come first`;
    default:
      return "it stands between BEGIN and COMMIT";
  }
}
