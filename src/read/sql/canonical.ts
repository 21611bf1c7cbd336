import { astVisitor, parse, type Expr } from "pgsql-ast-parser";
import type { Predicate } from "../../model/catalog.ts";
import { foldText, printExpression, standIns } from "./canonical-text.ts";
import { normalize } from "./canonical-tree.ts";
import { as } from "./nodes.ts";
import { isSqlParserReady, parseStatements } from "./parser.ts";
import { printNode } from "./print.ts";

/** An expression in canonical text, and the columns that it reads (database names, in order of appearance). */
export type CanonicalExpression = { text: string; columns: string[] };

const memo = new Map<string, Predicate>();

/**
 * The one spelling that all spellings of a condition share: names unqualified, keywords in lower case, no-op casts gone, `<>`, constants on
 * the right, arms of AND/OR and IN lists sorted, NOT pushed inwards (reference §2.3). `sql`: a bare boolean expression. A text that cannot
 * be parsed is folded instead; it still equals itself.
 */
export function canonicalPredicate(sql: string): Predicate {
  const known = memo.get(sql);
  if (known) return known;
  const made = readPredicate(sql);
  if (memo.size > 20_000) memo.clear();
  memo.set(sql, made);
  return made;
}

/** The same for an expression that is no condition: a part of a key, a value. */
export function canonicalExpression(sql: string): CanonicalExpression {
  const { text, columns } = canonicalPredicate(sql);
  return { text, columns };
}

function readPredicate(sql: string): Predicate {
  const tree = parseExpression(sql);
  if (!tree) return { text: foldText(sql), columns: [], parameters: /\$\d/.test(sql) };
  const normal = normalize(tree);
  const columns = new Set<string>();
  let parameters = false;
  astVisitor((v) => ({
    ref: (r) => { if (r.name !== "*" && !r.table) columns.add(r.name); },
    parameter: () => { parameters = true; },
    call: (c) => {
      const [of] = c.args;
      if (c.function.name === standIns.unknown && of?.type === "string") parameters ||= of.value.startsWith("@");
      v.super().call(c);
    },
  })).expr(normal);
  return { text: printExpression(normal), columns: [...columns], parameters };
}

function parseExpression(sql: string): Expr | null {
  return tryParse(sql) ?? tryParse(respell(sql));
}

function tryParse(sql: string | null): Expr | null {
  try {
    return sql === null ? null : parse(sql, "expr");
  } catch {
    return null;
  }
}

/** What the expression parser refuses (`IS DISTINCT FROM`, COLLATE …), in words that it reads; needs Postgres' parser to be loaded. */
function respell(sql: string): string | null {
  if (!isSqlParserReady()) return null;
  const text = `select (${sql}\n)`;
  const parsed = parseStatements(text, 0);
  if ("failure" in parsed || parsed.statements.length !== 1) return null;
  const [statement] = parsed.statements;
  const targets = as(statement?.node, "SelectStmt")?.targetList ?? [];
  const value = targets.length === 1 ? as(targets[0], "ResTarget")?.val : undefined;
  if (!statement || !value) return null;
  return printNode(value, { slice: (location) => text.slice(statement.offset(location), -1), parameter: () => null });
}
