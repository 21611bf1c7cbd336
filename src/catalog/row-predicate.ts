import type { Predicate } from "../model/catalog.ts";
import { quoteIdentifier } from "../read/sql/canonical-text.ts";
import { isStrictFor } from "./predicate-strict.ts";
import { conditionOf, type Atom, type Condition } from "./predicate-tree.ts";
import type { RowValue } from "./row-value.ts";

type Truth = "true" | "not-true" | "unknown";

/** Can a row with these values lie in the predicate? False only when it surely does not. `value`: by column name. */
export function mayHold(predicate: Predicate, value: (column: string) => RowValue): boolean {
  return truthOf(conditionOf(predicate.text), value) !== "not-true";
}

function truthOf(condition: Condition, value: (column: string) => RowValue): Truth {
  if (condition.kind === "atom") return truthOfAtom(condition.atom, value);
  const truths = condition.items.map((item) => truthOf(item, value));
  if (condition.kind === "and") return truths.includes("not-true") ? "not-true" : truths.every((truth) => truth === "true") ? "true" : "unknown";
  return truths.includes("true") ? "true" : truths.every((truth) => truth === "not-true") ? "not-true" : "unknown";
}

/** NULL makes whatever takes it in not true; `IS NULL` of a literal is false; a literal answers an equality. */
function truthOfAtom(atom: Atom, value: (column: string) => RowValue): Truth {
  const { form, columns } = atom;
  const [column] = columns ?? [];
  if (column === undefined || columns?.length !== 1) return "unknown";
  const held = value(column);
  if (form.kind === "null-test") {
    if (held.kind === "null" && isColumn(form.left, column)) return form.isNull ? "true" : "not-true";
    return isColumn(form.left, column) && isPresent(held) ? (form.isNull ? "not-true" : "true") : "unknown";
  }
  if (held.kind === "null") {
    const takesIn = (atom.tree !== null && isStrictFor(atom.tree, quoteIdentifier(column)) === "yes") || (form.kind === "boolean" && isColumn(form.left, column));
    return takesIn ? "not-true" : "unknown";
  }
  const literal = held.kind === "given" ? literalValue(held.literal) : null;
  if (literal === null) return "unknown";
  if (form.kind === "boolean" && isColumn(form.left, column)) return truth(literal, form.negated ? "false" : "true", ["true", "false"]);
  if (form.kind !== "comparison" || !isColumn(form.left, column) || form.constant.kind !== "string") return "unknown";
  if (form.op === "=") return literal === form.constant.value ? "true" : "not-true";
  return form.op === "!=" ? (literal === form.constant.value ? "not-true" : "true") : "unknown";
}

function truth(literal: string, wanted: string, known: string[]): Truth {
  return !known.includes(literal) ? "unknown" : literal === wanted ? "true" : "not-true";
}

function isPresent(held: RowValue): boolean {
  return held.kind === "fresh" || (held.kind === "given" && (held.present === true || literalValue(held.literal) !== null));
}

/** The value in a literal's text, as code or SQL writes it: `"a"`, `'a'`, `true`. */
function literalValue(text: string | null): string | null {
  if (text === null) return null;
  const quoted = /^(['"`])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2] ?? null;
  return /^(true|false|-?\d+(\.\d+)?)$/.test(text) ? text : null;
}

/** The printer quotes every name it is not sure of, so both spellings are the column. */
function isColumn(text: string, column: string): boolean {
  return text === column || text === `"${column.replaceAll('"', '""')}"` || text === `(${column})` || text === `("${column}")`;
}
