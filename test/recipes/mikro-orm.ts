import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, stamp, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = (more: string): string => `const { MikroORM, PostgreSqlDriver } = require("@mikro-orm/postgresql");
const { Migrator } = require("@mikro-orm/migrations");
module.exports = async (address) => {
  const orm = await MikroORM.init({
    driver: PostgreSqlDriver, host: address.host, user: address.user, dbName: address.database, extensions: [Migrator], discovery: { warnWhenNoEntities: false }, logger: () => {},
    migrations: { path: __dirname + "/migrations", snapshot: false, silent: true${more} },
  });
  try {
    await orm.getMigrator().up();
  } finally {
    await orm.close();
  }
};
`;

const file = ({ sql, advised }: Draft, index: number): string => `const { Migration } = require("@mikro-orm/migrations");
exports.Migration${stamp(index)} = class Migration${stamp(index)} extends Migration {
  async up() {
${sql.map((each) => `    this.addSql(\`${each}\`);\n`).join("")}  }
${advised ? "  isTransactional() {\n    return false;\n  }\n" : ""}};
`;

const project = (drafts: Draft[], more = drafts.some(({ advised }) => advised) ? ", allOrNothing: false" : ""): Record<string, string> => ({
  "package.json": packageJson("@mikro-orm/core", "@mikro-orm/migrations", "@mikro-orm/postgresql"),
  "migrate.js": start(more),
  ...Object.fromEntries(drafts.map((draft, index) => [`migrations/Migration${stamp(index)}.js`, file(draft, index)])),
});

const plain: Draft = { sql: [BUILD], advised: false };

export const mikroOrm: RealRunner = {
  version: versionOf("@mikro-orm/migrations"),
  project,
  migrate: runMigrateJs,
  place: "in a migration whose isTransactional() is false, with allOrNothing off",
  kinds: FEW_KINDS,
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, plain]), refused: "25001" },
    "allOrNothing off alone": { files: project([MEMBERS, plain], ", allOrNothing: false"), refused: "25001" },
    "transactional off": { files: project([MEMBERS, plain], ", transactional: false"), refused: null },
    "two statements in one call, outside of a transaction": { files: project([MEMBERS, { sql: [`SELECT 1; ${BUILD}`], advised: true }]), refused: "25001" },
  },
};
