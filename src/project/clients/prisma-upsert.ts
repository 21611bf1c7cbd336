import { entryOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { valueText } from "../value-text.ts";
import type { Draft, DraftConflict, Linked } from "./adapter.ts";
import { readData, type Data, type MakeNested } from "./prisma-data.ts";
import type { PrismaTarget } from "./prisma-receiver.ts";
import { selectorOf, type Selector } from "./prisma-where.ts";

/** `upsert({ where, create, update })`: target, sets, and whether one statement does it (reference §5.3). */
export function readUpsert(linked: Linked, target: PrismaTarget, options: Extract<Evaluated, { kind: "object" }>, draft: Draft, make: MakeNested): Draft[] {
  const where = entryOf(options, "where");
  const update = entryOf(options, "update");
  const create = readData(linked, target, entryOf(options, "create"), make);
  const changed = readData(linked, target, update, make);
  const selector = where === undefined ? null : selectorOf(target.model, where);
  draft.columns = create.columns;
  draft.columnsComplete = create.complete;
  draft.rows = "one";
  draft.match = selector?.match ?? null;
  draft.conflict = {
    action: "update",
    target: selector === null ? { by: "unknown" } : { by: "columns", parts: selector.parts, where: null, selector: selector.name },
    prepared: false,
    sets: changed.columns === null ? null : changed.complete ? changed.columns : null,
    setWhere: selector?.extra ?? false,
    ...nativeOf(linked, target, options, selector, create, changed, update),
    at: where?.at ?? draft.at,
  };
  return [...create.nested, ...changed.nested];
}

/** All conditions must hold for one INSERT … ON CONFLICT; `reasons` are those that visibly do not. */
function nativeOf(linked: Linked, target: PrismaTarget, options: Extract<Evaluated, { kind: "object" }>, selector: Selector | null, create: Data, changed: Data, update: Evaluated | undefined): Pick<DraftConflict, "native" | "reasons"> {
  const reasons: string[] = [];
  const dialect = target.database.catalog.dialect;
  if (dialect !== "postgres" && dialect !== "sqlite") reasons.push("only PostgreSQL, CockroachDB and SQLite have native upserts");
  if (target.database.prisma?.relationMode === "prisma") reasons.push("relationMode is prisma");
  if (selector?.several === true) reasons.push("where has several unique selectors");
  if (create.relations) reasons.push("create writes a relation");
  if (changed.relations) reasons.push("update writes a relation");
  if (update?.kind === "object" && update.complete && changed.columns?.length === 0 && !changed.relations) reasons.push("update is empty");
  if (selectsRelation(target, options)) reasons.push("the answer includes a relation");
  const equal = selector === null ? "unknown" : valuesAgree(linked, selector, create);
  if (equal === "no") reasons.push("create does not repeat the values of where");
  if (reasons.length > 0) return { native: "no", reasons };
  const sure = equal === "yes" && create.complete && options.complete && update?.kind === "object" && (changed.columns?.length ?? 0) > 0;
  return { native: sure ? "yes" : "unknown", reasons: [] };
}

function selectsRelation(target: PrismaTarget, options: Extract<Evaluated, { kind: "object" }>): boolean {
  const chosen = [entryOf(options, "include"), entryOf(options, "select")];
  return chosen.some((value) => value?.kind === "object" && [...value.entries].some(([key, item]) => (Object.hasOwn(target.model.relations, key) || key === "_count") && !(item.kind === "boolean" && !item.value)));
}

/** Each value of the selector must stand in `create` too; other spellings of one value cannot be told from other values. */
function valuesAgree(linked: Linked, selector: Selector, create: Data): "yes" | "no" | "unknown" {
  let answer: "yes" | "no" | "unknown" = "yes";
  for (const { column, source } of selector.match) {
    const written = create.columns?.find((each) => each.column === column);
    if (written === undefined) {
      if (create.complete) return "no";
      answer = "unknown";
    } else if (source === null || written.source === null || valueText(linked.program, source) !== valueText(linked.program, written.source)) answer = isLiteral(source) && isLiteral(written.source) ? "no" : "unknown";
    if (answer === "no") return answer;
  }
  return answer;
}

function isLiteral(value: Evaluated | null): boolean {
  return value !== null && (value.kind === "string" || value.kind === "number" || value.kind === "boolean" || value.kind === "null");
}
