import { parse, type Expr } from "pgsql-ast-parser";
import type { KeyPart } from "../model/catalog.ts";

/**
 * The names that the parts of an index get as its columns, of which Postgres makes the default name (`FigureIndexColname` in
 * src/backend/parser/parse_target.c, `ChooseIndexColumnNames` in indexcmds.c): a column's own, a function's, a cast's type, else `expr`;
 * a name that is there already gets a number.
 */
export function partNames(parts: readonly KeyPart[], include: readonly string[]): string[] {
  const names: string[] = [];
  for (const base of [...parts.map(partName), ...include]) {
    let name = base;
    for (let count = 1; names.includes(name); count += 1) name = `${base}${count}`;
    names.push(name);
  }
  return names;
}

function partName(part: KeyPart): string {
  if (part.kind === "column") return part.column;
  try {
    return expressionName(parse(part.expression, "expr")) ?? "expr";
  } catch {
    return "expr";
  }
}

function expressionName(e: Expr): string | null {
  switch (e.type) {
    case "ref":
      return e.name;
    case "call":
      return e.function.name;
    case "extract":
      return "extract";
    case "array":
      return "array";
    case "case":
      return (e.else && strongName(e.else)) || "case";
    case "cast":
      return strongName(e.operand) ?? (e.to.kind === "array" ? null : (innerTypeNames[e.to.name] ?? e.to.name));
    default:
      return null;
  }
}

/** The grammar turns the SQL standard's names of types into Postgres' own. */
const innerTypeNames: Record<string, string> = {
  bigint: "int8", int: "int4", integer: "int4", smallint: "int2", real: "float4", float: "float8", "double precision": "float8", decimal: "numeric",
  boolean: "bool", "character varying": "varchar", character: "bpchar", char: "bpchar", "timestamp with time zone": "timestamptz",
  "timestamp without time zone": "timestamp", "time with time zone": "timetz", "time without time zone": "time",
};

/** A name that a cast around it does not replace: not that of another cast. */
function strongName(e: Expr): string | null {
  return e.type === "cast" ? strongName(e.operand) : e.type === "case" ? null : expressionName(e);
}
