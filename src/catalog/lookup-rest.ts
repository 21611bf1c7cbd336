import type { Table } from "../model/catalog.ts";

/**
 * What one of a look-up's other conditions (`Site.matchRest`) says. `constant`: of columns of this table, with nothing but constants, such as
 * `deleted_at is null`; `equal`: an equality in another spelling, such as `lower(email) = …`; `among`: the column is one of several values;
 * `unknown`: it reads another table, or cannot be read.
 */
export type RestMeaning = { kind: "constant" | "equal" | "among"; columns: string[] } | { kind: "unknown" };

const UNKNOWN: RestMeaning = { kind: "unknown" };
/** Operators of Prisma's filters that may stand around constants. */
const FILTER_WORDS = new Set(["not", "in", "notIn", "equals", "isSet", "isEmpty", "mode", "null", "true", "false"]);
const SQL_WORDS = new Set(["is", "not", "null", "true", "false", "and", "or", "in", "text", "any", "array"]);

export function meaningOfRest(table: Table, text: string): RestMeaning {
  if (text.includes("…")) return UNKNOWN;
  const field = /^(\w+): (.+)$/s.exec(text);
  if (field?.[1] !== undefined && field[2] !== undefined) return meaningOfFilter(table, field[1], field[2]);
  const list = /^inArray\(\w+\.(\w+), /.exec(text);
  if (list?.[1] !== undefined) return among(table, list[1]);
  const folded = /^(?:lower|upper|btrim|trim)\("?(\w+)"?\) = /.exec(text);
  if (folded?.[1] !== undefined) return ofColumn(table, folded[1], "equal");
  return meaningOfSql(table, text);
}

function meaningOfFilter(table: Table, key: string, body: string): RestMeaning {
  if (columnNamed(table, key) === null) return UNKNOWN;
  if (/^\{ equals: .*, mode: 'insensitive' \}$/s.test(body)) return ofColumn(table, key, "equal");
  const names = identifiers(body.replace(/\b[A-Z]\w*(?:\.\w+)+/g, ""));
  if (!/\w\(|`/.test(withoutStrings(body)) && names.every((name) => FILTER_WORDS.has(name))) return ofColumn(table, key, "constant");
  return /^\{ in: /.test(body) ? among(table, key) : UNKNOWN;
}

function meaningOfSql(table: Table, text: string): RestMeaning {
  const plain = withoutStrings(text);
  if (/[{}`$?|]|\w\(/.test(plain.replace(/\bin \(/g, "in"))) return UNKNOWN;
  const columns: string[] = [];
  for (const name of identifiers(plain)) {
    if (SQL_WORDS.has(name.toLowerCase())) continue;
    const column = table.columns.find((item) => item.name === name);
    if (column === undefined) return UNKNOWN;
    columns.push(name);
  }
  // `a = b` compares two columns of a row.
  return columns.length === 0 || new Set(columns).size > 1 ? UNKNOWN : { kind: "constant", columns: [...new Set(columns)] };
}

function ofColumn(table: Table, name: string, kind: "constant" | "equal" | "among"): RestMeaning {
  const column = columnNamed(table, name);
  return column === null ? UNKNOWN : { kind, columns: [column] };
}

function among(table: Table, name: string): RestMeaning {
  return ofColumn(table, name, "among");
}

function columnNamed(table: Table, name: string): string | null {
  return table.columns.find((item) => item.property === name || item.name === name)?.name ?? null;
}

function withoutStrings(text: string): string {
  return text.replace(/'(?:[^']|'')*'/g, "");
}

function identifiers(text: string): string[] {
  return withoutStrings(text).match(/[A-Za-z_]\w*/g) ?? [];
}
