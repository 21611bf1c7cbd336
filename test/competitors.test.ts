import { beforeAll, describe, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import { check } from "../src/lint/check.ts";
import { buildProject } from "../src/project/build.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { locate, makeSources } from "../src/report/sources.ts";

/**
 * What other linters say of unique keys and should not, or do not say and should. Each case names the tool, its version and its mistake, as
 * they were measured; Postgres' side of it stands in the proofs of the rules.
 */
type Case = {
  tool: string;
  mistake: string;
  files: Record<string, string>;
  /** `file:line rule`, sorted; all that the families *migrations* and *assumed* say. */
  says: string[];
  /** In some message. */
  words?: string[];
  /** In no message. */
  never?: RegExp;
};

beforeAll(loadSqlParser);

/** Migrations of Drizzle, one file each: one transaction around all that are pending. */
function drizzle(...migrations: string[]): Record<string, string> {
  const tags = migrations.map((_, idx) => `000${String(idx)}_step`);
  return {
    "package.json": JSON.stringify({ name: "app", dependencies: { "drizzle-orm": "0.45.1", pg: "8.16.3" }, devDependencies: { "drizzle-kit": "0.31.5" } }),
    "drizzle.config.ts": `export default { dialect: "postgresql", schema: "./src/schema.ts", out: "./drizzle" };`,
    "drizzle/meta/_journal.json": JSON.stringify({ version: "7", dialect: "postgresql", entries: tags.map((tag, idx) => ({ idx, version: "7", when: 1750000000000 + idx, tag, breakpoints: true })) }),
    ...Object.fromEntries(tags.map((tag, i) => [`drizzle/${tag}.sql`, migrations[i] ?? ""])),
  };
}

/** Migrations of goose without a transaction: each statement alone. */
function plain(...migrations: string[]): Record<string, string> {
  const text = (sql: string): string => `-- +goose NO TRANSACTION\n-- +goose Up\n${sql}\n`;
  return {
    "go.mod": "module example.com/app\n\nrequire github.com/pressly/goose/v3 v3.25.0\n",
    "sqlc.yaml": `version: "2"\nsql:\n  - engine: postgresql\n    schema: db\n    queries: queries\n`,
    ...Object.fromEntries(migrations.map((sql, i) => [`db/0000${String(i + 1)}_step.sql`, text(sql)])),
  };
}

const USERS = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, deleted_at timestamptz);";
const OTHER = "CREATE TABLE teams (id int PRIMARY KEY);";

function lint(files: Record<string, string>): { line: string; message: string }[] {
  const input = loadFiles(filesFrom(files));
  const text = (path: string): string | null => files[path] ?? null;
  const { findings } = check(buildProject(input), rules.filter(({ family }) => family !== "inserts"), {
    preset: "recommended",
    includeIncidental: false,
    levels: {},
    text,
    statements: (path) => input.facts(path)?.sql?.statements.map(({ at }) => at) ?? [],
  });
  const sources = makeSources(text);
  return findings.map(({ rule, at, message }) => ({ line: `${at.path}:${String(locate(sources, at).start.line)} ${rule}`, message }));
}

