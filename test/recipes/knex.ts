import { BUILD, MEMBERS, packageJson, runMigrateJs, stamp, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = (more: string): string => `const knex = require("knex");
const quiet = () => {};
module.exports = async (connection) => {
  const db = knex({ client: "pg", connection, log: { warn: quiet, error: quiet, debug: quiet, deprecate: quiet } });
  try {
    await db.migrate.latest({ directory: __dirname + "/migrations"${more} });
  } finally {
    await db.destroy();
  }
};
`;

const file = ({ sql, advised }: Draft): string =>
  `exports.up = async (knex) => {\n${sql.map((each) => `  await knex.raw(\`${each}\`);\n`).join("")}};\nexports.down = async () => {};\n${advised ? "exports.config = { transaction: false };\n" : ""}`;

const project = (drafts: Draft[], more = ""): Record<string, string> => ({
  "package.json": packageJson("knex", "pg"),
  "migrate.js": start(more),
  ...Object.fromEntries(drafts.map((draft, index) => [`migrations/${stamp(index)}_step.js`, file(draft)])),
});

export const knex: RealRunner = {
  version: versionOf("knex"),
  project,
  migrate: runMigrateJs,
  place: "in a migration with `exports.config = { transaction: false }`",
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, { sql: [BUILD], advised: false }]), refused: "25001" },
    "disableTransactions of the whole run": { files: project([MEMBERS, { sql: [BUILD], advised: false }], ", disableTransactions: true"), refused: null },
    "another pending file opts out, this one does not": { files: project([{ ...MEMBERS, advised: true }, { sql: [BUILD], advised: false }]), refused: "25001" },
    "two statements in one call, outside of a transaction": { files: project([MEMBERS, { sql: [`SELECT 1; ${BUILD}`], advised: true }]), refused: "25001" },
  },
};
