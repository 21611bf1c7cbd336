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
      return strongName(e.operand) ?? (e.to.kind === "array" ? null : e.to.name);
    default:
      return null;
  }
}

/** A name that a cast around it does not replace: not that of another cast. */
function strongName(e: Expr): string | null {
  return e.type === "cast" ? strongName(e.operand) : e.type === "case" ? null : expressionName(e);
}
