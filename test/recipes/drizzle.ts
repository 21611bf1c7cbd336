import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = `const { drizzle } = require("drizzle-orm/node-postgres");
const { migrate } = require("drizzle-orm/node-postgres/migrator");
const { Pool } = require("pg");
module.exports = async (address) => {
  const pool = new Pool(address);
  try {
    await migrate(drizzle(pool), { migrationsFolder: __dirname + "/drizzle" });
  } finally {
    await pool.end();
  }
};
`;

const chunks = (...all: string[]): string => all.map((each) => `${each};`).join("\n--> statement-breakpoint\n");

/** The advised place: a chunk of its own between COMMIT and BEGIN. */
const file = ({ sql, advised }: Draft): string => (advised ? chunks("COMMIT", ...sql, "BEGIN") : chunks(...sql));

const withFiles = (texts: string[]): Record<string, string> => ({
  "package.json": packageJson("drizzle-orm", "drizzle-kit", "pg"),
  "migrate.js": start,
  "drizzle.config.ts": `import { defineConfig } from "drizzle-kit";\nexport default defineConfig({ dialect: "postgresql", schema: "./schema.ts", out: "./drizzle", dbCredentials: { url: process.env.LAB_URL! } });\n`,
  "schema.ts": "",
  "drizzle/meta/_journal.json": JSON.stringify({ version: "7", dialect: "postgresql", entries: texts.map((_, idx) => ({ idx, version: "7", when: 1750000000000 + idx, tag: `000${idx}_step`, breakpoints: true })) }),
  ...Object.fromEntries(texts.map((text, index) => [`drizzle/000${index}_step.sql`, text])),
});

const project = (drafts: Draft[]): Record<string, string> => withFiles(drafts.map(file));
const members = file(MEMBERS);

export const drizzle: RealRunner = {
  version: versionOf("drizzle-orm"),
  project,
  migrate: runMigrateJs,
  place: "in a chunk of its own between a chunk that is only COMMIT; and one that is only BEGIN;",
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, { sql: [BUILD], advised: false }]), refused: "25001" },
    "COMMIT and CONCURRENTLY in one chunk": { files: withFiles([members, `COMMIT;\n${BUILD};\nBEGIN;`]), refused: "25001" },
    "COMMIT in a chunk of its own, something else in that of CONCURRENTLY": { files: withFiles([members, `COMMIT;\n--> statement-breakpoint\nSELECT 1;\n${BUILD};\n--> statement-breakpoint\nBEGIN;`]), refused: "25001" },
  },
};

/** The same folder, applied by `drizzle-kit migrate`. */
export const drizzleKit: RealRunner = {
  ...drizzle,
  version: versionOf("drizzle-kit"),
  kinds: FEW_KINDS,
  // Of a statement that the server refuses it prints nothing, so there is no SQLSTATE to compare.
  others: {},
  migrate: (root, { host, user, database }) => {
    const url = `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`;
    return promisify(execFile)(join(root, "node_modules/.bin/drizzle-kit"), ["migrate"], { cwd: root, env: { ...process.env, LAB_URL: url } });
  },
};
