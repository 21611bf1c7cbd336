import type { CallFact, CodeFacts } from "../../model/facts.ts";
import type { Site } from "../../model/project.ts";
import type { CallView } from "./adapter.ts";

/** Does code take the first row of the answer: `const [row] = …`, `(…)[0]`, `.then((rows) => rows[0])`, `.at(0)`? */
export function takesFirstRow(view: CallView, code: CodeFacts | null | undefined): boolean {
  const { use } = view.fact;
  if (view.fact.takesFirst === true) return true;
  if (use.kind === "member") return use.names[0] === "0";
  if (use.kind === "bound") return use.locals.length > 0 && use.locals.every((local) => pathOf(code, local, view.fact)?.[0] === "0");
  return view.links.some((link) => link.name === "then" || link.name === "at" || link.name === "0");
}

function pathOf(code: CodeFacts | null | undefined, local: number, fact: CallFact): string[] | null {
  const values = code?.locals[local]?.values ?? [];
  return values.find((item) => item.value.start >= fact.at.start && item.value.end <= fact.at.end)?.path ?? values[0]?.path ?? null;
}

/** What becomes of the first returned row. `first`: code takes one row out of a list. */
export function returningOf(fact: CallFact, first: boolean): Site["returning"] {
  if (fact.use.kind === "ignored") return "none";
  if (fact.use.kind === "bound") {
    if (fact.rowUse === "unused") return "none";
    return fact.rowUse === "unchecked" ? "used-unchecked" : fact.rowUse === "passed" ? "passed-on" : "checked";
  }
  if (fact.use.kind === "member") return fact.use.names.length > 1 && fact.use.names[0] === "0" ? "used-unchecked" : "unknown";
  if (fact.use.kind === "returned" && first) return "passed-on";
  return fact.use.kind === "condition" ? "checked" : "unknown";
}

/** A method that throws where there is no row; in a `try` that may be meant. */
export function insistsOnRow(fact: CallFact): boolean {
  return fact.handler === null && !fact.context.some((step) => step.kind === "try");
}
