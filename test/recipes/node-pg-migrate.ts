import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = (more: string): string => `const quiet = () => {};
module.exports = async (databaseUrl) => {
  const { runner } = await import("node-pg-migrate");
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  await runner({ databaseUrl, dir: __dirname + "/migrations", direction: "up", migrationsTable: "pgmigrations", logger${more} });
};
`;

const file = ({ sql, advised }: Draft): string => `exports.up = (pgm) => {\n${advised ? "  pgm.noTransaction();\n" : ""}${sql.map((each) => `  pgm.sql(\`${each}\`);\n`).join("")}};\n`;

const project = (drafts: Draft[], more: Record<string, string> = {}, options = ""): Record<string, string> => ({
  "package.json": packageJson("node-pg-migrate", "pg"),
  "migrate.js": start(options),
  ...Object.fromEntries(drafts.map((draft, index) => [`migrations/${1700000000000 + index}_step.js`, file(draft)])),
  ...more,
});

const key = "migrations/1700000000009_key.sql";
const plain: Draft = { sql: [BUILD], advised: false };

export const nodePgMigrate: RealRunner = {
  version: versionOf("node-pg-migrate"),
  project,
  migrate: runMigrateJs,
  place: "in a JavaScript migration after pgm.noTransaction()",
  kinds: FEW_KINDS,
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, plain]), refused: "25001" },
    "singleTransaction off alone": { files: project([MEMBERS, plain], {}, ", singleTransaction: false"), refused: "25001" },
    "createIndex with concurrently": {
      files: project([MEMBERS], { "migrations/1700000000009_key.js": `exports.up = (pgm) => {\n  pgm.noTransaction();\n  pgm.createIndex("members", "email", { unique: true, concurrently: true });\n};\n` }),
      refused: null,
    },
    "a .sql file": { files: project([MEMBERS], { [key]: `-- Up Migration\n${BUILD};\n-- Down Migration\nDROP INDEX members_email_key;\n` }), refused: "25001" },
    "a .sql file, singleTransaction off": { files: project([MEMBERS], { [key]: `-- Up Migration\n${BUILD};\n-- Down Migration\n` }, ", singleTransaction: false"), refused: "25001" },
    "two statements in one call, outside of a transaction": { files: project([MEMBERS, { sql: [`SELECT 1; ${BUILD}`], advised: true }]), refused: "25001" },
  },
};
