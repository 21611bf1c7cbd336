import type { NewCheck, NewForeignKey, NewIndex, NewKey } from "../../model/schema-change.ts";
import type { FunctionFact } from "../../model/facts.ts";
import { cutName } from "../../catalog/names.ts";
import type { Evaluated, Program } from "../program.ts";
import { evaluate } from "../evaluate.ts";
import { linkOf, type Chain } from "../chains.ts";
import { asString, entryOf } from "../evaluated.ts";
import { isDrizzle, wholeChain } from "./drizzle-factory.ts";
import { foreignKeyName, indexName, primaryName, uniqueName } from "./drizzle-names.ts";
import { readPart, type Naming, type ReadPart } from "./drizzle-parts.ts";
import { readPredicate } from "./drizzle-sql.ts";

/** What a table's name and columns mean to its third argument. */
export type TableScope = Naming & {
  program: Program;
  table: string;
  version: number;
  /** Where a foreign key leads. */
  target(columns: Evaluated[]): { table: NewForeignKey["table"]; columns: string[] } | null;
};
export type Extras = { keys: NewKey[]; indexes: NewIndex[]; foreignKeys: NewForeignKey[]; checks: NewCheck[]; complete: boolean };

/** The third argument of a table: `(t) => [...]` or `(t) => ({ ... })`, one level of nesting, statements before the return. */
export function readExtras(scope: TableScope, value: Evaluated | null): Extras {
  const out: Extras = { keys: [], indexes: [], foreignKeys: [], checks: [], complete: true };
  if (value === null || value.kind === "undefined" || value.kind === "null") return out;
  if (value.kind !== "function") {
    addList(scope, value, out, 0);
    return out;
  }
  const fact: FunctionFact | undefined = scope.program.facts(value.path)?.code?.functions[value.function];
  if (fact?.returns.length !== 1) out.complete = false;
  for (const returned of fact?.returns ?? []) addList(scope, evaluate(scope.program, value.path, returned, value.closure ?? null), out, 0);
  return out;
}

function addList(scope: TableScope, value: Evaluated, out: Extras, depth: number): void {
  const items = value.kind === "array" ? value.items : value.kind === "object" ? [...value.entries.values()] : null;
  if (items === null || depth > 2) {
    addItem(scope, value, out);
    return;
  }
  if (!(value.kind === "array" || value.kind === "object") || !value.complete) out.complete = false;
  for (const item of items) addList(scope, item, out, depth + 1);
}

function addItem(scope: TableScope, value: Evaluated, out: Extras): void {
  const chain = wholeChain(scope.program, value);
  const { root } = chain;
  const read = isDrizzle(root) && Object.hasOwn(READERS, root.name) ? READERS[root.name] : undefined;
  // Plain data and drizzle's policies make no keys; anything else might.
  const isHarmless = PLAIN.has(value.kind) || isDrizzle(root);
  if (read === undefined ? !isHarmless : !read(scope, chain, value, out)) out.complete = false;
}

const PLAIN = new Set<Evaluated["kind"]>(["undefined", "null", "boolean", "string", "number", "template"]);

