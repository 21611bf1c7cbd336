import type { Expression } from "../model/expression.ts";
import type { ClassFact } from "../model/facts.ts";
import { evaluate } from "./evaluate.ts";
import { isIncidental } from "./files.ts";
import type { Program } from "./program.ts";

/** A function of the project: index into the facts of its file. */
export type FunctionAt = { path: string; function: number };
/** A class of the project by the file that declares it. */
export type ClassAt = { path: string; name: string };
type MemberAt = { member: ClassFact["members"][number]; at: ClassAt };

const DEEPEST = 5;

/** The class that a value is an instance of, as `new` or a type annotation says; null: not known. */
export function classOf(program: Program, path: string, expression: Expression, inside: number | null, depth = 0): ClassAt | null {
  if (depth > DEEPEST) return null;
  switch (expression.kind) {
    case "new":
      return classNamed(program, path, expression.callee);
    case "local":
      return classOfLocal(program, path, expression.local, inside, depth);
    case "name": {
      const symbol = program.lookup(path, expression.name);
      if (symbol?.kind !== "declaration") return null;
      const { declaration } = symbol;
      if (declaration.class !== null) return { path: symbol.path, name: symbol.name };
      return byType(program, symbol.path, declaration.typeText) ?? (declaration.value === null || declaration.path.length > 0 ? null : classOf(program, symbol.path, declaration.value, null, depth + 1));
    }
    case "member":
      return classOfMember(program, path, expression, inside, depth);
    default:
      return null;
  }
}

function classNamed(program: Program, path: string, callee: Expression): ClassAt | null {
  if (callee.kind === "name") return byType(program, path, callee.name);
  // `utils.Repository` of a namespace.
  const value = callee.kind === "member" && callee.of.kind === "name" ? evaluate(program, path, callee) : null;
  return value?.kind === "declaration" && value.declaration.class !== null ? { path: value.path, name: value.name } : null;
}

/** `Repo`, `Repo | null`, `Promise<Repo>`, `Awaited<Repo>`. */
function byType(program: Program, path: string, text: string | null): ClassAt | null {
  const name = text === null ? undefined : /^(?:Promise<|Readonly<|Awaited<)?([A-Z]\w*)(?:<[^|]*>)?>?(?:\s*\|\s*(?:null|undefined))?$/.exec(text.trim())?.[1];
  if (name === undefined) return null;
  const symbol = program.lookup(path, name);
  if (symbol?.kind !== "declaration") return null;
  return symbol.declaration.class === null ? soleHeir(program, symbol) : { path: symbol.path, name: symbol.name };
}

/** The one class of the project that implements an interface, or extends a class; tests have others. null: none, or several. */
function soleHeir(program: Program, of: ClassAt): ClassAt | null {
  const heirs = program.calls.heirs(of.name).filter((heir) => {
    const symbol = isIncidental(heir.path) ? null : program.lookup(heir.path, of.name);
    return symbol?.kind === "declaration" && symbol.path === of.path && symbol.name === of.name;
  });
  return heirs.length === 1 ? (heirs[0] ?? null) : null;
}

function classOfLocal(program: Program, path: string, index: number, inside: number | null, depth: number): ClassAt | null {
  const code = program.facts(path)?.code;
  const local = code?.locals[index];
  if (code == null || local === undefined) return null;
  if (local.kind === "parameter") {
    const parameter = code.functions[local.function]?.parameters.find((item) => item.local === index);
    return parameter === undefined || parameter.path.length > 0 ? null : byType(program, path, parameter.typeText);
  }
  const [value] = local.values;
  return value === undefined || local.values.length !== 1 || value.path.length > 0 ? null : classOf(program, path, value.value, inside, depth + 1);
}

function classOfMember(program: Program, path: string, expression: Extract<Expression, { kind: "member" }>, inside: number | null, depth: number): ClassAt | null {
  const found = memberAt(program, path, expression, inside, depth);
  if (found === null) return null;
  const { member, at } = found;
  return byType(program, at.path, member.typeText) ?? (member.value === null ? null : classOf(program, at.path, member.value, null, depth + 1));
}

function memberAt(program: Program, path: string, { of, name }: Extract<Expression, { kind: "member" }>, inside: number | null, depth: number): MemberAt | null {
  const holder = of.kind === "this" ? enclosing(program, path, inside) : classOf(program, path, of, inside, depth + 1);
  return holder === null ? null : findMember(program, holder, name);
}

/** The type that a parameter or a member is written with, and where; null: none is, or what holds the member is not known. */
export function writtenType(program: Program, path: string, expression: Expression, inside: number | null): { path: string; text: string } | null {
  if (expression.kind === "local") {
    const code = program.facts(path)?.code;
    const local = code?.locals[expression.local];
    const parameter = code?.functions[local?.function ?? -1]?.parameters.find((each) => each.local === expression.local && each.path.length === 0);
    return parameter?.typeText == null ? null : { path, text: parameter.typeText };
  }
  const found = expression.kind === "member" ? memberAt(program, path, expression, inside, 0) : null;
  return found?.member.typeText == null ? null : { path: found.at.path, text: found.member.typeText };
}

/** The class whose method a function is, or stands in; null: none. */
export function enclosing(program: Program, path: string, inside: number | null): ClassAt | null {
  const code = program.facts(path)?.code;
  for (let at = inside; at !== null && code != null; at = code.functions[at]?.parent ?? null) {
    const name = code.functions[at]?.class;
    if (name != null) return { path, name };
  }
  return null;
}

function factOf(program: Program, at: ClassAt): ClassFact | null {
  const declarations = program.facts(at.path)?.code?.declarations;
  return declarations !== undefined && Object.hasOwn(declarations, at.name) ? (declarations[at.name]?.class ?? null) : null;
}

/** A member of a class, its own or inherited, with the class that declares it. */
export function findMember(program: Program, at: ClassAt, name: string, depth = 0): MemberAt | null {
  const fact = factOf(program, at);
  if (fact === null || depth > DEEPEST) return null;
  const member = fact.members.find((each) => each.name === name);
  if (member !== undefined) return { member, at };
  const parent = fact.extends === null ? null : classNamed(program, at.path, fact.extends);
  return parent === null ? null : findMember(program, parent, name, depth + 1);
}

/** A method of a class, its own or inherited; of one that is abstract, what the one class that extends it makes of it. */
export function methodOf(program: Program, at: ClassAt, name: string): FunctionAt | null {
  const found = findMember(program, at, name);
  if (found === null) return null;
  if (found.member.function !== null) return { path: found.at.path, function: found.member.function };
  const heir = soleHeir(program, at);
  const made = heir === null ? null : findMember(program, heir, name);
  return made?.member.function == null ? null : { path: made.at.path, function: made.member.function };
}
