import type { Database } from "../../model/project.ts";
import type { DatabaseSource } from "../../model/input.ts";
import type { Linked, Reading } from "./adapter.ts";
import { draftStatements, type SqlOrigin } from "./sql-drafts.ts";

/** Statements of query files (sqlc, PgTyped, TypedSQL) and the writes that migrations do. */
export function readSqlFiles(linked: Linked): Reading {
  const out: Reading = { drafts: [], effects: [] };
  for (const source of linked.program.input.databases) {
    const database = linked.databases.find((each) => each.id === source.id) ?? null;
    // Another engine's queries are written in another grammar.
    for (const path of source.dialect === "postgres" || source.dialect === "sqlite" ? source.queryFiles : []) add(out, readFile(linked, path, database, source, false));
    for (const path of source.migrations.flatMap((list) => list.files)) add(out, readFile(linked, path, database, source, true));
  }
  return out;
}

function add(out: Reading, reading: Reading): void {
  for (const draft of reading.drafts) out.drafts.push(draft);
  for (const effect of reading.effects) out.effects.push(effect);
}

function readFile(linked: Linked, path: string, database: Database | null, source: DatabaseSource, migration: boolean): Reading {
  const statements = linked.program.facts(path)?.sql?.statements ?? [];
  const origin: SqlOrigin = { path, call: null, client: migration ? "raw-sql" : "sqlc", receiver: null, values: new Map(), partial: false, many: false, prepared: false, database };
  const reading = draftStatements(linked, migration ? statements.filter((statement) => !statement.nested) : statements, origin);
  if (!migration) return reading;
  // A migration's own reads and repairs are the migration rules' affair; only its inserts are sites.
  return { drafts: reading.drafts.filter((draft) => (draft.kind === "insert" || draft.kind === "upsert") && draft.table !== null && source.id !== ""), effects: [] };
}
