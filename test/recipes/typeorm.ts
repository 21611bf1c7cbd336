import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = (mode: string): string => `const { DataSource } = require("typeorm");
module.exports = async (address) => {
  const source = new DataSource({ type: "postgres", host: address.host, username: address.user, database: address.database, migrations: [__dirname + "/migrations/*.js"]${mode === "" ? "" : `, migrationsTransactionMode: "${mode}"`} });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
};
`;

const file = ({ sql, advised }: Draft, index: number): string => `exports.Step${1700000000000 + index} = class Step${1700000000000 + index} {
${advised ? "  transaction = false;\n" : ""}  async up(queryRunner) {
${sql.map((each) => `    await queryRunner.query(\`${each}\`);\n`).join("")}  }
  async down() {}
};
`;

const project = (drafts: Draft[], mode = drafts.some(({ advised }) => advised) ? "each" : ""): Record<string, string> => ({
  "package.json": packageJson("typeorm", "pg"),
  "migrate.js": start(mode),
  ...Object.fromEntries(drafts.map((draft, index) => [`migrations/${1700000000000 + index}-step.js`, file(draft, index)])),
});

const plain: Draft = { sql: [BUILD], advised: false };

export const typeorm: RealRunner = {
  version: versionOf("typeorm"),
  project,
  migrate: runMigrateJs,
  place: "in a migration with `transaction = false`, run with migrationsTransactionMode `each`",
  kinds: FEW_KINDS,
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, plain]), refused: "25001" },
    "mode each alone": { files: project([MEMBERS, plain], "each"), refused: "25001" },
    "mode none": { files: project([MEMBERS, plain], "none"), refused: null },
    "createIndex with isConcurrent": {
      files: { ...project([MEMBERS], ""), "migrations/1700000000009-key.js": `const { TableIndex } = require("typeorm");\nexports.Key1700000000009 = class Key1700000000009 {\n  async up(queryRunner) {\n    await queryRunner.createIndex("members", new TableIndex({ columnNames: ["email"], isUnique: true, isConcurrent: true }));\n  }\n  async down() {}\n};\n` },
      refused: "25001",
    },
  },
};
