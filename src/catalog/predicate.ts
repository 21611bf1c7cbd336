import type { Predicate } from "../model/catalog.ts";
import { conditionOf, type Atom, type ComparisonOperator, type Condition, type Constant } from "./predicate-tree.ts";

type Answer = "yes" | "no" | "unknown";

/**
 * Does every row that satisfies `stronger` satisfy `weaker`, as far as Postgres' prover sees it (reference §2.3)? `no` only where that prover
 * (predtest.c) surely fails, so that ON CONFLICT … WHERE `stronger` cannot infer an index WHERE `weaker`. `stronger` null: nothing is said.
 */
export function implies(stronger: Predicate | null, weaker: Predicate): Answer {
  if (stronger === null) return "no";
  if (stronger.text === weaker.text) return weaker.parameters ? "unknown" : "yes";
  return proves(conditionOf(stronger.text), conditionOf(weaker.text));
}

/** `predicate_implied_by_recurse`: which arms must prove what. */
function proves(clause: Condition, goal: Condition): Answer {
  if (clause.kind === "or") {
    if (goal.kind === "or") return all(clause.items, (item) => any(goal.items, (arm) => proves(item, arm)));
    return all(clause.items, (item) => proves(item, goal));
  }
  if (goal.kind === "and") return all(goal.items, (arm) => proves(clause, arm));
  if (goal.kind === "or") {
    const byArm = any(goal.items, (arm) => proves(clause, arm));
    return clause.kind === "atom" || byArm === "yes" ? byArm : best(byArm, any(clause.items, (item) => proves(item, goal)));
  }
  if (clause.kind === "and") return any(clause.items, (item) => proves(item, goal));
  return provesAtom(clause.atom, goal.atom);
}

const rank = { no: 0, unknown: 1, yes: 2 } as const;

function best(a: Answer, b: Answer): Answer {
  return rank[a] >= rank[b] ? a : b;
}

function any<T>(items: readonly T[], answer: (item: T) => Answer): Answer {
  return items.map(answer).reduce(best, "no");
}

function all<T>(items: readonly T[], answer: (item: T) => Answer): Answer {
  return items.map(answer).reduce<Answer>((a, b) => (rank[a] <= rank[b] ? a : b), "yes");
}

function provesAtom(clause: Atom, goal: Atom): Answer {
  if (clause.text === goal.text && !hasParameter(clause)) return "yes";
  if (goal.columns === null || goal.columns.length === 0) return "unknown";
  if (clause.columns === null || isConstant(clause)) return "unknown";
  const shared = goal.columns.filter((column) => clause.columns?.includes(column));
  if (shared.length === 0) return "no";
  if (goal.form.kind === "null-test") return provesNullTest(clause, goal.form);
  return provesValue(clause, goal);
}

/** `where false` or `1 = 0` proves anything. */
function isConstant(atom: Atom): boolean {
  return atom.columns?.length === 0;
}

function hasParameter(atom: Atom): boolean {
  return atom.form.kind === "comparison" ? atom.form.constant.kind === "parameter" : /\$\d/.test(atom.text);
}

function provesNullTest(clause: Atom, goal: { left: string; isNull: boolean }): Answer {
  const { form } = clause;
  if (goal.isNull) return form.kind !== "other" && form.left === goal.left ? "no" : "unknown";
  if (form.kind === "null-test") return form.left === goal.left ? "no" : "unknown";
  if (clause.strictIn.includes(goal.left)) return "yes";
  return form.kind === "boolean" && form.left === goal.left ? "no" : "unknown";
}

/** The goal says something of a value: a comparison, a boolean. */
function provesValue(clause: Atom, goal: Atom): Answer {
  const [from, to] = [clause.form, goal.form];
  if (from.kind === "other" || to.kind === "other" || from.left !== ("left" in to ? to.left : null)) return "unknown";
  if (from.kind === "null-test") return "no";
  if (from.kind === "boolean" && to.kind === "boolean") return from.negated === to.negated ? "yes" : "no";
  if (from.kind === "comparison" && to.kind === "comparison") return provesComparison(from, to);
  return "unknown";
}

type Comparison = { op: ComparisonOperator; constant: Constant };

/** `operator_predicate_proof`: `x op c` proves `x op' c'` by comparing the constants. */
function provesComparison(from: Comparison, to: Comparison): Answer {
  const [a, b] = [from.constant, to.constant];
  if (a.kind === "number" && b.kind === "number") return numbersProve(from.op, a.value, to.op, b.value) ? "yes" : "no";
  if (a.kind !== "string" || b.kind !== "string") return "unknown";
  if (a.value === b.value) return numbersProve(from.op, 0, to.op, 0) ? "yes" : "no";
  if (from.op === "=" && to.op === "=") return isWord(a.value) && isWord(b.value) ? "no" : "unknown";
  if (from.op === "=" && to.op === "!=") return isWord(a.value) && isWord(b.value) ? "yes" : "unknown";
  return (from.op === "!=" && (to.op === "!=" || to.op === "=") && isWord(a.value) && isWord(b.value)) ? "no" : "unknown";
}

/** Two different words are two different values in every type that people compare with words; `1` and `1.0`, or two dates, may be one. */
function isWord(text: string): boolean {
  return /^[a-z_][\w-]*$/i.test(text) && !/^(t|f|y|n|true|false|yes|no|on|off|infinity|nan)$/i.test(text);
}

function numbersProve(from: ComparisonOperator, c: number, to: ComparisonOperator, p: number): boolean {
  switch (from) {
    case "=":
      return { "=": c === p, "!=": c !== p, "<": c < p, "<=": c <= p, ">": c > p, ">=": c >= p }[to];
    case "!=":
      return to === "!=" && c === p;
    case "<":
      return (to === "<" && c <= p) || (to === "<=" && c <= p) || (to === "!=" && c <= p);
    case "<=":
      return (to === "<" && c < p) || (to === "<=" && c <= p) || (to === "!=" && c < p);
    case ">":
      return (to === ">" && c >= p) || (to === ">=" && c >= p) || (to === "!=" && c >= p);
    case ">=":
      return (to === ">" && c > p) || (to === ">=" && c >= p) || (to === "!=" && c > p);
  }
}
