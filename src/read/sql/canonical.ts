import { astVisitor, parse, type Expr } from "pgsql-ast-parser";
import type { Predicate } from "../../model/catalog.ts";
import { foldText, printExpression } from "./canonical-text.ts";
import { comparedCasts } from "./canonical-casts.ts";
import { normalize } from "./canonical-tree.ts";
import { convertExpression } from "./convert.ts";
import { as } from "./nodes.ts";
import { isSqlParserReady, parseStatements } from "./parser.ts";

/** An expression in canonical text, and the columns that it reads (database names, in order of appearance). */
export type CanonicalExpression = { text: string; columns: string[] };

const memo = new Map<string, Predicate>();

/**
 * The one spelling that all spellings of a condition share: names unqualified, keywords in lower case, no-op casts gone, `<>`, constants on
 * the right, arms of AND/OR and IN lists sorted, NOT pushed inwards (reference §2.3). `sql`: a bare boolean expression. A text that cannot
 * be parsed is folded instead; it still equals itself.
 */
export function canonicalPredicate(sql: string): Predicate {
  const key = isSqlParserReady() ? sql : `\0${sql}`;
  const known = memo.get(key);
  if (known) return known;
  const tree = parseExpression(sql);
  const made = tree ? canonicalTree(tree) : { text: foldText(sql), columns: [], parameters: /\$\d/.test(sql) };
  if (memo.size > 20_000) memo.clear();
  memo.set(key, made);
  return made;
}

/** The same for an expression that is no condition: a part of a key, a value. */
export function canonicalExpression(sql: string): CanonicalExpression {
  const { text, columns } = canonicalPredicate(sql);
  return { text, columns };
}

/** The same from a tree. */
export function canonicalTree(tree: Expr): Predicate {
  const normal = normalize(tree);
  const columns = new Set<string>();
  let parameters = false;
  astVisitor(() => ({
    ref: (r) => {
      if (r.name !== "*" && !r.table) columns.add(r.name);
    },
    parameter: () => {
      parameters = true;
    },
  })).expr(normal);
  const casts = comparedCasts(tree);
  return { text: printExpression(normal), columns: [...columns], parameters, ...(casts.length > 0 ? { casts } : {}) };
}

/**
 * The tree of a bare expression, as it stands; null: it cannot be parsed. Postgres' own grammar where it is loaded: it reads all (`IS DISTINCT
 * FROM`, COLLATE …) and binds exactly; else the expression parser's.
 */
export function parseExpression(sql: string): Expr | null {
  const exact = isSqlParserReady() ? parseByPostgres(sql) : null;
  if (exact) return exact;
  try {
    return parse(sql, "expr");
  } catch {
    return null;
  }
}

function parseByPostgres(sql: string): Expr | null {
  const source = `select (${sql}\n)`;
  const parsed = parseStatements(source, 0);
  const [statement, ...more] = "failure" in parsed ? [] : parsed.statements;
  const targets = as(statement?.node, "SelectStmt")?.targetList ?? [];
  const value = targets.length === 1 && more.length === 0 ? as(targets[0], "ResTarget")?.val : undefined;
  if (!statement || !value) return null;
  return convertExpression(value, { slice: (location) => source.slice(statement.offset(location), -1), parameter: () => null });
}
