import type { Predicate } from "../../model/catalog.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { callChain } from "../chains.ts";
import { possibilities } from "../evaluated.ts";
import type { Evaluated } from "../program.ts";

/** Database name of a column, or null; of a table, or null. What the renderer asks about the holes of a template. */
export type NameOf = { column(value: Evaluated): string | null; tableName(value: Evaluated): string | null };

const COMPARISONS: Record<string, string> = { eq: "=", ne: "<>", gt: ">", gte: ">=", lt: "<", lte: "<=", like: "LIKE", ilike: "ILIKE", notLike: "NOT LIKE", notIlike: "NOT ILIKE" };
const TESTS: Record<string, string> = { isNull: "IS NULL", isNotNull: "IS NOT NULL" };

/**
 * A condition or expression of Drizzle as SQL text, columns quoted and unqualified: `` sql`…` `` with its holes, `isNull(t.x)`, `and(…)`.
 * null: a part of it is not known. Values are written as literals, as drizzle-kit 1 does; 0.x writes `$1`, which no database accepts in DDL.
 */
export function renderSql(value: Evaluated, names: NameOf): string | null {
  const column = names.column(value);
  if (column !== null) return quoteName(column);
  const table = names.tableName(value);
  if (table !== null) return quoteName(table);
  switch (value.kind) {
    case "string":
      return `'${value.value.replaceAll("'", "''")}'`;
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
      return "NULL";
    case "array":
      return renderList(value, names);
    case "template":
      return renderTemplate(value, names);
    case "call":
      return renderCall(value, names);
    default:
      return null;
  }
}

/** The same as a predicate of an index. One that is not known stays a predicate: an index must not pass for a full one. */
export function readPredicate(value: Evaluated, names: NameOf): { predicate: Predicate; known: boolean } {
  const text = renderSql(value, names);
  if (text === null) return { predicate: { text: "", columns: [], parameters: true }, known: false };
  return { predicate: canonicalPredicate(text), known: true };
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function renderList(value: Extract<Evaluated, { kind: "array" }>, names: NameOf): string | null {
  const items = value.items.map((item) => renderSql(item, names));
  return !value.complete || items.includes(null) ? null : `(${items.join(", ")})`;
}

function renderTemplate(value: Extract<Evaluated, { kind: "template" }>, names: NameOf): string | null {
  if (value.tag === null) return null;
  let text = value.quasis[0] ?? "";
  for (const [i, hole] of value.holes.entries()) {
    const rendered = renderSql(hole, names);
    if (rendered === null) return null;
    text += rendered + (value.quasis[i + 1] ?? "");
  }
  return text.trim();
}

function renderCall(value: Extract<Evaluated, { kind: "call" }>, names: NameOf): string | null {
  const { root, links } = callChain(value);
  const [first, second] = links;
  if (first?.args == null) return null;
  if (root.kind === "template") return renderSql(root, names);
  if (root.kind !== "external") return null;
  if (root.name === "sql") return renderSqlMember(first.name, first.args, names);
  if (first.name !== "" || second !== undefined) return null;
  return renderBuilder(root.name, first.args, names);
}

/** `sql.raw("…")`, `sql.identifier("…")`. */
function renderSqlMember(name: string, args: Evaluated[], names: NameOf): string | null {
  const [first] = args;
  if (name === "raw") return first?.kind === "string" ? first.value : null;
  if (name === "identifier") return first?.kind === "string" ? quoteName(first.value) : null;
  return name === "param" && first !== undefined ? renderSql(first, names) : null;
}

function renderBuilder(name: string, args: Evaluated[], names: NameOf): string | null {
  const parts = args.filter((arg) => arg.kind !== "undefined").map((arg) => (possibilities(arg).length > 1 ? null : renderSql(arg, names)));
  const texts = parts.flatMap((part) => (part === null ? [] : [part]));
  if (texts.length !== parts.length) return null;
  const [left, right, third] = texts;
  if (name === "and" || name === "or") return texts.length === 0 ? null : `(${texts.map((text) => `(${text})`).join(name === "and" ? " AND " : " OR ")})`;
  if (left === undefined) return null;
  const test = TESTS[name];
  if (test !== undefined) return `${left} ${test}`;
  if (name === "not") return `NOT (${left})`;
  if (right === undefined) return null;
  const comparison = COMPARISONS[name];
  if (comparison !== undefined) return `${left} ${comparison} ${right}`;
  if (name === "inArray") return `${left} IN ${right}`;
  if (name === "notInArray") return `${left} NOT IN ${right}`;
  return name === "between" && third !== undefined ? `${left} BETWEEN ${right} AND ${third}` : null;
}
