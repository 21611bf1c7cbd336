import { entryOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { isTypeorm } from "../schema/typeorm-entity.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { valueText } from "../value-text.ts";
import type { DraftWritten, Linked } from "./adapter.ts";
import { columnsOf } from "./typeorm-data.ts";

export type Match = { match: DraftWritten[] | null; rest: string[] };

/** `{ email, org: { id }, deletedAt: IsNull() }`; a list is an OR. */
export function whereObject(linked: Linked, entity: EntityBinding, value: Evaluated | undefined, prefix = ""): Match {
  if (value === undefined || value.kind === "undefined") return { match: [], rest: [] };
  if (value.kind === "array") return value.items.length === 1 ? whereObject(linked, entity, value.items[0], prefix) : { match: [], rest: ["or"] };
  if (value.kind !== "object") return { match: null, rest: [] };
  const out = { match: [] as DraftWritten[], rest: value.complete ? [] : ["…"] };
  for (const [key, item] of value.entries) {
    if (item.kind === "undefined") continue;
    const property = `${prefix}${key}`;
    const operator = operatorOf(item);
    if (operator?.name === "Equal" && operator.args[0] !== undefined) addEqual(linked, entity, property, operator.args[0], out);
    else if (operator !== null) out.rest.push(`${property} ${operator.name}(${operator.args.map((arg) => valueText(linked.program, arg)).join(", ")})`);
    else addEqual(linked, entity, property, item, out);
  }
  return out;
}

function addEqual(linked: Linked, entity: EntityBinding, property: string, value: Evaluated, out: { match: DraftWritten[]; rest: string[] }): void {
  const relation = entity.relations.get(property);
  if (relation !== undefined && value.kind === "object" && !entity.columns.has(property)) {
    for (const [key, item] of value.entries) {
      const held = relation.columns.find((each) => each.references === key);
      if (held === undefined || operatorOf(item) !== null) out.rest.push(`${property}.${key}`);
      else out.match.push({ column: held.column, at: item.at, source: item, value: null });
    }
    return;
  }
  const read = columnsOf(linked, entity, property, value);
  out.match.push(...read.columns);
  if (read.columns.length === 0) out.rest.push(property);
}

/** `In([…])`, `Not(x)`, `IsNull()`: a FindOperator. */
function operatorOf(value: Evaluated): { name: string; args: Evaluated[] } | null {
  return value.kind === "call" && !value.new && value.callee.kind === "external" && isTypeorm(value.callee.package) ? { name: value.callee.name, args: value.args } : null;
}

/** What `update` and `delete` are given: an object, or a value of the primary key. */
export function criteria(linked: Linked, entity: EntityBinding, value: Evaluated): Match {
  if (value.kind === "object") return whereObject(linked, entity, value);
  const [property] = entity.primary;
  const isKey = value.kind === "string" || value.kind === "number" || /(?:^|\.)\w*[iI]d$/.test(valueText(linked.program, value));
  if (!isKey || property === undefined || entity.primary.length > 1) return { match: null, rest: [] };
  return { match: columnsOf(linked, entity, property, value).columns, rest: [] };
}

const EQUALS = /^\(?\s*(?:"?(\w+)"?\.)?"?([\w.]+)"?\s*=\s*:(?:\.\.\.)?(\w+)\s*\)?$/;

/** `where("user.email = :email AND user.org = :org", { email, org })` of a query builder. */
export function whereText(linked: Linked, entity: EntityBinding, condition: Evaluated, parameters: Evaluated | null): Match {
  if (condition.kind === "object") return whereObject(linked, entity, condition);
  const text = condition.kind === "string" ? condition.value : null;
  if (text === null) return { match: [], rest: [valueText(linked.program, condition)] };
  const out: { match: DraftWritten[]; rest: string[] } = { match: [], rest: [] };
  for (const part of / or /i.test(text) ? [text] : text.split(/\s+and\s+/i)) {
    const found = EQUALS.exec(part.trim());
    const property = found?.[2];
    const value = found?.[3] === undefined ? undefined : entryOf(parameters, found[3]);
    const read = property === undefined ? null : columnsOf(linked, entity, propertyNamed(entity, property), value ?? { ...condition, kind: "unknown", text: `:${found?.[3] ?? ""}` });
    if (read === null || read.columns.length === 0) out.rest.push(part.trim());
    else out.match.push(...read.columns);
  }
  return out;
}

/** Conditions may also name columns as the database does. */
function propertyNamed(entity: EntityBinding, name: string): string {
  if (entity.columns.has(name) || entity.relations.has(name)) return name;
  return [...entity.columns].find(([, column]) => column === name)?.[0] ?? name;
}
