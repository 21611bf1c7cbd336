import { createHash } from "node:crypto";
import type { TypeormSettings } from "../../model/input.ts";
import type { Given } from "./typeorm-draft.ts";

/** Names as a naming strategy gives them; each null where it is not known. */
export type Naming = {
  table(className: string, given: Given): string | null;
  /** `prefixes`: of the embedded objects around. */
  column(property: string, given: Given, prefixes: string[]): string | null;
  joinColumn(relation: string, referenced: string): string | null;
  joinTable(first: string, second: string, property: string): string | null;
  joinTableColumn(table: string, column: string): string | null;
  /** Before table names. */
  prefix: string;
  /** The strategy gives constraints the default names. */
  hashes: boolean;
};

/** The strategy that a data source's settings name: TypeORM's own, or the one of typeorm-naming-strategies 4. */
export function namingOf(settings: TypeormSettings): Naming {
  const { naming, prefix } = settings;
  const own = naming === "default" ? DEFAULT : naming === "snake" ? SNAKE : UNKNOWN;
  // A prefix out of the environment changes all tables' names alike, so they are told apart without it; only hashes are made of it.
  return prefix === null ? { ...own, prefix: "", hashes: false } : { ...own, prefix };
}

const DEFAULT: Omit<Naming, "prefix"> = {
  table: (className, given) => written(given, () => snakeCase(className)),
  column: (property, given, prefixes) => written(given, () => property, (name) => (prefixes.length === 0 ? name : camelCase(prefixes.join("_")) + titleCase(name))),
  joinColumn: (relation, referenced) => camelCase(`${relation}_${referenced}`),
  joinTable: (first, second, property) => snakeCase(`${first}_${property.replaceAll(".", "_")}_${second}`),
  joinTableColumn: (table, column) => camelCase(`${table}_${column}`),
  hashes: true,
};

const SNAKE: Omit<Naming, "prefix"> = {
  table: DEFAULT.table,
  column: (property, given, prefixes) => written(given, () => snakeCase(property), (name) => snakeCase([...prefixes, ""].join("_")) + name),
  joinColumn: (relation, referenced) => snakeCase(`${relation}_${referenced}`),
  joinTable: DEFAULT.joinTable,
  joinTableColumn: (table, column) => snakeCase(`${table}_${column}`),
  hashes: true,
};

/** A strategy of the project's own: what is written is what it most likely keeps. */
const UNKNOWN: Omit<Naming, "prefix"> = {
  table: (_, given) => written(given, () => null),
  column: (_, given, prefixes) => (prefixes.length === 0 ? written(given, () => null) : null),
  joinColumn: () => null,
  joinTable: () => null,
  joinTableColumn: () => null,
  hashes: false,
};

function written(given: Given, otherwise: () => string | null, change: (name: string) => string = (name) => name): string | null {
  const name = given.kind === "text" && given.value !== "" ? given.value : given.kind === "unknown" ? null : otherwise();
  return name === null ? null : change(name);
}

const LENGTHS = { PK: 27, UQ: 27, FK: 27, IDX: 26, REL: 26 };

/**
 * The default name of a key, an index or a foreign key: `UQ_` and the first letters of the SHA-1 of `{table}_{columns, sorted}[_{where}]`. The schema
 * is no part of it; the prefix of the table's name is.
 */
export function defaultName(kind: keyof typeof LENGTHS, table: string, columns: string[], where: string | null = null): string {
  const key = `${table}_${[...columns].sort().join("_")}${where === null ? "" : `_${where}`}`;
  return `${kind}_${createHash("sha1").update(key).digest("hex").slice(0, LENGTHS[kind])}`;
}

/** As TypeORM's own: `HTTPServer` → `http_server`, `oauth2Token` → `oauth2_token`. */
export function snakeCase(text: string): string {
  return text.replaceAll(/([A-Z])([A-Z])([a-z])/g, "$1_$2$3").replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function camelCase(text: string): string {
  return text.replaceAll(/^([A-Z])|[\s\-_](\w)/g, (_, first: string | undefined, next: string | undefined) => next?.toUpperCase() ?? first?.toLowerCase() ?? "");
}

/** Lowers the rest of each word: `zipCode` → `Zipcode`. */
function titleCase(text: string): string {
  return text.replaceAll(/\w\S*/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
}
