import { allKeys } from "../catalog/tables.ts";
import type { ErrorTest, Handler } from "../model/project.ts";
import type { Tests } from "./error-tests.ts";
import type { Flow } from "./flow.ts";

const UNIQUE_CODES = /^(?:23505|P2002|1062|ER_DUP_ENTRY|SQLITE_CONSTRAINT\w*|2067|1555|UniqueConstraintViolation|UNIQUE_VIOLATION)$/;
const UNIQUE_TEXT = /duplicate|unique|already exists|23505|P2002|ER_DUP_ENTRY/i;
const UNIQUE_CLASS = /Unique|Duplicate/;

/** Endings of names that keys go by, and those that other constraints do. */
const KEY_NAME = /(?:^|_)(?:key|unique|uniq|uidx|uq|ux|idx|index|pkey|pk)(?:_|$)/i;
const OTHER_NAME = /_(?:fkey|fk|check|chk|excl)$/i;

/** What a key of the project is called, or could be: in lower case. `words`: table → the words of its columns' names. */
export type KeyNames = { keys: string[]; words: Map<string, Set<string>> };

const NO_NAMES: KeyNames = { keys: [], words: new Map() };

const keyNames = new WeakMap<Flow["linked"], KeyNames>();

/** Names of all keys of the project, and what the names of others would be made of. */
export function keyNamesOf(flow: Flow): KeyNames {
  let names = keyNames.get(flow.linked);
  if (names === undefined) {
    const catalogs = flow.linked.databases.map((database) => database.catalog);
    const tables = catalogs.flatMap((catalog) => Object.values(catalog.tables));
    names = {
      keys: catalogs.flatMap((catalog) => allKeys(catalog).flatMap(({ key }) => (key.name === null ? [] : [key.name.toLowerCase()]))),
      words: new Map(tables.map((table) => [table.name.toLowerCase(), new Set(table.columns.flatMap((column) => [column.name.toLowerCase(), ...column.name.toLowerCase().split("_")]))])),
    };
    keyNames.set(flow.linked, names);
  }
  return names;
}

/** A message may be searched for anything, `invalid_grant` too; only what looks like a key's name, or is one, asks for a violation. */
function isKeyName(test: Extract<ErrorTest, { kind: "name" }>, names: KeyNames): boolean {
  const wanted = test.value.toLowerCase();
  if (OTHER_NAME.test(wanted)) return false;
  const field = test.path.at(-1) ?? "";
  return /^constraint/.test(field) || KEY_NAME.test(wanted) || names.keys.some((name) => name.includes(wanted)) || isMadeOfColumns(wanted, names);
}

/** `tenants_org_external_ref`: a table's name, then words of its columns only. `user_not_found` is none. */
function isMadeOfColumns(wanted: string, { words }: KeyNames): boolean {
  return [...words].some(([table, columns]) => wanted.startsWith(`${table}_`) && wanted.slice(table.length + 1).split("_").every((word) => columns.has(word)));
}

/** Does a test ask for a unique violation? */
export function asksForUnique(test: ErrorTest, names: KeyNames = NO_NAMES): boolean {
  switch (test.kind) {
    case "code":
      return UNIQUE_CODES.test(test.value);
    case "name":
      return isKeyName(test, names);
    case "target":
      return true;
    case "class":
      return UNIQUE_CLASS.test(test.name);
    case "message":
      return UNIQUE_TEXT.test(test.value);
  }
}

export function handlesOf(found: Tests, rethrows: Handler["rethrows"], names: KeyNames = NO_NAMES): Handler["handles"] {
  if (found.tests.some((test) => asksForUnique(test, names))) return "unique";
  if (found.opaque > 0) return "unknown";
  // `instanceof PrismaClientKnownRequestError` lets violations pass with all other errors of the database; beside a code it says nothing more.
  const others = found.tests.filter((test) => !isDatabaseClass(test));
  if (others.length === 0) return "any";
  return rethrows === "never" ? "any" : "other";
}

function isDatabaseClass(test: ErrorTest): boolean {
  return test.kind === "class" && /PrismaClient|DatabaseError|PostgresError|QueryError|QueryFailed/.test(test.name);
}
