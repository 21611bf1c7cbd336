import type { KeyPart } from "../model/catalog.ts";
import type { Migration } from "../model/project.ts";
import type { KeyBuild } from "./builds.ts";
import { cutName } from "./names.ts";
import { quoteName, quotePart, quoteTable, tableTitle } from "./words.ts";

/** How to build the key without blocking writes, with this runner (reference §13). One or two sentences; SQL stands in backquotes. */
export function concurrentRecipe(build: KeyBuild): string {
  if (build.table.partitioned) {
    return `${tableTitle(build.table.id)} is partitioned: create the index ON ONLY the parent, build it CONCURRENTLY on each partition and attach them.`;
  }
  const { name, free } = nameOf(build);
  const index = name === null ? "" : ` ${quoteName(free)}`;
  const first = build.how === "column" ? "Add the column without UNIQUE, then build the index with" : "Build it with";
  return `${first} \`CREATE UNIQUE INDEX CONCURRENTLY${index} ON ${quoteTable(build.table.id)} ${keySql(build.key)};\` ${whereToRun(build.migration, build)}${attach(build, name, free)}.`;
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
function nameOf(build: KeyBuild): { name: string | null; free: string } {
  const { at, step, table } = build;
  const made = step.after.tables[table.id]?.keys.find((key) => key.built.some((span) => span.path === at.path && span.start === at.start));
  const name = build.key.name ?? made?.name ?? null;
  if (name === null) return { name, free: "" };
  const taken = Object.values(step.before.tables).some((other) => other.schema === table.schema && [...other.keys, ...other.indexes].some((item) => item.name === cutName(name)));
  return { name, free: taken ? `${name}_new` : name };
}

/** Only an index over plain columns and all rows can become a constraint. */
function attach(build: KeyBuild, name: string | null, free: string): string {
  if (build.how === "index" || name === null) return "";
  if (build.key.where !== null || build.key.parts.some((part) => part.kind !== "column")) return "";
  const kind = build.how === "primary" ? "PRIMARY KEY" : "UNIQUE";
  return `, then \`ALTER TABLE ${quoteTable(build.table.id)} ADD CONSTRAINT ${quoteName(name)} ${kind} USING INDEX ${quoteName(free)};\``;
}

/** Where CONCURRENTLY can run: `in a file with -- +goose NO TRANSACTION`. `build`: what is built there. */
export function whereToRun(migration: Migration, build: KeyBuild | null = null): string {
  switch (migration.runner) {
    case "drizzle": {
      const why = build === null ? "" : ` (${whyInTransaction(migration)})`;
      const chunk = `in a chunk of its own after a chunk that is only COMMIT;${why}`;
      // Before the deploy there is no column yet.
      return build === null || build.newColumns.length === 0 ? `${chunk}, or by hand before the deploy` : chunk;
    }
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
    case "goose":
      return "in a file with -- +goose NO TRANSACTION";
    case "dbmate":
      return "alone in a file with transaction:false after -- migrate:up";
    case "atlas":
      return "in a file that begins with -- atlas:txmode none and an empty line";
    case "graphile-migrate":
      return "alone in a file that begins with --! no-transaction";
    case "supabase":
      return "as the only statement of a migration file";
    case "prisma":
      return migration.transaction === "file" ? "by hand before the deploy (Prisma runs each migration in a transaction)" : "alone in a migration file";
    case "golang-migrate":
    case "flyway":
      return "alone in a migration file";
    default:
      return "outside of a transaction";
  }
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
