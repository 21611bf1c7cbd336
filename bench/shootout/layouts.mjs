// Small projects for the cases: the files around a list of migrations, as each runner wants them. `migrations`: their paths, in order.

const tagOf = (index) => `${String(index).padStart(4, "0")}_step`;

/** A month apart, so that each is a deploy of its own. */
const stampOf = (index) => `2025${String(index + 1).padStart(2, "0")}01120000`;

/** One transaction around all pending files. `code`: further files. */
export function drizzle(sql, code = {}) {
  const tags = sql.map((_, index) => tagOf(index));
  const migrations = tags.map((tag) => `drizzle/${tag}.sql`);
  const entries = tags.map((tag, idx) => ({ idx, version: "7", when: 1750000000000 + idx, tag, breakpoints: true }));
  return {
    migrations,
    files: {
      "package.json": packageJson({ "drizzle-orm": "0.45.1", pg: "8.16.3" }, { "drizzle-kit": "0.31.5" }),
      "drizzle.config.ts": `export default { dialect: "postgresql", schema: "./src/schema.ts", out: "./drizzle" };\n`,
      "drizzle/meta/_journal.json": JSON.stringify({ version: "7", dialect: "postgresql", entries }),
      ...pair(migrations, sql),
      ...code,
    },
  };
}

/** Each file is one simple query: a transaction as soon as it holds more than one statement. */
export function prisma(sql, { version = "6.16.0", ...code } = {}) {
  const migrations = sql.map((_, index) => `prisma/migrations/${stampOf(index)}_step/migration.sql`);
  return {
    migrations,
    files: {
      "package.json": packageJson({ "@prisma/client": version }, { prisma: version }),
      "prisma/migrations/migration_lock.toml": `provider = "postgresql"\n`,
      "prisma/schema.prisma": `datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n\ngenerator client {\n  provider = "prisma-client-js"\n}\n`,
      ...pair(migrations, sql),
      ...code,
    },
  };
}

/** goose: one transaction a file, or none. With sqlc's queries, where `queries` has some. */
export function goose(sql, { transaction = false, queries } = {}) {
  const migrations = sql.map((_, index) => `db/0000${index + 1}_step.sql`);
  const head = transaction ? "" : "-- +goose NO TRANSACTION\n";
  return {
    migrations,
    files: {
      "go.mod": "module example.com/app\n\nrequire github.com/pressly/goose/v3 v3.25.0\n",
      "sqlc.yaml": `version: "2"\nsql:\n  - engine: postgresql\n    schema: db\n    queries: queries\n`,
      ...pair(migrations, sql.map((text) => `${head}-- +goose Up\n${text}\n`)),
      ...(queries === undefined ? {} : { "queries/queries.sql": queries }),
    },
  };
}

/** dbmate: one transaction a file, unless its header says otherwise. */
export function dbmate(sql) {
  const migrations = sql.map((_, index) => `db/migrations/${stampOf(index)}_step.sql`);
  return { migrations, files: { "package.json": packageJson({ pg: "8.16.3" }, { dbmate: "2.28.0" }), ...pair(migrations, sql) } };
}

/** Knex: migrations in code, one transaction a file unless `config.transaction` is false. */
export function knex(bodies) {
  const migrations = bodies.map((_, index) => `migrations/${stampOf(index)}_step.js`);
  return {
    migrations,
    files: {
      "package.json": packageJson({ knex: "3.1.0", pg: "8.16.3" }),
      "knexfile.js": `module.exports = { client: "pg", migrations: { directory: "./migrations" } };\n`,
      ...pair(migrations, bodies.map(({ sql, config = "" }) => `${config}exports.up = async (knex) => {\n${sql.map((one) => `  await knex.raw(\`${one}\`);\n`).join("")}};\n\nexports.down = async () => {};\n`)),
    },
  };
}

/** Supabase: its folder, and supabase-js in the code. */
export function supabase(sql, code = {}) {
  const migrations = sql.map((_, index) => `supabase/migrations/${stampOf(index)}_step.sql`);
  return {
    migrations,
    files: { "package.json": packageJson({ "@supabase/supabase-js": "2.57.0" }), "supabase/config.toml": `project_id = "app"\n`, ...pair(migrations, sql), ...code },
  };
}

function packageJson(dependencies, devDependencies = {}) {
  return JSON.stringify({ name: "app", dependencies, devDependencies });
}

function pair(paths, texts) {
  return Object.fromEntries(paths.map((path, index) => [path, texts[index]]));
}
