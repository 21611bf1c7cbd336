// The hand-made cases: migrations that build, drop and use unique keys, and what Postgres makes of them.
// `asks`: question → is the answer yes? (`flag`: it should be said; `silent`: nothing should be said.) They are asked of the last migration, or of
// the file `at`. The proofs of uniqlint's rules (fixtures/rules/*/proof) show each answer on a server.
import { dbmate, drizzle, goose, knex, prisma, supabase } from "./layouts.mjs";

const USERS = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, org_id int NOT NULL, deleted_at timestamptz);";
const TEAMS = "CREATE TABLE teams (id int PRIMARY KEY);";
const CHECKED = "-- No duplicates: checked.\n";
const PLAIN = "CREATE UNIQUE INDEX users_email_key ON users (email);";
const CONCURRENT = "CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);";

/** Builds on the older table users, in the last of three migrations. */
const later = (sql) => [USERS, TEAMS, sql];

const locks = [
  { name: "CREATE UNIQUE INDEX on an older table", ...drizzle(later(PLAIN)), asks: { lock: "flag", duplicates: "flag" } },
  { name: "ADD CONSTRAINT UNIQUE on an older table", ...drizzle(later("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);")), asks: { lock: "flag", duplicates: "flag", "not-valid": "silent" } },
  { name: "ADD COLUMN … UNIQUE", ...drizzle(later("ALTER TABLE users ADD COLUMN ext_id text UNIQUE;")), asks: { lock: "flag", duplicates: "silent" } },
  { name: "ADD COLUMN … NOT NULL DEFAULT '' UNIQUE", ...goose(later("ALTER TABLE users ADD COLUMN ext_id text NOT NULL DEFAULT '' UNIQUE;")), asks: { lock: "flag", duplicates: "flag" } },
  { name: "ADD PRIMARY KEY on an older table", ...goose(["CREATE TABLE logs (id int NOT NULL);", TEAMS, "ALTER TABLE logs ADD PRIMARY KEY (id);"]), asks: { lock: "flag" } },
  { name: "index on a table of the same file, runner without a transaction", ...goose([TEAMS, `${USERS}\n${PLAIN}`]), asks: { lock: "silent", duplicates: "silent" } },
  { name: "constraint on a table of the same file, in Drizzle's transaction", ...drizzle([TEAMS, `${USERS}\n--> statement-breakpoint\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);`]), asks: { lock: "silent", duplicates: "silent", "not-valid": "silent" } },
  { name: "index on a table of the same file, between BEGIN and COMMIT", ...goose([TEAMS, `BEGIN;\n${USERS}\n${PLAIN}\nCOMMIT;`]), asks: { lock: "silent", duplicates: "silent" } },
  { name: "index on a temporary table", ...goose([TEAMS, "CREATE TEMP TABLE picked (id int);\nCREATE UNIQUE INDEX picked_id ON picked (id);"]), asks: { lock: "silent", duplicates: "silent" } },
  { name: "CREATE TABLE IF NOT EXISTS of a table that is there, then an index", ...goose(later(`${USERS.replace("TABLE", "TABLE IF NOT EXISTS")}\n${PLAIN}`)), asks: { lock: "flag" } },
  { name: "the same file creates a table of that name in another schema", ...goose(later(`CREATE SCHEMA audit;\n${USERS.replace("users", "audit.users")}\nCREATE UNIQUE INDEX users_email_key ON public.users (email);`)), asks: { lock: "flag" } },
  { name: "the table is created, then renamed, in the same file", ...goose([TEAMS, `${USERS.replace("users", "members")}\nALTER TABLE members RENAME TO users;\n${PLAIN}`]), asks: { lock: "silent", duplicates: "silent" } },
  { name: "the table is emptied before", ...goose(later(`TRUNCATE users;\n${PLAIN}`)), asks: { lock: "silent", duplicates: "silent" } },
  { name: "the table is new, but filled from another before the index", ...goose([USERS, TEAMS, `CREATE TABLE mails (email text);\nINSERT INTO mails SELECT email FROM users;\nCREATE UNIQUE INDEX mails_email ON mails (email);`]), asks: { lock: "silent" } },
  { name: "USING INDEX after a concurrent build", ...goose(later(`${CHECKED}${CONCURRENT}\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;`)), asks: { lock: "silent", refused: "silent", "not-valid": "silent" } },
  { name: "index of a partitioned parent", ...goose(["CREATE TABLE events (day date NOT NULL, source text NOT NULL) PARTITION BY RANGE (day);\nCREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');", TEAMS, `${CHECKED}CREATE UNIQUE INDEX events_key ON events (day, source);`]), asks: { lock: "flag" } },
  { name: "index ON ONLY a partitioned parent, which holds no rows", ...goose(["CREATE TABLE events (day date NOT NULL, source text NOT NULL) PARTITION BY RANGE (day);\nCREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');", TEAMS, "CREATE UNIQUE INDEX events_key ON ONLY events (day, source);"]), asks: { lock: "silent", duplicates: "silent" } },
  { name: "the table was created three files ago", ...prisma([USERS, TEAMS, "CREATE TABLE posts (id int PRIMARY KEY);", PLAIN]), asks: { lock: "flag", duplicates: "flag" } },
  { name: "a build in code (Knex)", ...knex([{ sql: [USERS] }, { sql: [TEAMS] }, { sql: [PLAIN] }]), asks: { lock: "flag", duplicates: "flag" } },
];

