import { describeColumns, describeKey, partTexts, placeOfKey, tableTitle } from "../src/catalog/lookup.ts";
import type { Index, KeyPart, Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noRedundantIndex: Rule = {
  name: "no-redundant-index",
  family: "assumed",
  summary: "Forbid plain indexes that a unique key already serves",
  why: "A unique key is an index too; a second one on the same leading columns only costs space and makes every write slower.",
  fix: "Drop the plain index.",
  severity: "warning",
  preset: "recommended",
  *check(project) {
    for (const database of project.databases) {
      for (const table of Object.values(database.catalog.tables)) {
        for (const index of table.indexes) {
          const key = table.keys.find((candidate) => serves(candidate, index));
          const problem = key ? describe(database, table, index, key) : null;
          if (problem) yield problem;
        }
      }
    }
  },
};

function serves(key: UniqueKey, index: Index): boolean {
  if (key.kind === "exclusion" || key.valid === false || index.method !== "btree" || (index.include?.length ?? 0) > 0) return false;
  if ((key.where?.text ?? null) !== (index.where?.text ?? null) || index.where?.parameters) return false;
  if (index.parts.length === 0 || index.parts.length > key.parts.length) return false;
  return index.parts.every((part, position) => isSamePart(part, key.parts[position]!));
}

function isSamePart(a: KeyPart, b: KeyPart): boolean {
  if (a.collation !== b.collation || a.opclass !== b.opclass || a.opclass !== null) return false;
  return a.kind === "column" ? b.kind === "column" && a.column === b.column : b.kind === "expression" && a.expression === b.expression;
}

function describe(database: Database, table: Table, index: Index, key: UniqueKey): Problem | null {
  const at = index.declared[0] ?? index.built[index.built.length - 1];
  if (!at) return null;
  const columns = partTexts(index);
  const same = index.parts.length === key.parts.length;
  const place = placeOfKey(key);
  const dropped = database.catalog.dialect === "mysql" ? "" : " Drop it: every write keeps both up to date.";
  return {
    message:
      `Index ${index.name ?? describeColumns(columns)} on ${tableTitle(table.id)} ${describeColumns(columns)} is redundant: ${describeKey(key)} ` +
      `${same ? "has the same columns" : "begins with the same columns"} and serves the same look-ups.${dropped}`,
    at,
    see: place ? [{ at: place, message: describeKey(key) }] : [],
    table: table.id,
    columns,
    sqlstate: null,
  };
}
