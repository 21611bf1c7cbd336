import type {
  BlockAttribute,
  FieldAttribute,
  FieldDeclaration,
  ModelDeclaration,
  PrismaType,
  SchemaArgument,
  SchemaExpression,
  SourceRange,
} from "@loancrate/prisma-schema-parser";
import type { PrismaField, PrismaKey, PrismaModel } from "../../model/prisma.ts";
import type { Span } from "../../model/span.ts";
import { argument, itemsOf, namesOf, printExpression, stringOf, wordOf } from "./arguments.ts";
import { closingBrace } from "./blocks.ts";

/** Where a block stands: its path, the file's text without comments, and the block's offsets in it. */
export type BlockPlace = { path: string; code: string; start: number; end: number };

/** A model, view or composite type as written. */
export function readModel(declaration: ModelDeclaration, place: BlockPlace, complete: boolean): PrismaModel {
  const attributes = declaration.members.filter((member) => member.kind === "blockAttribute");
  const fields = declaration.members.filter((member) => member.kind === "field");
  const named = (name: string) => attributes.find((attribute) => attribute.path.value[0] === name);
  return {
    name: declaration.name.value,
    kind: declaration.kind,
    map: stringOf(argument(named("map")?.args, "name", 0)),
    schema: stringOf(argument(named("schema")?.args, "map", 0)),
    ignored: named("ignore") !== undefined,
    fields: fields.map((field) => readField(field, place)),
    keys: [...fields.flatMap((field) => readFieldKeys(field, place)), ...attributes.flatMap((a) => readBlockKey(a, place))],
    complete,
    at: spanOf(declaration.location, place),
  };
}

function readField(field: FieldDeclaration, place: BlockPlace): PrismaField {
  const attribute = (name: string) => field.attributes?.find((a) => a.path.value[0] === name);
  const initial = argument(attribute("default")?.args, "value", 0);
  const native = attribute("db");
  const relation = attribute("relation");
  return {
    name: field.name.value,
    map: stringOf(argument(attribute("map")?.args, "name", 0)),
    type: typeName(field.type),
    nullable: field.type.kind === "optional",
    list: field.type.kind === "list",
    ignored: attribute("ignore") !== undefined,
    default: initial === null ? null : printExpression(initial),
    updatedAt: attribute("updatedAt") !== undefined,
    nativeType: native === undefined ? null : printNativeType(native),
    relation: relation === undefined ? null : readRelation(relation, place),
    at: spanOf(field.location, place),
  };
}

function typeName(type: PrismaType): string {
  if (type.kind === "typeId") return type.name.value;
  if (type.kind === "unsupported") return `Unsupported(${JSON.stringify(type.type.value)})`;
  return typeName(type.type);
}

function printNativeType(attribute: FieldAttribute): string {
  const name = attribute.path.value.slice(1).join(".");
  const args = (attribute.args ?? []).flatMap((arg) => (arg.kind === "namedArgument" ? [] : [printExpression(arg)]));
  return args.length === 0 ? name : `${name}(${args.join(", ")})`;
}

function readRelation(attribute: FieldAttribute, place: BlockPlace): PrismaField["relation"] {
  return {
    name: stringOf(argument(attribute.args, "name", 0)),
    fields: namesOf(argument(attribute.args, "fields")),
    references: namesOf(argument(attribute.args, "references")),
    onDelete: wordOf(argument(attribute.args, "onDelete")),
    map: stringOf(argument(attribute.args, "map")),
    at: spanOf(attribute.location, place),
  };
}

function readFieldKeys(field: FieldDeclaration, place: BlockPlace): PrismaKey[] {
  return (field.attributes ?? []).flatMap((attribute) => {
    const kind = keyKind(attribute.path.value);
    if (kind === null || kind === "index") return [];
    return [
      {
        kind,
        fields: [{ name: field.name.value, sort: wordOf(argument(attribute.args, "sort")), ops: null }],
        name: null,
        map: stringOf(argument(attribute.args, "map", 0)),
        where: readWhere(attribute.args, place),
        method: null,
        at: spanOf(attribute.location, place),
      },
    ];
  });
}

function readBlockKey(attribute: BlockAttribute, place: BlockPlace): PrismaKey[] {
  const kind = keyKind(attribute.path.value);
  if (kind === null) return [];
  return [
    {
      kind,
      fields: itemsOf(argument(attribute.args, "fields", 0)).flatMap(readKeyField),
      name: stringOf(argument(attribute.args, "name", 1)),
      map: stringOf(argument(attribute.args, "map")),
      where: readWhere(attribute.args, place),
      method: wordOf(argument(attribute.args, "type")),
      at: spanOf(attribute.location, place),
    },
  ];
}

function keyKind(path: string[]): PrismaKey["kind"] | null {
  const name = path.length === 1 ? path[0] : null;
  return name === "id" || name === "unique" || name === "index" ? name : null;
}

function readKeyField(item: SchemaExpression): PrismaKey["fields"] {
  const args = item.kind === "functionCall" ? item.args : undefined;
  const ops = argument(args, "ops");
  return namesOf(item).map((name) => ({
    name,
    sort: wordOf(argument(args, "sort")),
    ops: ops?.kind === "functionCall" ? stringOf(argument(ops.args, "", 0)) : wordOf(ops),
  }));
}

/** `where: raw("…")` gives its string, `where: { … }` the literal as written: the parser saw only a mask of it. */
function readWhere(args: SchemaArgument[] | undefined, place: BlockPlace): string | null {
  const where = args?.find((arg) => arg.kind === "namedArgument" && arg.name.value === "where");
  if (where?.kind !== "namedArgument") return null;
  if (where.expression.kind === "functionCall") return stringOf(argument(where.expression.args, "", 0));
  const nameEnd = place.start + (where.name.location?.end.offset ?? 0);
  const open = place.code.indexOf("{", nameEnd);
  const close = open < 0 ? null : closingBrace(place.code, open);
  return close === null ? null : place.code.slice(open, close + 1);
}

/** A node's place in the file; the parser counts the white space behind it in. */
function spanOf(range: SourceRange | undefined, place: BlockPlace): Span {
  if (range === undefined) return { path: place.path, start: place.start, end: place.end };
  const start = place.start + range.start.offset;
  const text = place.code.slice(start, place.start + range.end.offset);
  return { path: place.path, start, end: start + text.trimEnd().length };
}
