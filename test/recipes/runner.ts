import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Address } from "./lab.ts";

/** A migration as a person would write it for a runner: statements without semicolons, and whether the advice is followed that uniqlint gives. */
export type Draft = { sql: string[]; advised: boolean };

/** The table that `others` build an index on, and the statement that builds it. */
export const MEMBERS: Draft = { sql: ["CREATE TABLE members (id int PRIMARY KEY, email text NOT NULL)"], advised: false };
export const BUILD = "CREATE UNIQUE INDEX CONCURRENTLY members_email_key ON members (email)";

/** Enough where another runner of the same manner tries all. */
export const FEW_KINDS = ["a unique index", "a unique constraint"];

/** A runner that is really there: how its projects look, and how it is started. */
export type RealRunner = {
  /** Version that is tested, for the test's title. */
  version: string;
  /** A project with these migrations, path by path. */
  project(drafts: Draft[]): Record<string, string>;
  /** Applies what is pending in the project's folder. */
  migrate(root: string, address: Address): Promise<unknown>;
  /** What a recipe says of the place where the index is built. */
  place: string;
  /** --fix-suggestions knows how its files are written. */
  fixes?: true;
  /** Names of the common cases that are tried. Absent: all. */
  kinds?: string[];
  /** Projects with CONCURRENTLY in them, by what is special about them. */
  others: Record<string, { files: Record<string, string>; refused: "25001" | null }>;
};

const require = createRequire(import.meta.url);
const modules = dirname(dirname(require.resolve("pg/package.json")));

export function versionOf(name: string): string {
  return (require(join(modules, name, "package.json")) as { version: string }).version;
}

/** A package.json that names these packages, as they are installed here. */
export function packageJson(...names: string[]): string {
  return JSON.stringify({ name: "lab", private: true, dependencies: Object.fromEntries(names.map((name) => [name, versionOf(name)])) });
}

/** `20240101000000`, a second later for each. */
export function stamp(index: number): string {
  return String(20240101000000n + BigInt(index));
}

/** Writes a project into a new folder that finds the packages installed here, for as long as `use` lasts. */
export async function inFolder<T>(files: Record<string, string>, use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "uniqlint-recipe-"));
  try {
    symlinkSync(modules, join(root, "node_modules"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** For runners that a program starts: `migrate.js` of the project, which exports a function of the server's address. */
export async function runMigrateJs(root: string, address: Address): Promise<void> {
  const start = require(join(root, "migrate.js")) as (address: Address) => Promise<void>;
  await start(address);
}

/** The SQLSTATE that an error carries, or a program's output does; rethrown where there is none. */
export function sqlstateOf(error: unknown): string {
  for (let each = error as { code?: unknown; cause?: unknown } | undefined; each != null; each = each.cause as typeof each) {
    if (typeof each.code === "string" && /^[0-9A-Z]{5}$/.test(each.code)) return each.code;
  }
  if (/cannot run inside a transaction block|cannot be executed within a pipeline/.test(String(error))) return "25001";
  throw error;
}
