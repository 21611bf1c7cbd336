import type { KeyPart, Predicate } from "../../model/catalog.ts";
import type { Conflict } from "../../model/project.ts";
import type { RawLink } from "../chains.ts";
import { entryOf, evaluate } from "../evaluate.ts";
import { expressionAt } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import type { TableBinding } from "../schema/bindings.ts";
import { valueText } from "../value-text.ts";
import { argument, type CallView, type Draft, type DraftConflict, type Linked } from "./adapter.ts";
import { predicateOf } from "./drizzle-conditions.ts";
import { propertyColumn, rowsOf } from "./rows.ts";

/** `.onConflictDoUpdate(…)`, `.onConflictDoNothing(…)` (reference §4.5); MySQL's `.onDuplicateKeyUpdate(…)` and `.ignore()` have no target. */
export function readConflict(view: CallView, linked: Linked, table: TableBinding, draft: Draft): DraftConflict | null {
  const anyKey = view.links.find((each) => each.args !== null && (each.name === "onDuplicateKeyUpdate" || each.name === "ignore"));
  if (anyKey !== undefined) return onAnyKey(view, linked, table, draft, anyKey);
  const link = view.links.find((each) => each.name === "onConflictDoUpdate" || each.name === "onConflictDoNothing");
  if (link === undefined) return null;
  const action = link.name === "onConflictDoUpdate" ? "update" : "nothing";
  const expression = argument(link.args, 0);
  const at = { path: view.path, start: expression?.start ?? link.end, end: expression?.end ?? link.end };
  const prepared = view.names.has("prepare");
  const made: DraftConflict = { action, target: { by: "unknown" }, prepared, sets: null, setWhere: false, native: "yes", reasons: [], at };
  if (expression === null) return { ...made, target: (link.args ?? []).length === 0 ? { by: "none" } : { by: "unknown" }, sets: action === "nothing" ? [] : null };
  const options = evaluate(linked.program, view.path, expression);
  if (options.kind === "undefined") return { ...made, target: { by: "none" }, sets: [] };
  if (options.kind !== "object") return made;
  const target = entryOf(options, "target");
  if (view.caller !== undefined) made.at = target?.at ?? at;
  else made.at = target?.at.path === view.path && target.at.start >= at.start && target.at.end <= at.end ? target.at : at;
  made.target = targetOf(linked, table, options, target, action);
  if (target?.kind === "alternatives") {
    const each = target.of.map((one, i) => targetOf(linked, table, withPredicateOf(linked, options, target, i, action), one, action));
    if (each.every((one) => one.by !== "unknown")) made.oneOf = each;
  }
  if (action === "nothing") return { ...made, sets: [] };
  const set = entryOf(options, "set");
  made.sets = set === undefined ? null : setsOf(linked, table, set, draft);
  // The deprecated `where` filters the update, not the index.
  made.setWhere = entryOf(options, "setWhere") !== undefined || entryOf(options, "where") !== undefined;
  return made;
}

function onAnyKey(view: CallView, linked: Linked, table: TableBinding, draft: Draft, link: RawLink): DraftConflict {
  const expression = argument(link.args, 0);
  const set = expression === null ? undefined : entryOf(evaluate(linked.program, view.path, expression), "set");
  const at = { path: view.path, start: expression?.start ?? link.end, end: expression?.end ?? link.end };
  const isUpdate = link.name === "onDuplicateKeyUpdate";
  return {
    action: isUpdate ? "update" : "nothing", target: { by: "none" }, prepared: false, sets: !isUpdate ? [] : set === undefined ? null : setsOf(linked, table, set, draft),
    setWhere: false, native: "yes", reasons: [], at,
  };
}

function targetOf(linked: Linked, table: TableBinding, options: Options, target: Evaluated | undefined, action: "nothing" | "update"): Conflict["target"] {
  if (target === undefined || target.kind === "undefined") return options.complete && action === "nothing" ? { by: "none" } : { by: "unknown" };
  const parts = partsOf(linked, table, target);
  if (parts === null || !options.complete) return { by: "unknown" };
  const condition = entryOf(options, predicateName(action));
  if (condition === undefined || condition.kind === "undefined") return { by: "columns", parts, where: null, selector: null };
  const where: Predicate | null = predicateOf(linked, condition);
  return where === null ? { by: "unknown" } : { by: "columns", parts, where, selector: null };
}

type Options = Extract<Evaluated, { kind: "object" }>;

/** `target: live ? a : b` with `targetWhere: live ? p : q`: where one test chooses both, each target has its own predicate. */
function withPredicateOf(linked: Linked, options: Options, target: Extract<Evaluated, { kind: "alternatives" }>, index: number, action: "nothing" | "update"): Options {
  const name = predicateName(action);
  const predicate = entryOf(options, name);
  const chosen = predicate?.kind === "alternatives" && predicate.of.length === target.of.length ? predicate.of[index] : undefined;
  const test = testOf(linked, target);
  if (predicate === undefined || chosen === undefined || test === null || test !== testOf(linked, predicate)) return options;
  return { ...options, entries: new Map(options.entries).set(name, chosen) };
}

function predicateName(action: "nothing" | "update"): string {
  return action === "update" ? "targetWhere" : "where";
}

/** The text of the condition that a value is chosen by; null: no condition that is read chooses it. */
function testOf(linked: Linked, value: Evaluated): string | null {
  const { path, start, end } = value.at;
  const code = linked.program.facts(path)?.code;
  const named = code == null ? null : expressionAt(code, start, end);
  const values = named?.kind === "local" ? (code?.locals[named.local]?.values ?? []) : [];
  const expression = values.length === 1 && values[0]?.path.length === 0 ? values[0].value : named;
  return expression?.kind === "conditional" ? valueText(linked.program, evaluate(linked.program, path, expression.test)) : null;
}

/** A column or a list of columns of the table; null: one of them is not known. */
function partsOf(linked: Linked, table: TableBinding, target: Evaluated): KeyPart[] | null {
  const items = target.kind === "array" ? (target.complete ? target.items : null) : [target];
  if (items === null) return null;
  const parts = items.flatMap((item): KeyPart[] => {
    const bound = linked.tables.columnOf(item);
    if (bound?.column == null || bound.table.table !== table.table) return [];
    return [{ kind: "column", column: bound.column, collation: null, opclass: null }];
  });
  return parts.length === items.length && parts.length > 0 ? parts : null;
}

function setsOf(linked: Linked, table: TableBinding, set: Evaluated, draft: Draft): DraftConflict["sets"] {
  const rows = rowsOf(linked, set, propertyColumn(table), { path: set.at.path, start: set.at.start, end: set.at.end });
  if (rows.columns === null) return null;
  // `set: values` with the very object that is inserted.
  if (!rows.complete && draft.columns !== null && rows.columns.length === 0) return null;
  return rows.complete ? rows.columns : rows.columns.length > 0 ? rows.columns : null;
}
