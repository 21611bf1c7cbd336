import { blankSegments, findSegments } from "../read/sql/segments.ts";
import type { KeyBuild } from "./builds.ts";
import { columnsAlike } from "./duplicates.ts";
import { partColumns } from "./keys.ts";
import { columnOf } from "./tables.ts";
import { quoteName } from "./words.ts";

/**
 * A statement that makes a constraint, in steps that hold no lock for long: `column` adds the column without its key (null: it is there), `index` is built
 * CONCURRENTLY, and `attach` makes the constraint of it, under the same name.
 */
export type KeySteps = { column: string | null; index: string; attach: string; table: string };

const NAME = String.raw`(?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const TABLE = String.raw`ALTER\s+TABLE\s+(?:ONLY\s+)?(?<table>${NAME}(?:\.${NAME})?)\s+ADD\s+`;
const DEFERRED = String.raw`(?<when>(?:\s*\b(?:NOT\s+DEFERRABLE|DEFERRABLE|INITIALLY\s+(?:DEFERRED|IMMEDIATE)))*)`;
const NULLS = String.raw`(?<nulls>\s+NULLS\s+(?:NOT\s+)?DISTINCT)?`;
const addKey = new RegExp(String.raw`^${TABLE}(?:CONSTRAINT\s+${NAME}\s+)?(?:UNIQUE|PRIMARY\s+KEY)${NULLS}\s*(?<columns>\([^()]*\))(?<include>\s*INCLUDE\s*\([^()]*\))?${DEFERRED}\s*$`, "iu");
const addColumn = new RegExp(String.raw`^${TABLE}(?:COLUMN\s+)?(?!IF\b)(?<column>${NAME})\s`, "iu");
const unique = new RegExp(String.raw`\s+(?:CONSTRAINT\s+${NAME}\s+)?UNIQUE\b${NULLS}${DEFERRED}`, "giu");

/**
 * `name`: the constraint's. null: the statement says more than this, or the key cannot be made so (a primary key whose columns may be NULL, a
 * second one, rows that surely collide).
 */
export function splitKey(build: KeyBuild, text: string, name: string): KeySteps | null {
  const [change, ...more] = build.step.statement.changes;
  if (more.length > 0 || build.key.kind === "exclusion" || blankSegments(text, findSegments(text), ["comment"]) !== text) return null;
  if (change?.kind === "add-column") return splitColumn(build, text, name);
  const found = change?.kind === "add-key" ? addKey.exec(text)?.groups : undefined;
  if (found === undefined || (build.how === "primary" && !mayBePrimary(build))) return null;
  return stepsOf(build, name, found, found["columns"] ?? "", null);
}

function splitColumn(build: KeyBuild, text: string, name: string): KeySteps | null {
  const found = addColumn.exec(text)?.groups;
  const code = blankNested(blankSegments(text, findSegments(text), ["comment", "string", "dollar"]));
  const [clause, ...others] = [...code.matchAll(unique)];
  if (found === undefined || clause === undefined || others.length > 0 || code.includes(",") || build.key.kind === "primary" || columnsAlike(build).length > 0) return null;
  const column = `${text.slice(0, clause.index)}${text.slice(clause.index + clause[0].length)}`;
  return stepsOf(build, name, { ...clause.groups, table: found["table"] }, `(${found["column"] ?? ""})`, column);
}

function stepsOf({ how }: KeyBuild, name: string, said: Record<string, string | undefined>, columns: string, column: string | null): KeySteps {
  const [index, table] = [quoteName(name), said["table"] ?? ""];
  return {
    column,
    index: `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} ${columns}${said["include"] ?? ""}${said["nulls"] ?? ""}`,
    attach: `ALTER TABLE ${table} ADD CONSTRAINT ${index} ${how === "primary" ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${index}${said["when"] ?? ""}`,
    table,
  };
}

/** USING INDEX would scan the table under ACCESS EXCLUSIVE for columns that may be NULL. */
function mayBePrimary({ key, table }: KeyBuild): boolean {
  return !table.keys.some(({ kind }) => kind === "primary") && partColumns(key).every((column) => columnOf(table, column)?.nullable === false);
}

/** What stands in parentheses as spaces. */
function blankNested(code: string): string {
  let depth = 0;
  return code.replace(/[^]/g, (char) => {
    if (char === ")") depth -= 1;
    const shown = depth === 0 ? char : " ";
    if (char === "(") depth += 1;
    return shown;
  });
}
