/**
 * Every option of the configuration, as data: what is checked (config-schema.ts), what editors complete (config-json-schema.ts) and what
 * docs/configuration.md lists.
 */
export type Option = { about: string } & (
  | { kind: "choice"; of: string[] }
  /** One or more strings. */
  | { kind: "text" | "texts" | "texts or false" | "flag" }
  /** Names or numbers of migrations. */
  | { kind: "names" }
  | { kind: "rules" }
  | { kind: "object"; keys: Record<string, Option> }
  /** Any name to one of these. */
  | { kind: "each"; of: Record<string, Option> }
);

export const levels = ["off", "warning", "error"];

const runners = [
  "drizzle", "prisma", "supabase", "node-pg-migrate", "db-migrate", "knex", "kysely", "typeorm", "sequelize", "mikro-orm", "goose", "dbmate", "golang-migrate",
  "atlas", "flyway", "graphile-migrate", "psql", "unknown",
];

const databaseOptions: Record<string, Option> = {
  schema: { kind: "texts", about: "Schema files: of an ORM, .prisma, or .sql files that hold the whole schema. Paths or globs." },
  migrations: { kind: "texts or false", about: "The folder of migrations, or their files; false: there are none." },
  runner: { kind: "choice", of: runners, about: "What applies the migrations: it decides about transactions." },
  runnerVersion: { kind: "text", about: "Its version, where package.json does not tell." },
  dialect: { kind: "choice", of: ["postgres", "mysql", "sqlite", "other"], about: "Rules that speak of PostgreSQL leave other databases alone." },
  enabled: { kind: "flag", about: "false: no database of this project." },
};

export const options: Record<string, Option> = {
  preset: { kind: "choice", of: ["recommended", "strict"], about: "Which rules run: those that are precise enough to stop a build, or all." },
  rules: { kind: "rules", about: "Levels of single rules; a rule that is named here runs in every preset." },
  suppressions: {
    kind: "object",
    about: "What is said about comments that switch rules off. Nothing by default.",
    keys: {
      unused: { kind: "choice", of: levels, about: "About those that switch nothing off." },
      withoutReason: { kind: "choice", of: levels, about: "About those that give no reason." },
    },
  },
  ignore: { kind: "texts", about: "Globs of files that are not read, relative to the linted folder; git's ignored files never are." },
  includeTests: { kind: "flag", about: "Lint tests, seeds, one-off scripts and generated files, too." },
  migrations: {
    kind: "object",
    about: "What is known about migrations.",
    keys: { appliedThrough: { kind: "names", about: "The last migration that has run in production, by name or number; of several databases a list. Older ones are not judged." } },
  },
  databases: { kind: "each", of: databaseOptions, about: "Corrections of what discovery finds, by the database's id (`uniqlint schema` prints them); another id is another database." },
};
