import type { Conflict } from "../src/model/project.ts";
import { readSqlFile } from "../src/read/sql/file.ts";

/** An ON CONFLICT clause as a site of the program has it. */
export function conflictOf(clause: string): Pick<Conflict, "action" | "target"> {
  const facts = readSqlFile({ path: "insert.sql", text: `insert into u (a) values (1) on conflict ${clause}` });
  const conflict = facts.sql?.statements[0]?.queries[0]?.conflict;
  if (!conflict) throw new Error(`no conflict clause was read: ${clause}`);
  const { target } = conflict;
  if (target === null) return { action: conflict.action, target: { by: "none" } };
  return { action: conflict.action, target: target.by === "constraint" ? target : { ...target, by: "columns", selector: null } };
}
