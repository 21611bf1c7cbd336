import type { Predicate } from "../model/catalog.ts";
import { provesAtom } from "./predicate-atoms.ts";
import type { Answer } from "./predicate-equal.ts";
import { conditionOf, type Condition } from "./predicate-tree.ts";
import { familyOf, untyped, type TypeOf } from "./predicate-types.ts";

/**
 * Does every row that satisfies `stronger` satisfy `weaker`, as far as Postgres' prover sees it (reference §2.3)? `no` only where that prover
 * (predtest.c) surely fails, so that ON CONFLICT … WHERE `stronger` cannot infer an index WHERE `weaker`. `stronger` null: nothing is said.
 * `typeOf`: types of the columns; they decide what a cast changes and which constants are equal.
 */
export function implies(stronger: Predicate | null, weaker: Predicate, typeOf: TypeOf = untyped): Answer {
  if (stronger === null) return "no";
  if (!sameCasts(stronger, weaker, typeOf)) return "unknown";
  if (stronger.text === weaker.text) return weaker.parameters ? "unknown" : "yes";
  const answers = new Set(readings(stronger, typeOf).flatMap((clause) => readings(weaker, typeOf).map((goal) => proves(clause, goal, typeOf))));
  const [answer] = answers;
  return answers.size === 1 && answer !== undefined ? answer : "unknown";
}

/** Are the casts that canonical text leaves out idle, or the same on both sides? */
function sameCasts(a: Predicate, b: Predicate, typeOf: TypeOf): boolean {
  const busy = ({ casts }: Predicate): string[] => (casts ?? []).filter(({ column, type }) => familyOf(typeOf(column)) !== familyOf(type)).map((cast) => JSON.stringify(cast));
  const [left, right] = [new Set(busy(a)), new Set(busy(b))];
  return left.size === right.size && [...left].every((cast) => right.has(cast));
}

/** The planner pulls out what the arms of an OR share only where both are spelled alike (`1 = a` is not `a = 1`), which canonical text hides. */
function readings({ text }: Predicate, typeOf: TypeOf): Condition[] {
  return text.includes(" or ") ? [conditionOf(text, typeOf), conditionOf(text, typeOf, false)] : [conditionOf(text, typeOf)];
}

/** Do two keys hold for the same rows? Each predicate proves the other; null: all rows. */
export function samePredicate(a: Predicate | null, b: Predicate | null, typeOf: TypeOf = untyped): boolean {
  if (a === null || b === null) return a === b;
  return a.text === b.text || (implies(a, b, typeOf) === "yes" && implies(b, a, typeOf) === "yes");
}

/** `predicate_implied_by_recurse`: which arms must prove what. */
function proves(clause: Condition, goal: Condition, typeOf: TypeOf): Answer {
  if (clause.kind === "or") {
    const byItems = all(clause.items, (item) => proves(item, goal, typeOf));
    if (goal.kind !== "or") return byItems;
    const byArms = all(clause.items, (item) => any(goal.items, (arm) => proves(item, arm, typeOf)));
    // An IN list in the clause proves one arm, never some. But `a in (1, 2) or a in (2, 1)` holds two arms and is one list in canonical text.
    return byArms === "no" && byItems === "yes" ? "unknown" : byArms;
  }
  if (goal.kind === "and") return all(goal.items, (arm) => proves(clause, arm, typeOf));
  if (goal.kind === "or") {
    const byArm = any(goal.items, (arm) => proves(clause, arm, typeOf));
    return clause.kind === "atom" || byArm === "yes" ? byArm : best(byArm, any(clause.items, (item) => proves(item, goal, typeOf)));
  }
  if (clause.kind === "and") return any(clause.items, (item) => proves(item, goal, typeOf));
  return provesAtom(clause.atom, goal.atom, typeOf);
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
