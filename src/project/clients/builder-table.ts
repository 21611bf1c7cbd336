import type { Table } from "../../model/catalog.ts";
import { asString, possibilities } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { emptyDraft, type CallView, type Draft, type Linked } from "./adapter.ts";
import { namingsOf } from "./builder-naming.ts";
import { findTable } from "./sql-drafts.ts";

/** The table that a builder was given by its name. */
export type NamedTable = {
  draft: Draft;
  /** null: the name is not known, or no database has such a table. */
  table: Table | null;
  /** The column that a reference in code means; null: one of another table, or an expression. */
  columnOf(reference: string): string | null;
  /** The name in the database. */
  nameOf(name: string): string;
};

/** `"users"`, `"auth.users"`, `"users as u"`. */
type Written = { schema: string | null; name: string; alias: string | null };

function parseName(text: string): Written {
  const [, path = text, alias] = /^(.*?)\s+as\s+(\S+)\s*$/i.exec(text) ?? [];
  const parts = path.trim().split(".");
  return { schema: parts.length > 1 ? parts.slice(0, -1).join(".") : null, name: parts.at(-1) ?? "", alias: alias ?? null };
}

type Asked = { client: Draft["client"]; kind: Draft["kind"]; operation: string; name: Evaluated | null; schema: string | null; alias?: string | null };

/** A draft of a statement on a table that is called by its name. `schema`: what `withSchema()` says for names that have none. */
export function namedTable(view: CallView, linked: Linked, asked: Asked): NamedTable {
  const namings = namingsOf(linked.program);
  const text = asked.name === null ? null : nameText(asked.name);
  const written = text === null ? null : parseName(text);
  const draft = emptyDraft(view, asked.client, asked.kind, asked.operation.replace("…", text === null ? "…" : `"${text}"`));
  const schema = written?.schema ?? asked.schema;
  const ways = written === null ? [] : [written.name, ...namings.map((naming) => naming(written.name))];
  const found = ways.map((name) => findTable(linked, { path: view.path, database: null }, { schema, name })).find((each) => each !== null) ?? null;
  if (found !== null) Object.assign(draft, { database: found.database.id, table: found.table.id });
  else draft.why = text === null ? "computed table" : `no table ${text}`;
  const table = found?.table ?? null;
  const nameOf = (name: string): string => {
    const isColumn = (each: string): boolean => table?.columns.some((column) => column.name === each) === true;
    return isColumn(name) ? name : (namings.map((naming) => naming(name)).find((each, _, all) => isColumn(each) || all.length === 1) ?? name);
  };
  const own = new Set([written?.name, written?.alias, asked.alias].filter((name) => name != null));
  return { draft, table, nameOf, columnOf: (reference) => columnOf(reference, own, nameOf) };
}

/** Of several names that a table may go by none is sure. */
function nameText(value: Evaluated): string | null {
  const [only, ...others] = possibilities(value).filter((each) => each.kind !== "undefined");
  return others.length > 0 ? null : asString(only);
}

function columnOf(reference: string, own: ReadonlySet<string>, nameOf: (name: string) => string): string | null {
  const parts = reference.trim().split(".");
  const name = parts.at(-1) ?? "";
  if (!/^[\w$]+$/.test(name)) return null;
  return parts.length === 1 || own.has(parts.at(-2) ?? "") ? nameOf(name) : null;
}
