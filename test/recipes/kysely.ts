import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, stamp, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = (more: string): string => `const { promises: fs } = require("node:fs");
const path = require("node:path");
const { FileMigrationProvider, Kysely, Migrator, PostgresDialect } = require("kysely");
const { Pool } = require("pg");
module.exports = async (address) => {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool(address) }) });
  const provider = new FileMigrationProvider({ fs, path, migrationFolder: path.join(__dirname, "migrations") });
  try {
    const { error } = await new Migrator({ db, provider${more} }).migrateToLatest();
    if (error) throw error;
  } finally {
    await db.destroy();
  }
};
`;

const file = ({ sql }: Draft): string => `const { sql } = require("kysely");\nexports.up = async (db) => {\n${sql.map((each) => `  await sql\`${each}\`.execute(db);\n`).join("")}};\n`;

/** The advice is for a whole run. */
const project = (drafts: Draft[]): Record<string, string> => ({
  "package.json": packageJson("kysely", "pg"),
  "migrate.js": start(drafts.some(({ advised }) => advised) ? ", disableTransactions: true" : ""),
  ...Object.fromEntries(drafts.map((draft, index) => [`migrations/${stamp(index)}_step.js`, file(draft)])),
});

export const kysely: RealRunner = {
  version: versionOf("kysely"),
  project,
  migrate: runMigrateJs,
  place: "in a run with `disableTransactions`",
  kinds: FEW_KINDS,
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, { sql: [BUILD], advised: false }]), refused: "25001" },
    "two statements in one call, outside of a transaction": { files: project([MEMBERS, { sql: [`SELECT 1; ${BUILD}`], advised: true }]), refused: "25001" },
  },
};
