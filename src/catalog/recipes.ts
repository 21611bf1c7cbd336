import { describeColumns } from "./describe.ts";
import { partTexts, quoteName, quoteTable, tableTitle } from "./words.ts";
import type { KeyBuild } from "./builds.ts";
import type { Migration } from "../model/project.ts";

/** How to build the key without blocking writes, with this runner (reference §13). One or two sentences. */
export function concurrentRecipe(build: KeyBuild): string {
  const title = tableTitle(build.table.id);
  const columns = describeColumns(partTexts(build.key).map(quoteName));
  if (build.table.partitioned) {
    return `${title} is partitioned: create the index ON ONLY the parent, build it CONCURRENTLY on each partition and attach them.`;
  }
  const where = build.key.where ? ` WHERE ${build.key.where.text}` : "";
  const index = `CREATE UNIQUE INDEX CONCURRENTLY ${build.key.name === null ? "…" : quoteName(build.key.name)} ON ${quoteTable(build.table.id)} ${columns}${where}`;
  return `Build it with ${index} ${whereToRun(build.migration)}${afterwards(build)}.`;
}

/** Only an index over plain columns and all rows can become a constraint. */
function afterwards(build: KeyBuild): string {
  if (build.how === "index") return "";
  if (build.key.where !== null || build.key.parts.some((part) => part.kind !== "column")) return "";
  return build.how === "primary" ? ", then ADD PRIMARY KEY USING INDEX" : ", then ADD CONSTRAINT … UNIQUE USING INDEX";
}

/** Where CONCURRENTLY can run: `in a migration file of its own`. */
export function whereToRun(migration: Migration): string {
  switch (migration.runner) {
    case "drizzle":
      return "by hand before the deploy (drizzle-kit migrate runs all pending files in one transaction), or after a chunk that is only COMMIT;";
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
      return "in a file that begins with -- atlas:txmode none";
    case "graphile-migrate":
      return "alone in a file that begins with --! no-transaction";
    case "supabase":
      return "as the only statement of a migration file";
    case "prisma":
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
  const name = { drizzle: "drizzle-kit migrate", golang: "golang-migrate" }[migration.runner as string] ?? migration.runner;
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