const cases: Case[] = [
  {
    tool: "squawk 2.66.0",
    mistake: "warns of an index on a table that the same file creates (68% of its findings on unique keys in one large repository)",
    files: plain(`${USERS}\nCREATE UNIQUE INDEX users_email_key ON users (email);\nALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email);`),
    says: [],
  },
  {
    tool: "squawk 2.66.0",
    mistake: "advises NOT VALID for ADD CONSTRAINT UNIQUE, which Postgres refuses",
    files: plain(USERS, OTHER, "-- No duplicates: checked.\nALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email);"),
    says: ["db/00003_step.sql:4 require-concurrent-unique-index"],
    words: ["ACCESS EXCLUSIVE", "UNIQUE USING INDEX"],
    never: /NOT VALID/,
  },
  {
    tool: "squawk 2.66.0, pgfence 0.5.1, pg-migration-lint",
    mistake: "push IF NOT EXISTS onto a concurrent unique build, so that a retry passes over an INVALID index",
    files: plain(USERS, OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);"),
    says: [],
  },
  {
    tool: "squawk 2.66.0, pgfence 0.5.1, pg-migration-lint",
    mistake: "accept CONCURRENTLY IF NOT EXISTS",
    files: plain(USERS, OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_email_key ON users (email);"),
    says: ["db/00003_step.sql:4 no-unverified-concurrent-index"],
    words: ["DROP INDEX CONCURRENTLY IF EXISTS users_email_key;"],
  },
  {
    tool: "squawk 2.66.0, pgfence 0.5.1, drizzle-migration-lint 0.4.0, MigrationPilot 1.6.1",
    mistake: "accept a lone CONCURRENTLY in a Drizzle migration, where all pending files share one transaction",
    files: drizzle(USERS, OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);"),
    says: ["drizzle/0002_step.sql:2 no-concurrent-index-in-transaction"],
    words: ["25001", "all pending files in one transaction"],
  },
  {
    tool: "drizzle-migration-lint 0.4.0",
    mistake: "advises .concurrently() and a migration of its own, neither of which works in Drizzle's transaction",
    files: drizzle(USERS, OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX users_email_key ON users (email);"),
    says: ["drizzle/0002_step.sql:2 require-concurrent-unique-index"],
    words: ["by hand before the deploy", "COMMIT;"],
    never: /a migration of its own|\.concurrently\(\)/,
  },
  {
    tool: "squawk 2.66.0 --assume-in-transaction",
    mistake: "refuses CONCURRENTLY after the chunk that is only COMMIT, which works",
    files: drizzle(USERS, OTHER, "-- No duplicates: checked.\nCOMMIT;\n--> statement-breakpoint\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\n--> statement-breakpoint\nBEGIN;"),
    says: [],
  },
  {
    tool: "pgfence 0.5.1",
    mistake: "takes a table that an earlier file of the batch creates for a new one (16 of 35 builds lost in one repository)",
    files: plain(USERS, OTHER, "CREATE TABLE posts (id int PRIMARY KEY);", "CREATE UNIQUE INDEX users_email_key ON users (email);"),
    says: ["db/00004_step.sql:3 require-concurrent-unique-index", "db/00004_step.sql:3 require-dedup-before-unique"],
  },
  {
    tool: "pgfence 0.5.1",
    mistake: "says SHARE ROW EXCLUSIVE of ADD CONSTRAINT UNIQUE and that reads go on",
    files: plain(USERS, OTHER, "-- No duplicates: checked.\nALTER TABLE users ADD UNIQUE (email);"),
    says: ["db/00003_step.sql:4 require-concurrent-unique-index"],
    words: ["ACCESS EXCLUSIVE lock: every read and write"],
    never: /SHARE ROW EXCLUSIVE/,
  },
  {
    tool: "MigrationPilot (its page on mp001)",
    mistake: "says ACCESS EXCLUSIVE of CREATE UNIQUE INDEX, which takes SHARE",
    files: plain(USERS, OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX users_email_key ON users (email);"),
    says: ["db/00003_step.sql:4 require-concurrent-unique-index"],
    words: ["SHARE lock: every INSERT, UPDATE and DELETE"],
    never: /ACCESS EXCLUSIVE/,
  },
  {
    tool: "pgfence 0.5.1, MigrationPilot 1.6.1, drizzle-migration-lint 0.4.0",
    mistake: "miss ADD COLUMN … UNIQUE",
    files: plain(USERS, OTHER, "ALTER TABLE users ADD COLUMN external_id text UNIQUE;"),
    says: ["db/00003_step.sql:3 require-concurrent-unique-index"],
    words: ["ADD COLUMN UNIQUE"],
  },
  {
    tool: "all of them",
    mistake: "say nothing of duplicates",
    files: plain(USERS, OTHER, "CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);"),
    says: ["db/00003_step.sql:3 require-dedup-before-unique"],
    words: ["SELECT email, count(*) FROM users GROUP BY email HAVING count(*) > 1;"],
  },
  {
    tool: "atlas MF101",
    mistake: "does not see the dedup before the key",
    files: plain(USERS, OTHER, "DELETE FROM users a USING users b WHERE a.email = b.email AND a.id > b.id;\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);"),
    says: [],
  },
  {
    tool: "all of them",
    mistake: "take any dedup for a good one",
    files: plain(USERS, OTHER, "DELETE FROM users a USING users b WHERE a.email = b.email AND a.id > b.id;\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email) WHERE deleted_at IS NULL;"),
    says: ["db/00003_step.sql:3 no-mismatched-dedup"],
    words: ["rows outside of the key are deleted too"],
  },
  {
    tool: "strong_migrations 2.8.0, eugene, squawk",
    mistake: "give the USING INDEX recipe for a partial or expression index, too, which can never become a constraint",
    files: plain(USERS, OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;"),
    says: ["db/00003_step.sql:4 require-concurrent-unique-index"],
    never: /USING INDEX/,
  },
  {
    tool: "MigrationPilot 1.6.1 MP097 alone knows it",
    mistake: "do not see that DROP INDEX of a constraint's index fails",
    files: plain(`${USERS}\nALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email);`, "DROP INDEX CONCURRENTLY users_email_unique;"),
    says: ["db/00002_step.sql:3 no-constraint-index-mixup"],
    words: ["2BP01"],
  },
  {
    tool: "squawk 2.66.0, pgfence 0.5.1, MigrationPilot 1.6.1, drizzle-migration-lint 0.4.0",
    mistake: "only ask for CONCURRENTLY when a unique index is dropped, or say nothing, while code names it",
    files: {
      ...plain(`${USERS}\nCREATE UNIQUE INDEX users_email_key ON users (email);`, "DROP INDEX CONCURRENTLY users_email_key;"),
      "queries/users.sql": "-- name: SaveUser :exec\nINSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING;\n",
    },
    says: ["db/00002_step.sql:3 no-dropped-key-in-use", "queries/users.sql:2 no-unmatched-conflict-target"],
    words: ["42P10", "Deploy code that no longer names it first"],
  },
  {
    tool: "safeql, PgTyped, postgres-language-server",
    mistake: "only prepare a statement, which Postgres accepts whatever the conflict target",
    files: { ...plain(USERS), "queries/users.sql": "-- name: SaveUser :exec\nINSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING;\n" },
    says: ["queries/users.sql:2 no-unmatched-conflict-target"],
  },
  {
    tool: "squawk 2.66.0",
    mistake: "reports 22,011 syntax errors in ClickHouse migrations",
    files: { ...plain(USERS), "clickhouse/00001_events.sql": "CREATE TABLE events (day Date, id UInt64) ENGINE = MergeTree ORDER BY (day, id);\n" },
    says: [],
  },
  {
    tool: "all but the runners' own",
    mistake: "do not know that a partitioned parent takes no CONCURRENTLY",
    files: plain("CREATE TABLE events (day date NOT NULL, source text NOT NULL) PARTITION BY RANGE (day);\nCREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');", OTHER, "-- No duplicates: checked.\nCREATE UNIQUE INDEX events_key ON events (day, source);"),
    says: ["db/00003_step.sql:4 require-concurrent-unique-index"],
    words: ["ON ONLY events", "ATTACH PARTITION"],
    never: /CONCURRENTLY events_key ON events /,
  },
];

describe("where others err", () => {
  test.each(cases.map((one) => [`${one.tool}: ${one.mistake}`, one] as const))("%s", (_title, { files, says, words = [], never }) => {
    const found = lint(files);
    expect(found.map(({ line }) => line).sort()).toEqual(says);
    const text = found.map(({ message }) => message).join("\n");
    for (const word of words) expect(text).toContain(word);
    if (never) expect(text).not.toMatch(never);
  });
});
