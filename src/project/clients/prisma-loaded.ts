import { entryOf, evaluate, memberOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { CallView, Draft, DraftWritten, Linked } from "./adapter.ts";
import { emptyDraft } from "./adapter.ts";
import { ownEntry } from "./prisma-data.ts";
import { modelNamed, type Model, type PrismaTarget } from "./prisma-receiver.ts";
import { whereOf } from "./prisma-where.ts";

/** Relations are followed this deep. */
const DEEPEST = 3;

type Parent = { target: PrismaTarget; draft: Draft; row: Evaluated | null; relation: string };

/** The rows that `include` and `select` load with a row: look-ups by the foreign key, and by what they filter on. `relation`: the way to them. */
export function loadedWith(view: CallView, linked: Linked, target: PrismaTarget, options: Evaluated, draft: Draft): Draft[] {
  const row = draft.lookup === "one" ? evaluate(linked.program, view.path, view.fact.expression) : null;
  return loadedIn(view, linked, { target, draft, row, relation: "" }, options);
}

function loadedIn(view: CallView, linked: Linked, parent: Parent, options: Evaluated): Draft[] {
  const depth = parent.relation === "" ? 0 : parent.relation.split(".").length;
  if (options.kind !== "object" || depth >= DEEPEST) return [];
  return ["include", "select"].flatMap((name) => {
    const fields = entryOf(options, name);
    if (fields?.kind !== "object") return [];
    return [...fields.entries].flatMap(([field, value]) => loaded(view, linked, parent, field, value));
  });
}

function loaded(view: CallView, linked: Linked, parent: Parent, field: string, value: Evaluated): Draft[] {
  const { target, draft } = parent;
  const relation = ownEntry(target.model.relations, field);
  const model = relation === undefined ? null : modelNamed(target.database, relation.model);
  const isWanted = value.kind === "object" || (value.kind === "boolean" && value.value);
  if (relation === undefined || model === null || !isWanted) return [];
  const where = whereOf(linked, model, entryOf(value, "where"));
  const hangs = foreignKey(parent, model, field);
  const key = hangs === null ? [] : comparedKey(linked, parent, hangs);
  const path = parent.relation === "" ? field : `${parent.relation}.${field}`;
  const made: Draft = {
    ...emptyDraft(view, "prisma", "lookup", `${draft.operation} ${path}`), database: target.database.id, table: model.table, receiver: draft.receiver,
    lookup: relation.list ? "many" : "one", relation: path, match: where.match === null ? null : [...key, ...where.match], matchRest: key.length > 0 || hangs !== null ? where.rest : [...where.rest, "…"],
    ...(hangs === null ? {} : { hangs }),
  };
  const row = parent.row === null || relation.list ? null : memberOf(linked.program, parent.row, field);
  return [made, ...loadedIn(view, linked, { target: { database: target.database, model }, draft: made, row, relation: path }, value)];
}

/** The foreign key on the related row's side; null: it stands on the other side, or is not known. */
function foreignKey({ target }: Parent, model: Model, field: string): { column: string; property: string }[] | null {
  const own = ownEntry(target.model.relations, field);
  if (own === undefined || own.fields.length > 0) return null;
  const back = Object.values(model.relations).filter((item) => item.model === target.model.name && item.fields.length > 0);
  const [only] = back;
  if (back.length !== 1 || only === undefined) return null;
  const hangs = only.fields.flatMap((name, i) => {
    const column = ownEntry(model.columns, name);
    const property = only.references[i];
    return column === undefined || property === undefined ? [] : [{ column, property }];
  });
  return hangs.length === only.fields.length ? hangs : null;
}

/** The same with the value that the row around it is looked up by, or has. */
function comparedKey(linked: Linked, { target, draft, row }: Parent, hangs: { column: string; property: string }[]): DraftWritten[] {
  const written = hangs.flatMap(({ column, property }): DraftWritten[] => {
    const compared = draft.match?.find((item) => item.column === ownEntry(target.model.columns, property));
    const source = compared?.source ?? (row === null ? null : memberOf(linked.program, row, property));
    return source === null ? [] : [{ column, at: source.at, source, value: null }];
  });
  return written.length === hangs.length ? written : [];
}
