import type { FileFacts } from "../model/facts.ts";
import type { Entry, ProjectFile } from "../model/project.ts";
import { basename } from "./paths.ts";

const TEST_FOLDER = /(?:^|\/)(?:__tests__|__mocks__|__fixtures__|__snapshots__|tests?|testing|test-utils|testutils|testdata|e2e|fixtures?|mocks?|cypress|playwright)\//;
const TEST_FILE = /(?:[.-](?:test|tests|spec|e2e|e2e-spec|bench|stories|story|mock|fixture|fixtures)\.[cm]?[jt]sx?|_test\.\w+)$|[a-z]Fixtures?\.[cm]?[jt]sx?$|(?:^|[._-])[tT]est[-_]?(?:[hH]elpers?|[uU]tils?)\.[cm]?[jt]sx?$|^(?:vitest|jest|playwright|cypress)\.[\w.-]+$/;
const SEED = /(?:^|\/)(?:seeds?|seeders?|seeding)\/|(?:^|\/)populate\.[cm]?[jt]s$|(?:^|\/|[._-])seed(?:s|er|ers|ing)?(?:[._-][\w.-]*)?\.(?:[cm]?[jt]sx?|sql)$/i;
/** `seedFixtures.ts`: only in this spelling is a word that begins with it about seeding. */
const SEED_NAME = /(?:^|\/)seed[A-Z][\w-]*\.[cm]?[jt]sx?$/;
const SCRIPT = /(?:^|\/)(?:(?:[\w-]+-)?scripts?|bin|one-?offs?|benchmarks?|examples?)\//;
const GENERATED = /(?:^|\/)(?:generated|__generated__|\.generated|dist|build|\.next|\.output|coverage|vendor|node_modules)\/|\.(?:gen|generated)\.\w+$|[.-]min\.[cm]?js$|\.bundle\.js$/;

/** Entry points that frameworks and queues know by their place; the first that matches counts. */
const ENTRIES: [Exclude<Entry, null>, RegExp][] = [
  // GraphQL is where a program's own users manage theirs.
  ["webhook", /^(?!.*(?:(?:^|\/)graphql\/|webhooks?[._-]?(?:mutations?|quer(?:y|ies)|resolvers?)\b)).*webhook/i],
  ["job", /(?:^|\/)(?:jobs?|crons?|inngest|trigger|workers?|background|tasks?|schedulers?|background-jobs)\/|[.-](?:job|cron|worker|processor)\.[cm]?[jt]s$/],
  ["consumer", /(?:^|\/)(?:consumers?|subscribers?|queues?|listeners?)\/|[.-](?:consumer|subscriber|listener)\.[cm]?[jt]s$/],
  ["route", /(?:^|\/)route\.[cm]?[jt]sx?$|(?:^|\/)pages\/api\/|(?:^|\/)(?:routes?|controllers?|routers?)\/|[.-](?:controller|router|routes?)\.[cm]?[jt]s$/],
  ["import", /(?:^|\/)(?:imports?|importers?|csv)\/|(?:^|[/._-])import(?:er|s)?[._-][\w.-]*\.[cm]?[jt]s$|[._-]import(?:er)?\.[cm]?[jt]s$/],
];

/**
 * What kind of file this is, by its path alone. Paths are relative to the linted root, so a project that lies in somebody's `fixtures/` is
 * still a normal one.
 */
export function describeFile(path: string, facts: FileFacts | null, isMigration: boolean): ProjectFile {
  return { path, entry: entryOf(path, isMigration), generated: isGenerated(path), suppressions: facts?.suppressions ?? [] };
}

export function entryOf(path: string, isMigration: boolean): Entry {
  if (isMigration) return "migration";
  if (TEST_FOLDER.test(path) || TEST_FILE.test(basename(path))) return "test";
  if (SEED.test(path) || SEED_NAME.test(path)) return "seed";
  if (SCRIPT.test(path)) return "script";
  return ENTRIES.find(([, pattern]) => pattern.test(path))?.[0] ?? null;
}

export function isGenerated(path: string): boolean {
  return GENERATED.test(path);
}

/** Tests, seeds, one-off scripts and generated files are out of *recommended*. */
export function isIncidental(path: string): boolean {
  const entry = entryOf(path, false);
  return entry === "test" || entry === "seed" || entry === "script" || isGenerated(path);
}
