import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, stamp, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = `const { Sequelize } = require("sequelize");
const { SequelizeStorage, Umzug } = require("umzug");
module.exports = async (address) => {
  const sequelize = new Sequelize({ dialect: "postgres", host: address.host, username: address.user, database: address.database, logging: false });
  const context = sequelize.getQueryInterface();
  const resolve = ({ name, path }) => ({ name, up: () => require(path).up(context, Sequelize) });
  try {
    await new Umzug({ migrations: { glob: ["migrations/*.js", { cwd: __dirname }], resolve }, context, storage: new SequelizeStorage({ sequelize }) }).up();
  } finally {
    await sequelize.close();
  }
};
`;

const body = (text: string): string => `module.exports = {\n  async up(queryInterface) {\n${text}  },\n  async down() {},\n};\n`;
const file = ({ sql }: Draft): string => body(sql.map((each) => `    await queryInterface.sequelize.query(\`${each}\`);\n`).join(""));

const project = (drafts: Draft[], more: Record<string, string> = {}): Record<string, string> => ({
  "package.json": packageJson("sequelize", "umzug", "pg"),
  "migrate.js": start,
  ...Object.fromEntries(drafts.map((draft, index) => [`migrations/${stamp(index)}-step.js`, file(draft)])),
  ...more,
});

const opened = `    await queryInterface.sequelize.transaction(async (transaction) => {\n      await queryInterface.sequelize.query(\`${BUILD}\`, { transaction });\n    });\n`;
const method = `    await queryInterface.addIndex("members", { fields: ["email"], unique: true, concurrently: true, name: "members_email_key" });\n`;

export const sequelize: RealRunner = {
  version: `${versionOf("sequelize")} with umzug ${versionOf("umzug")}`,
  project,
  migrate: runMigrateJs,
  place: "outside of a transaction",
  kinds: FEW_KINDS,
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, { sql: [BUILD], advised: false }]), refused: null },
    "addIndex with concurrently": { files: project([MEMBERS], { "migrations/20240102000000-key.js": body(method) }), refused: null },
    "a transaction that the migration opens": { files: project([MEMBERS], { "migrations/20240102000000-key.js": body(opened) }), refused: "25001" },
    "two statements in one call": { files: project([MEMBERS, { sql: [`SELECT 1; ${BUILD}`], advised: false }]), refused: "25001" },
  },
};
