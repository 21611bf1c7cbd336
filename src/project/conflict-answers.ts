import type { Expression } from "../model/expression.ts";
import type { ContextStep, HandlerFact } from "../model/facts.ts";
import type { Handler } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { nameOf, partsOf, someExpression } from "./expressions.ts";
import type { Flow } from "./flow.ts";

const CONFLICT = /conflict|duplicate|already|unique|\btaken\b|\b409\b/i;
/** `USER_ALREADY_EXISTS`, `SlugTaken`: what errors and answers are called. */
const CONFLICT_NAME = /conflict|duplicate|already|(?:_|[a-z])[tT](?:aken|AKEN)$/i;

/** Does it come to speak of a conflict where none of its questions about the error holds: is that what it says to all the other errors? */
export function answersTheRest(flow: Flow, path: string, fact: HandlerFact): boolean {
  const code = flow.program.facts(path)?.code;
  const isRest = (at: Span, steps: readonly ContextStep[] = []): boolean => isWithin(fact.body, at) && !steps.some((step) => step.kind === "condition" && step.holds && isWithin(fact.body, step.test));
  return (
    code?.thrown?.some((each) => CONFLICT.test(each.text) && isRest(each.at, each.conditions)) === true ||
    code?.calls.some((call) => isRest(call.at, call.context) && !isLogged(call.expression) && someExpression(call.expression, speaksOfConflict)) === true
  );
}

function isWithin(body: Pick<Span, "start" | "end">, at: Pick<Span, "start" | "end">): boolean {
  return at.start >= body.start && at.end <= body.end;
}

/** What a handler throws, calls or returns that speaks of a conflict, with the words in it. */
export function conflictAnswers(flow: Flow, path: string, fact: HandlerFact): NonNullable<Handler["answers"]> {
  const code = flow.program.facts(path)?.code;
  if (code == null) return [];
  const isInside = (at: Pick<Span, "start" | "end">): boolean => isWithin(fact.body, at);
  const said = (expression: Expression): NonNullable<Handler["answers"]> =>
    someExpression(expression, speaksOfConflict) ? [{ text: wordsOf(expression).join(" "), at: { path, start: expression.start, end: expression.end } }] : [];
  return [
    ...(code.thrown ?? []).flatMap((each) => (isInside(each.at) && CONFLICT.test(each.text) ? [{ text: each.text, at: each.at }] : [])),
    ...code.calls.flatMap((call) => (isInside(call.at) && !isLogged(call.expression) ? said(call.expression) : [])),
    ...code.functions.flatMap((each) => each.returns.flatMap((returned) => (isInside(returned) ? said(returned) : []))),
  ];
}

function speaksOfConflict(part: Expression): boolean {
  return ((part.kind === "string" || part.kind === "number") && CONFLICT.test(String(part.value))) || ((part.kind === "name" || part.kind === "member") && CONFLICT_NAME.test(part.name));
}

function wordsOf(expression: Expression): string[] {
  const own = expression.kind === "string" ? [expression.value] : expression.kind === "template" ? expression.quasis : (expression.kind === "name" || expression.kind === "member") && CONFLICT_NAME.test(expression.name) ? [expression.name] : [];
  return [...own, ...partsOf(expression).flatMap(wordsOf)];
}

/** What is logged says what the program believes, but answers nobody. */
function isLogged(expression: Expression): boolean {
  return /(?:^|\.)(?:console|log|logger|\w*Log(?:ger)?)\.\w+$|(?:^|\.)(?:log|debug|info|warn|error|capture\w*)$/i.test(expression.kind === "call" ? nameOf(expression.callee) : "");
}
