import { ts } from "ts-morph";
import type { HandlerFact } from "../../model/facts.ts";
import { holdsWhen, namesFrom, type Assumed } from "./error-conditions.ts";
import { stripWrappers } from "./nodes.ts";
import { isStatements } from "./swallows.ts";

/** How a run of statements can end: by an error, by leaving some other way, or by reaching the end. */
type Ends = { throws: boolean; leaves: boolean; falls: boolean };

type Context = { assumed: Assumed; names: ReadonlySet<string> };

const FALLS: Ends = { throws: false, leaves: false, falls: true };
const THROWS: Ends = { throws: true, leaves: false, falls: false };
const LEAVES: Ends = { throws: false, leaves: true, falls: false };

/**
 * Does a handler throw on? `always`: on every path; `unmatched`: on every or some path on which its tests about the error fail; `never` otherwise.
 * `error`: the name of the error; null: nothing in the body can ask about it.
 */
export function rethrowsOf(body: readonly ts.Statement[] | ts.Expression, error: string | null): HandlerFact["rethrows"] {
  const names = error === null || !isStatements(body) ? new Set<string>() : namesFrom(error, body);
  const endsWhen = (assumed: Assumed): Ends => (isStatements(body) ? endsOf(body, { assumed, names }) : isRejection(body) ? THROWS : LEAVES);
  const unmatched = endsWhen("unmatched");
  const matched = endsWhen("matched");
  if (!unmatched.leaves && !unmatched.falls && !matched.leaves && !matched.falls) return "always";
  return unmatched.throws ? "unmatched" : "never";
}

function endsOf(statements: readonly ts.Statement[], context: Context): Ends {
  const ends = { throws: false, leaves: false, falls: true };
  for (const statement of statements) {
    const next = endsOfStatement(statement, context);
    ends.throws ||= next.throws;
    ends.leaves ||= next.leaves;
    ends.falls = next.falls;
    if (!next.falls) break;
  }
  return ends;
}

function endsOfStatement(node: ts.Statement, context: Context): Ends {
  if (ts.isThrowStatement(node)) return THROWS;
  if (ts.isReturnStatement(node)) return node.expression !== undefined && isRejection(node.expression) ? THROWS : LEAVES;
  if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) return LEAVES;
  if (ts.isBlock(node)) return endsOf(node.statements, context);
  if (ts.isIfStatement(node)) return endsOfIf(node, context);
  if (ts.isSwitchStatement(node)) return endsOfSwitch(node, context);
  if (ts.isTryStatement(node)) return endsOfTry(node, context);
  if (ts.isIterationStatement(node, false)) return either(FALLS, withoutBreaks(endsOfStatement(node.statement, context)));
  if (ts.isLabeledStatement(node)) return endsOfStatement(node.statement, context);
  return FALLS;
}

function endsOfIf(node: ts.IfStatement, context: Context): Ends {
  const holds = holdsWhen(node.expression, context.assumed, context.names);
  const then = holds === false ? null : endsOfStatement(node.thenStatement, context);
  const otherwise = holds === true ? null : node.elseStatement === undefined ? FALLS : endsOfStatement(node.elseStatement, context);
  return then === null ? (otherwise ?? FALLS) : otherwise === null ? then : either(then, otherwise);
}

/** Matched: one of the cases; unmatched: the default, or what follows. */
function endsOfSwitch(node: ts.SwitchStatement, context: Context): Ends {
  const clauses = node.caseBlock.clauses;
  const runs = clauses.map((clause, i) => ({ clause, ends: afterSwitch(endsOf(clauses.slice(i).flatMap((each) => [...each.statements]), context)) }));
  const fallback = runs.find((run) => ts.isDefaultClause(run.clause))?.ends ?? FALLS;
  const cases = runs.filter((run) => ts.isCaseClause(run.clause)).map((run) => run.ends);
  if (context.assumed === "unmatched") return fallback;
  return cases.length === 0 ? fallback : cases.reduce(either);
}

/** `break` leaves the switch only. A `return` in it is taken for one too, which is as far as this needs to see. */
function afterSwitch(ends: Ends): Ends {
  return ends.leaves ? { ...ends, falls: true } : ends;
}

function withoutBreaks(ends: Ends): Ends {
  return { throws: ends.throws, leaves: ends.leaves, falls: true };
}

/** What an inner `catch` swallows is not thrown. */
function endsOfTry(node: ts.TryStatement, context: Context): Ends {
  const last = node.finallyBlock === undefined ? FALLS : endsOf(node.finallyBlock.statements, context);
  if (!last.falls) return last;
  const inner = endsOf(node.tryBlock.statements, context);
  if (node.catchClause === undefined) return inner;
  const caught = endsOf(node.catchClause.block.statements, context);
  return either({ throws: false, leaves: inner.leaves, falls: inner.falls }, caught);
}

function either(a: Ends, b: Ends): Ends {
  return { throws: a.throws || b.throws, leaves: a.leaves || b.leaves, falls: a.falls || b.falls };
}

/** `return Promise.reject(e)` throws. */
function isRejection(node: ts.Expression): boolean {
  const inner = stripWrappers(node);
  if (!ts.isCallExpression(inner) || !ts.isPropertyAccessExpression(inner.expression)) return false;
  return inner.expression.name.text === "reject" && ts.isIdentifier(inner.expression.expression) && inner.expression.expression.text === "Promise";
}