/** Each adds what its item declares; false: a part of it could not be read. */
const READERS: Record<string, (scope: TableScope, chain: Chain, value: Evaluated, out: Extras) => boolean> = {
  unique: (scope, chain, value, out) => {
    const parts = readParts(scope, linkOf(chain, "on")?.args);
    if (parts === null) return false;
    const name = givenName(chain) ?? defaultName(chain, uniqueName(scope.table, parts.map(toNamed), scope.version));
    const nullsNotDistinct = linkOf(chain, "nullsNotDistinct") !== null;
    out.keys.push({ name, kind: "constraint", parts: parts.map((item) => item.part), where: null, nullsNotDistinct, deferrable: false, at: value.at });
    return name !== null || scope.version >= 1;
  },
  uniqueIndex: (scope, chain, value, out) => {
    const index = readIndex(scope, chain, value);
    if (index === null) return false;
    out.keys.push({ name: index.name, kind: "index", parts: index.parts, where: index.where, nullsNotDistinct: false, deferrable: false, at: value.at });
    return index.known;
  },
  index: (scope, chain, value, out) => {
    const index = readIndex(scope, chain, value);
    // An index that is not unique proves nothing either way, so one that cannot be read leaves the table's keys complete.
    if (index !== null) out.indexes.push({ name: index.name, parts: index.parts, where: index.where, method: index.method, include: [], at: value.at });
    return true;
  },
  primaryKey: (scope, chain, value, out) => {
    const [first] = chain.links[0]?.args ?? [];
    const listed = first?.kind === "object" ? listOf(entryOf(first, "columns")) : (chain.links[0]?.args ?? null);
    const parts = readParts(scope, listed);
    if (parts === null) return false;
    const columns = parts.map((item) => (item.part.kind === "column" ? item.part.column : ""));
    const given = asString(entryOf(first, "name"));
    const name = given ?? primaryName(scope.table, columns, scope.version);
    out.keys.push({ name: cut(name), kind: "primary", parts: parts.map((item) => item.part), where: null, nullsNotDistinct: false, deferrable: false, at: value.at });
    return true;
  },
  foreignKey: (scope, chain, value, out) => {
    const [options] = chain.links[0]?.args ?? [];
    const parts = readParts(scope, listOf(entryOf(options, "columns")));
    const target = scope.target(listOf(entryOf(options, "foreignColumns")) ?? []);
    if (parts === null || target === null) return true;
    const columns = parts.flatMap((item) => (item.part.kind === "column" ? [item.part.column] : []));
    const name = asString(entryOf(options, "name")) ?? foreignKeyName(scope.table, columns, target.table.name, target.columns, scope.version);
    const onDelete = readOnDelete(linkOf(chain, "onDelete")?.args?.[0]);
    out.foreignKeys.push({ name: cut(name), columns, references: target.columns, table: target.table, onDelete, at: value.at });
    return true;
  },
  check: (_scope, chain, _value, out) => {
    out.checks.push({ name: cut(givenName(chain)), columns: [], text: "" });
    return true;
  },
};

type ReadIndex = { name: string | null; parts: ReadPart["part"][]; where: NewIndex["where"]; method: string; known: boolean };

function readIndex(scope: TableScope, chain: Chain, value: Evaluated): ReadIndex | null {
  const using = linkOf(chain, "using");
  const on = linkOf(chain, "on") ?? linkOf(chain, "onOnly");
  const parts = readParts(scope, using === null ? on?.args : using.args?.slice(1));
  if (parts === null || value.kind !== "call") return null;
  const condition = linkOf(chain, "where")?.args?.[0];
  const where = condition === undefined ? null : readPredicate(condition, scope);
  const columns = parts.map((item) => (item.part.kind === "column" ? item.part.column : "expr"));
  const name = givenName(chain) ?? defaultName(chain, indexName(scope.table, columns));
  const method = asString(using?.args?.[0])?.toLowerCase() ?? "btree";
  return { name, parts: parts.map((item) => item.part), where: where?.predicate ?? null, method, known: (where?.known ?? true) && name !== null };
}

function readParts(scope: TableScope, args: Evaluated[] | null | undefined): ReadPart[] | null {
  if (args == null || args.length === 0) return null;
  const parts = args.flatMap((arg) => readPart(arg, scope) ?? []);
  return parts.length === args.length ? parts : null;
}

function listOf(value: Evaluated | undefined): Evaluated[] | null {
  return value?.kind === "array" && value.complete ? value.items : null;
}

function toNamed(item: ReadPart): { key: string; column: string } {
  return { key: item.key, column: item.part.kind === "column" ? item.part.column : "expr" };
}

function givenName(chain: Chain): string | null {
  return cut(asString(chain.links[0]?.args?.[0]));
}

/** The default holds only where no name is given at all; one that is given but not known stays unknown. */
function defaultName(chain: Chain, name: string | null): string | null {
  const [given] = chain.links[0]?.args ?? [];
  return given === undefined || given.kind === "undefined" ? cut(name) : null;
}

function cut(name: string | null): string | null {
  return name === null ? null : cutName(name);
}

const ON_DELETE = ["no action", "restrict", "cascade", "set null", "set default"] as const;

export function readOnDelete(value: Evaluated | undefined): NewForeignKey["onDelete"] {
  const text = asString(value);
  return ON_DELETE.find((item) => item === text) ?? "no action";
}
