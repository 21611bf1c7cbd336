import type { Catalog, Column, ForeignKey, Index, Table, UniqueKey } from "../model/catalog.ts";
import type { Span } from "../model/span.ts";
import { emptyCatalog } from "./fold.ts";
import { samePredicate } from "./predicate.ts";
import { typesOf, type TypeOf } from "./predicate-types.ts";

/**
 * One catalog out of the ORM's schema and the migrations, by table id. Migrations say what the database holds: keys, indexes and foreign keys
 * of the tables they create, and nullability. The schema gives the names that code uses, and what only it declares stays (`built: []`).
 */
export function mergeCatalogs(schema: Catalog | null, migrated: Catalog | null): Catalog {
  if (schema === null || migrated === null) return schema ?? migrated ?? emptyCatalog("postgres");
  const tables: Record<string, Table> = {};
  for (const [id, table] of Object.entries(migrated.tables)) {
    const declared = schema.tables[id];
    tables[id] = declared ? mergeTables(declared, table) : table;
  }
  for (const [id, table] of Object.entries(schema.tables)) tables[id] ??= table;
  return { dialect: schema.dialect, tables };
}

/**
 * `complete` is the migrations' word: when they build the table whole, nothing of its keys is unknown, however much of the schema's
 * declaration could be read; when they do not, the database may hold keys that neither shows.
 */
function mergeTables(declared: Table, built: Table): Table {
  const typeOf = typesOf(built);
  return {
    ...built,
    columns: mergeColumns(declared.columns, built.columns),
    keys: mergeKeys(declared.keys, built.keys, typeOf),
    // What is declared as a plain index may have been built as a unique one.
    indexes: mergeNamed(declared.indexes.filter(({ name }) => name === null || !built.keys.some((key) => key.name === name)), built.indexes, (a, b) => sameIndex(a, b, typeOf)),
    foreignKeys: mergeNamed(declared.foreignKeys, built.foreignKeys, sameForeignKey),
    checks: [...built.checks, ...declared.checks.filter((check) => !built.checks.some((other) => other.name === check.name))],
    complete: built.complete,
    declared: declared.declared,
  };
}

function mergeColumns(declared: Column[], built: Column[]): Column[] {
  const byName = new Map(declared.map((column) => [column.name, column]));
  const merged = built.map((column) => {
    const other = byName.get(column.name);
    return other ? mergeColumn(other, column) : column;
  });
  const there = new Set(built.map((column) => column.name));
  return [...merged, ...declared.filter((column) => !there.has(column.name))];
}

/** A default that the client makes is known to the schema alone. */
function mergeColumn(declared: Column, built: Column): Column {
  return {
    ...built,
    property: declared.property ?? built.property,
    type: built.type ?? declared.type,
    nullable: built.nullable ?? declared.nullable,
    default: declared.default?.by === "client" ? declared.default : (built.default ?? declared.default),
    generated: built.generated || declared.generated,
    at: declared.at ?? built.at,
  };
}

function mergeKeys(declared: UniqueKey[], built: UniqueKey[], typeOf: TypeOf): UniqueKey[] {
  const merged = [...built];
  for (const key of declared) {
    const index = findSame(merged, key, typeOf);
    const same = merged[index];
    if (same) merged[index] = { ...same, name: same.name ?? key.name, declared: joinSpans(same.declared, key.declared) };
    else merged.push(key);
  }
  return merged;
}

/** The same parts, and the same name or predicate; the best match first, because a table may hold twins. */
function findSame(among: UniqueKey[], key: UniqueKey, typeOf: TypeOf): number {
  const free = (other: UniqueKey): boolean => other.declared.length === 0 && sameParts(other, key);
  const named = among.findIndex((other) => free(other) && other.name !== null && other.name === key.name);
  return named >= 0 ? named : among.findIndex((other) => free(other) && samePredicate(other.where, key.where, typeOf) && (other.kind === "primary") === (key.kind === "primary"));
}

/** The order of parts matters to look-ups, not to uniqueness. */
function sameParts(a: Pick<UniqueKey, "parts">, b: Pick<UniqueKey, "parts">): boolean {
  const texts = (key: Pick<UniqueKey, "parts">): string => key.parts.map((part) => (part.kind === "column" ? `c:${part.column}` : `e:${part.expression}`)).sort().join("\n");
  return texts(a) === texts(b);
}

function sameIndex(a: Index, b: Index, typeOf: TypeOf): boolean {
  const inOrder = (index: Index): string => index.parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join("\n");
  return inOrder(a) === inOrder(b) && a.method === b.method && samePredicate(a.where, b.where, typeOf);
}

function sameForeignKey(a: ForeignKey, b: ForeignKey): boolean {
  return a.table === b.table && a.columns.join() === b.columns.join();
}

function mergeNamed<T extends { declared: Span[] }>(declared: T[], built: T[], same: (a: T, b: T) => boolean): T[] {
  const merged = [...built];
  for (const one of declared) {
    const index = merged.findIndex((other) => same(other, one));
    const found = merged[index];
    if (found) merged[index] = { ...found, declared: joinSpans(found.declared, one.declared) };
    else merged.push(one);
  }
  return merged;
}

function joinSpans(a: Span[], b: Span[]): Span[] {
  const text = new Set(a.map((span) => `${span.path}:${span.start}`));
  return [...a, ...b.filter((span) => !text.has(`${span.path}:${span.start}`))];
}