const transactions = [
  { name: "a lone CONCURRENTLY IF NOT EXISTS, Drizzle", ...drizzle(later(`${CHECKED}${CONCURRENT.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS")}`)), asks: { transaction: "flag" } },
  { name: "ADD COLUMN and CONCURRENTLY, Drizzle", ...drizzle(later("ALTER TABLE users ADD COLUMN ext_id text;\n--> statement-breakpoint\nCREATE UNIQUE INDEX CONCURRENTLY users_ext_id_key ON users (ext_id);")), asks: { transaction: "flag" } },
  { name: "CONCURRENTLY after a chunk that is only COMMIT, Drizzle", ...drizzle(later(`${CHECKED}COMMIT;\n--> statement-breakpoint\n${CONCURRENT}\n--> statement-breakpoint\nBEGIN;`)), asks: { transaction: "silent" } },
  { name: "a lone CONCURRENTLY, Prisma", ...prisma(later(`${CHECKED}${CONCURRENT}`)), asks: { transaction: "silent", lock: "silent" } },
  { name: "CONCURRENTLY and another statement, Prisma 6", ...prisma(later(`${CHECKED}ALTER TABLE users ADD COLUMN note text;\n${CONCURRENT}`)), asks: { transaction: "flag" } },
  { name: "CONCURRENTLY, goose", ...goose(later(`${CHECKED}${CONCURRENT}`), { transaction: true }), asks: { transaction: "flag" } },
  { name: "CONCURRENTLY, goose NO TRANSACTION", ...goose(later(`${CHECKED}${CONCURRENT}`)), asks: { transaction: "silent", lock: "silent", duplicates: "silent", "if-not-exists": "silent" } },
  { name: "CONCURRENTLY between BEGIN and COMMIT, goose NO TRANSACTION", ...goose(later(`${CHECKED}BEGIN;\n${CONCURRENT}\nCOMMIT;`)), asks: { transaction: "flag" } },
  { name: "CONCURRENTLY, dbmate", ...dbmate([`-- migrate:up\n${USERS}\n-- migrate:down\n`, `-- migrate:up\n${CHECKED}${CONCURRENT}\n-- migrate:down\n`]), asks: { transaction: "flag" } },
  { name: "CONCURRENTLY, dbmate transaction:false", ...dbmate([`-- migrate:up\n${USERS}\n-- migrate:down\n`, `-- migrate:up transaction:false\n${CHECKED}${CONCURRENT}\n-- migrate:down\n`]), asks: { transaction: "silent" } },
  { name: "CONCURRENTLY, Knex", ...knex([{ sql: [USERS] }, { sql: [TEAMS] }, { sql: [CONCURRENT] }]), asks: { transaction: "flag" } },
  { name: "CONCURRENTLY, Knex with transaction: false", ...knex([{ sql: [USERS] }, { sql: [TEAMS] }, { sql: [CONCURRENT], config: "exports.config = { transaction: false };\n\n" }]), asks: { transaction: "silent" } },
];

const rows = [
  { name: "CONCURRENTLY over rows that nobody looked at", ...goose(later(CONCURRENT)), asks: { duplicates: "flag" } },
  { name: "dedup DELETE, then the index", ...goose(later(`DELETE FROM users a USING users b WHERE a.email = b.email AND a.id > b.id;\n${CONCURRENT}`)), asks: { duplicates: "silent", dedup: "silent" } },
  { name: "dedup by all rows, then a partial index", ...goose(later(`DELETE FROM users a USING users b WHERE a.email = b.email AND a.id > b.id;\n${CONCURRENT.replace(";", " WHERE deleted_at IS NULL;")}`)), asks: { dedup: "flag" } },
  { name: "dedup by (org_id, email), then an index on email", ...goose(later(`DELETE FROM users a USING users b WHERE a.org_id = b.org_id AND a.email = b.email AND a.id > b.id;\n${CONCURRENT}`)), asks: { dedup: "flag" } },
  { name: "CONCURRENTLY IF NOT EXISTS", ...goose(later(`${CHECKED}${CONCURRENT.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS")}`)), asks: { retry: "flag" } },
  { name: "DROP INDEX CONCURRENTLY IF EXISTS, then CONCURRENTLY", ...goose(later(`${CHECKED}DROP INDEX CONCURRENTLY IF EXISTS users_email_key;\n${CONCURRENT}`)), asks: { retry: "silent", "if-not-exists": "silent" } },
  { name: "a wider key replaces a narrower one, so nothing can be twice", ...goose([USERS, `${CHECKED}${CONCURRENT}`, "CREATE UNIQUE INDEX CONCURRENTLY users_org_email_key ON users (org_id, email);"]), asks: { duplicates: "silent" } },
];

