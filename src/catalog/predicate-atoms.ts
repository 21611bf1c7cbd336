import type { Expr, ExprBinary } from "pgsql-ast-parser";
import { hasParameter, sameExpression, type Answer } from "./predicate-equal.ts";
import { isStrictFor } from "./predicate-strict.ts";
import { isComparison, type Atom, type ComparisonOperator } from "./predicate-tree.ts";
import { familyOfExpression, isLiteral, type TypeOf } from "./predicate-types.ts";

/** `predicate_implied_by_simple_clause`: equal, NOT NULL by a strict clause, or two comparisons of the same thing. */
export function provesAtom(clause: Atom, goal: Atom, typeOf: TypeOf): Answer {
  if (clause.tree === null || goal.tree === null) return clause.text === goal.text ? "yes" : "unknown";
  // Constants are folded and reach the prover as something else.
  if (isConstant(clause) || isConstant(goal)) return "unknown";
  const same = sameExpression(clause.tree, goal.tree, typeOf);
  if (same === "yes") return "yes";
  if (goal.columns?.some((column) => clause.columns?.includes(column)) !== true) return "no";
  if (goal.form.kind === "null-test" && !goal.form.isNull) return worstOpen(same, isStrictFor(clause.tree, goal.form.left));
  const [from, to] = [comparisonOf(clause.tree), comparisonOf(goal.tree)];
  return from && to ? provesComparison(from, to, typeOf) : same;
}

/** `where false`, `1 = 0`, `status = NULL`. */
function isConstant({ columns, form, tree }: Atom): boolean {
  if (columns?.length === 0 || (form.kind === "comparison" && form.constant.kind === "null")) return true;
  return tree !== null && tree.type === "binary" && (tree.left.type === "null" || tree.right.type === "null");
}

/** One proof is enough; that another way is open leaves the answer open. */
function worstOpen(a: Answer, b: Answer): Answer {
  if (a === "yes" || b === "yes") return "yes";
  return a === "no" && b === "no" ? "no" : "unknown";
}

type Comparison = ExprBinary & { op: ComparisonOperator };

function comparisonOf(e: Expr): Comparison | null {
  return e.type === "binary" && isComparison(e.op) && e.right.type !== "list" ? (e as Comparison) : null;
}

/** `operator_predicate_proof`: the same on both sides, or the same on one and constants on the other. Canonical form puts constants right. */
function provesComparison(from: Comparison, to: Comparison, typeOf: TypeOf): Answer {
  const left = sameExpression(from.left, to.left, typeOf);
  const right = sameExpression(from.right, to.right, typeOf);
  if (isConstantExpression(from.right) && isConstantExpression(to.right)) {
    if (left === "no") return "no";
    const proof = compareConstants(from, to, typeOf);
    return proof === "no" ? "no" : left === "yes" ? proof : "unknown";
  }
  const straight = both(left, right);
  if (straight !== "no") return straight === "yes" ? (provesSame(from.op, to.op) ? "yes" : "no") : "unknown";
  const crossed = both(sameExpression(from.left, to.right, typeOf), sameExpression(from.right, to.left, typeOf));
  return crossed === "yes" ? (provesSame(mirrored[from.op], to.op) ? "yes" : "no") : crossed;
}

const mirrored: Record<ComparisonOperator, ComparisonOperator> = { "=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

function both(a: Answer, b: Answer): Answer {
  return a === "no" || b === "no" ? "no" : a === "yes" && b === "yes" ? "yes" : "unknown";
}

function isConstantExpression(e: Expr): boolean {
  return isLiteral(e) || e.type === "parameter" || (e.type === "cast" && isConstantExpression(e.operand));
}

/** Of two operators on the same operands: one that holds wherever the other does. */
function provesSame(from: ComparisonOperator, to: ComparisonOperator): boolean {
  const holds: Record<ComparisonOperator, ComparisonOperator[]> = { "=": ["=", "<=", ">="], "!=": ["!="], "<": ["<", "<=", "!="], "<=": ["<="], ">": [">", ">=", "!="], ">=": [">="] };
  return holds[from].includes(to);
}

/** `BT_implic_table`: `x from c` proves `x to p` where `p test c`; null: no constants would do. */
const tests: Record<ComparisonOperator, Partial<Record<ComparisonOperator, ComparisonOperator>>> = {
  "<": { "<": ">=", "<=": ">=", "!=": ">=" },
  "<=": { "<": ">", "<=": ">=", "!=": ">" },
  "=": { "<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<", "!=": "!=" },
  ">=": { ">=": "<=", ">": "<", "!=": "<" },
  ">": { ">=": "<=", ">": "<=", "!=": "<=" },
  "!=": { "!=": "=" },
};

function compareConstants(from: Comparison, to: Comparison, typeOf: TypeOf): Answer {
  const test = tests[from.op][to.op];
  if (test === undefined) return "no";
  if (hasParameter(from.right) || hasParameter(to.right)) return "unknown";
  const order = compareLiterals(to.right, from.right, familyOfExpression(to.left, typeOf));
  if (order === null) return "unknown";
  if (order === "differ") return test === "=" ? "no" : test === "!=" ? "yes" : "unknown";
  return { "<": order < 0, "<=": order <= 0, "=": order === 0, "!=": order !== 0, ">": order > 0, ">=": order >= 0 }[test] ? "yes" : "no";
}

/** Below, at or above 0, as the type orders them; `differ`: unequal, in an order that only the database knows; null: not known. */
function compareLiterals(a: Expr, b: Expr, family: string | null): number | "differ" | null {
  if ((a.type === "integer" || a.type === "numeric") && (b.type === "integer" || b.type === "numeric")) return a.value - b.value;
  if (a.type === "boolean" && b.type === "boolean") return Number(a.value) - Number(b.value);
  if (a.type !== "string" || b.type !== "string") return sameExpression(a, b, () => null) === "yes" ? 0 : null;
  if (a.value === b.value || (family === "citext" && a.value.toLowerCase() === b.value.toLowerCase())) return 0;
  // Nothing sorts below the empty text, in no collation.
  if (family === "text" && (a.value === "" || b.value === "")) return a.value === "" ? -1 : 1;
  if (family !== null && ordered.test(family) && sameShape(a.value, b.value) && (family !== "timestamptz" || a.value.endsWith("+00"))) return a.value < b.value ? -1 : 1;
  return family === "text" || (isWord(a.value) && isWord(b.value)) || (family === "uuid" && isUuid(a.value) && isUuid(b.value)) ? "differ" : null;
}

/** Types whose constants sort as their text does when both are written the same way. */
const ordered = /^(date|timestamp|timestamptz|uuid)$/;

function sameShape(a: string, b: string): boolean {
  const shape = (text: string): string => text.replace(/[\da-f]/g, "0");
  return shape(a) === shape(b) && (isUuid(a) || /^\d{4}-/.test(a));
}

function isUuid(text: string): boolean {
  return /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/.test(text);
}

/** Two different words are two different values in every type that people compare with words; `1` and `1.0`, or two dates, may be one. */
function isWord(text: string): boolean {
  return /^[a-z_][\w-]*$/i.test(text) && !/^(t|f|y|n|true|false|yes|no|on|off|infinity|nan)$/i.test(text);
}
