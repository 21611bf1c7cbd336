import type { ColumnDefault } from "../../model/catalog.ts";
import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, entryOf, returnOf } from "../evaluate.ts";
import { typeText } from "../migrations/sequelize-parts.ts";
import { flagIn, stringIn } from "../migrations/sql-text.ts";
import { UNKNOWN_TYPE } from "../migrations/sent.ts";
import type { Evaluated, Program } from "../program.ts";
import type { Attribute } from "./sequelize-model.ts";
import { underscore } from "./sequelize-names.ts";

export type AttributeScope = { program: Program; table: string; underscored: boolean };

/** `complete: false`: a flag that decides about keys is not known. null: a virtual attribute, which is no column. */
export type ReadAttribute = { attribute: Attribute; complete: boolean } | null;

/** `{ type, field, allowNull, unique, primaryKey, autoIncrement, defaultValue, references }`, or a bare type. */
export function readAttribute(scope: AttributeScope, property: string, value: Evaluated): ReadAttribute {
  const options = asObject(value)?.entries.has("type") === true ? asObject(value) : null;
  const type = options === null ? value : options.entries.get("type");
  if (isVirtual(type)) return null;
  const field = stringIn(value, "field");
  const column = (options === null ? null : field) ?? columnName(scope, property);
  const text = typeText(type, scope.table, column);
  const flag = (name: string): boolean | null => (options === null ? false : flagIn(options, name));
  const primary = flag("primaryKey");
  const unique = options === null ? null : uniqueOf(options.entries.get("unique"));
  const allowNull = options?.entries.get("allowNull");
  const numbered = flag("autoIncrement") === true;
  const attribute: Attribute = {
    property, column, type: text === UNKNOWN_TYPE ? null : text, primary: primary === true, numbered,
    nullable: primary === true || numbered ? false : allowNull === undefined ? true : allowNull.kind === "boolean" ? allowNull.value : allowNull.kind === "undefined" ? true : null,
    default: numbered ? { by: "database", fresh: true } : defaultOf(scope.program, options?.entries.get("defaultValue")),
    allowsNull: allowNull?.kind === "boolean" && allowNull.value,
    unique: unique === undefined ? null : unique,
    references: referenceOf(options), implied: false, at: value.at,
  };
  const isKnown = (options !== null || callChain(value).links.length > 0 || value.kind === "external") && (options?.complete ?? true);
  return { attribute, complete: isKnown && primary !== null && unique !== undefined && !(options?.entries.has("field") === true && field === null) };
}

export function columnName(scope: Pick<AttributeScope, "underscored">, property: string): string {
  return scope.underscored ? underscore(property) : property;
}

export function impliedAttribute(scope: Pick<AttributeScope, "underscored">, property: string, at: Span, rest: Partial<Attribute>): Attribute {
  return { property, column: columnName(scope, property), type: null, nullable: true, allowsNull: true, primary: false, numbered: false, default: null, unique: null, references: null, implied: true, at, ...rest };
}

function isVirtual(type: Evaluated | undefined): boolean {
  return type !== undefined && (callChain(type).links.some((link) => link.name === "VIRTUAL") || (type.kind === "external" && type.name === "VIRTUAL"));
}

/** `true`, the name of a key of several attributes, `{ name, msg }`; null: none; undefined: not known. */
function uniqueOf(value: Evaluated | undefined): true | string | null | undefined {
  switch (value?.kind) {
    case undefined:
    case "undefined":
    case "null":
      return null;
    case "boolean":
      return value.value ? true : null;
    case "string":
      return value.value;
    case "object": {
      const name = entryOf(value, "name");
      // An object without a name still is no `true`, so its key is a constraint of the table.
      return name === undefined ? (value.complete ? "" : undefined) : (asString(name) ?? undefined);
    }
    default:
      return undefined;
  }
}

function defaultOf(program: Program, value: Evaluated | undefined): ColumnDefault | null {
  if (value === undefined || value.kind === "undefined") return null;
  const link = value.kind === "external" ? { name: value.name } : callChain(value).links.at(-1);
  if (link?.name === "literal" || link?.name === "fn") return { by: "database", fresh: /uuid|nextval|now|random|current_timestamp/i.test(textOf(value)) };
  if (link?.name === "UUIDV4" || link?.name === "UUIDV1" || link?.name === "NOW") return { by: "client", fresh: true };
  if (value.kind === "function") return { by: "client", fresh: !isConstant(returnOf(program, value)) };
  return { by: isConstant(value) ? "database" : "client", fresh: !isConstant(value) && value.kind !== "object" && value.kind !== "array" };
}

function isConstant(value: Evaluated | null): boolean {
  return value !== null && ["string", "number", "boolean", "null", "undefined", "array", "object"].includes(value.kind);
}

/** The SQL of `literal("…")`, the name in `fn("…")`. */
function textOf(value: Evaluated): string {
  return asString(callChain(value).links.at(-1)?.args?.[0]) ?? "";
}

function referenceOf(options: Evaluated | null): Attribute["references"] {
  const references = entryOf(options, "references");
  if (references === undefined || references.kind === "undefined") return null;
  const model = entryOf(references, "model") ?? entryOf(references, "table") ?? references;
  return { model, key: stringIn(references, "key"), onDelete: stringIn(options ?? undefined, "onDelete") };
}