const refusals = [
  { name: "USING INDEX of a partial index", ...goose(later(`${CHECKED}${CONCURRENT.replace(";", " WHERE deleted_at IS NULL;")}\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;`)), asks: { refused: "flag" } },
  { name: "DROP INDEX of a constraint's index", ...goose([`${USERS}\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);`, "DROP INDEX CONCURRENTLY users_email_key;"]), asks: { refused: "flag" } },
  { name: "DROP CONSTRAINT of an index", ...goose([`${USERS}\n${PLAIN}`, "ALTER TABLE users DROP CONSTRAINT users_email_key;"]), asks: { refused: "flag" } },
  { name: "UNIQUE … NOT VALID", ...goose(later("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email) NOT VALID;")), asks: { refused: "flag" } },
  { name: "CONCURRENTLY on a partitioned parent", ...goose(["CREATE TABLE events (day date NOT NULL, source text NOT NULL) PARTITION BY RANGE (day);", TEAMS, `${CHECKED}CREATE UNIQUE INDEX CONCURRENTLY events_key ON events (day, source);`]), asks: { refused: "flag" } },
  { name: "a key of a partitioned table without the partition's column", ...goose(["CREATE TABLE events (day date NOT NULL, source text NOT NULL) PARTITION BY RANGE (day);", TEAMS, `${CHECKED}CREATE UNIQUE INDEX events_key ON events (source);`]), asks: { refused: "flag" } },
  { name: "a file of ClickHouse", ...withFile(goose([USERS]), "clickhouse/00001_events.sql", "CREATE TABLE events (day Date, id UInt64) ENGINE = MergeTree ORDER BY (day, id);\n"), asks: { dialect: "silent" } },
];

const SAVE = "-- name: SaveUser :exec\nINSERT INTO users (id, email, org_id) VALUES ($1, $2, $3) ON CONFLICT";
const query = (name, migrations, conflict, expected) => ({ name, ...goose(migrations, { queries: `${SAVE} ${conflict} DO UPDATE SET org_id = excluded.org_id;\n` }), at: "queries/queries.sql", asks: { target: expected } });

const SCHEMA = `import { integer, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  email: text("email").notNull(),
  orgId: integer("org_id").notNull(),
  deletedAt: timestamp("deleted_at", { withTimezone: true }),
}, (t) => [KEY]);
`;
const DB = `import { drizzle } from "drizzle-orm/node-postgres";\n\nexport const db = drizzle(process.env.DATABASE_URL!);\n`;

/** An app with one key on users (in schema and migration) and one function. */
function app(key, sql, body) {
  const code = `import { and, eq, isNull, sql } from "drizzle-orm";\nimport { db } from "./db";\nimport { users } from "./schema";\n\nexport async function save(id: number, email: string, orgId: number) {\n${body}\n}\n`;
  return { ...drizzle([`${USERS}\n--> statement-breakpoint\n${sql}`], { "src/schema.ts": SCHEMA.replace("KEY", key), "src/db.ts": DB, "src/users.ts": code }), at: "src/users.ts" };
}
const WHOLE = [`uniqueIndex("users_email_key").on(t.email)`, PLAIN];
const LIVE = [`uniqueIndex("users_email_key").on(t.email).where(isNull(t.deletedAt))`, PLAIN.replace(";", " WHERE deleted_at IS NULL;")];
const insert = (rest) => `  await db.insert(users).values({ id, email, orgId })${rest};`;

const code = [
  { name: "a key is dropped that a query names", ...goose([`${USERS}\n${PLAIN}`, "DROP INDEX CONCURRENTLY users_email_key;"], { queries: `${SAVE} (email) DO NOTHING;\n` }), asks: { dropped: "flag" } },
  { name: "a key is made wider that a query names", ...goose([`${USERS}\n${PLAIN}`, `CREATE UNIQUE INDEX CONCURRENTLY users_org_email_key ON users (org_id, email);\nDROP INDEX CONCURRENTLY users_email_key;`], { queries: `${SAVE} (email) DO NOTHING;\n` }), asks: { dropped: "flag" } },
  { name: "a key is dropped that nobody names", ...goose([`${USERS}\n${PLAIN}`, "DROP INDEX CONCURRENTLY users_email_key;"]), asks: { dropped: "silent" } },
  query("ON CONFLICT without a key", [USERS], "(email)", "flag"),
  query("ON CONFLICT with a key", [`${USERS}\n${PLAIN}`], "(email)", "silent"),
  query("ON CONFLICT of a partial key without its predicate", [`${USERS}\n${LIVE[1]}`], "(email)", "flag"),
  query("ON CONFLICT of a partial key with its predicate", [`${USERS}\n${LIVE[1]}`], "(email) WHERE deleted_at IS NULL", "silent"),
  query("ON CONFLICT (email), key on lower(email)", [`${USERS}\nCREATE UNIQUE INDEX users_email_key ON users (lower(email));`], "(email)", "flag"),
  query("ON CONFLICT of a part of a key", [`${USERS}\nCREATE UNIQUE INDEX users_key ON users (org_id, email);`], "(email)", "flag"),
  query("ON CONFLICT in another order, key with INCLUDE", [`${USERS}\nCREATE UNIQUE INDEX users_key ON users (org_id, email) INCLUDE (deleted_at);`], "(email, org_id)", "silent"),
  query("ON CONSTRAINT names an index", [`${USERS}\n${PLAIN}`], "ON CONSTRAINT users_email_key", "flag"),
  query("ON CONSTRAINT names a constraint", [`${USERS}\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);`], "ON CONSTRAINT users_email_key", "silent"),
  query("ON CONFLICT of a deferrable constraint", [`${USERS}\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email) DEFERRABLE;`], "(email)", "flag"),
  query("ON CONFLICT of a constraint that took its index over", [`${USERS}\n${PLAIN}\nALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE USING INDEX users_email_key;`], "ON CONSTRAINT users_email_unique", "silent"),
  { name: "Drizzle: onConflictDoUpdate without a key", ...app("", "SELECT 1;", insert(".onConflictDoUpdate({ target: users.email, set: { orgId } })")), asks: { target: "flag" } },
  { name: "Drizzle: target of a partial key without its predicate", ...app(...LIVE, insert(".onConflictDoNothing({ target: users.email })")), asks: { target: "flag" } },
  { name: "Drizzle: target of a partial key with its predicate", ...app(...LIVE, insert(".onConflictDoNothing({ target: users.email, where: isNull(users.deletedAt) })")), asks: { target: "silent" } },
  { name: "supabase-js: onConflict of a partial key, whose predicate it cannot give", ...supabase([`${USERS}\n${LIVE[1]}`], { "src/users.ts": `import { createClient } from "@supabase/supabase-js";\n\nconst client = createClient("http://localhost", "key");\n\nexport async function save(id: number, email: string, orgId: number) {\n  await client.from("users").upsert({ id, email, org_id: orgId }, { onConflict: "email" });\n}\n` }), at: "src/users.ts", asks: { target: "flag" } },
  { name: "Drizzle 0.45: 23505 looked for outside of .cause", ...app(...WHOLE, `  try {\n  ${insert("")}\n  } catch (error) {\n    if ((error as { code?: string }).code === "23505") return null;\n    throw error;\n  }`), asks: { handler: "flag" } },
  { name: "Drizzle 0.45: 23505 looked for in .cause", ...app(...WHOLE, `  try {\n  ${insert("")}\n  } catch (error) {\n    if (((error as Error).cause as { code?: string } | undefined)?.code === "23505") return null;\n    throw error;\n  }`), asks: { handler: "silent" } },
  { name: "a handler waits for a constraint that is not there", ...app(...WHOLE, `  try {\n  ${insert("")}\n  } catch (error) {\n    if (((error as Error).cause as { constraint?: string } | undefined)?.constraint === "users_mail_idx") return null;\n    throw error;\n  }`), asks: { handler: "flag" } },
  { name: "ON CONFLICT (id) where another key can be violated", ...app(...WHOLE, insert(".onConflictDoUpdate({ target: users.id, set: { email } })")), asks: { uncovered: "flag", target: "silent" } },
  { name: "DO NOTHING, and the row of RETURNING is counted on", ...app(...WHOLE, `  const [row] = await db.insert(users).values({ id, email, orgId }).onConflictDoNothing().returning();\n  return row!.id;`), asks: { row: "flag" } },
  { name: "DO NOTHING, and the row of RETURNING is tested", ...app(...WHOLE, `  const [row] = await db.insert(users).values({ id, email, orgId }).onConflictDoNothing().returning();\n  return row?.id ?? null;`), asks: { row: "silent" } },
];

function withFile(project, path, text) {
  return { files: { ...project.files, [path]: text }, migrations: [...project.migrations, path] };
}

/** Group → cases. A case: its name, files, migrations in order, `at` (the file that is asked about) and `asks`. */
export const groups = { "Builds that block": locks, "CONCURRENTLY and the runner's transaction": transactions, "Rows that are twice": rows, "What Postgres refuses": refusals, "Code that counts on keys": code };
