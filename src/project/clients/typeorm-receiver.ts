import type { Expression } from "../../model/expression.ts";
import type { ClassFact } from "../../model/facts.ts";
import { callChain } from "../chains.ts";
import { classOf, enclosing, findMember, type ClassAt } from "../classes.ts";
import { evaluate, possibilities, unwrap } from "../evaluate.ts";
import type { Evaluated, Program } from "../program.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { decoratorsOf } from "../schema/decorated.ts";
import { isTypeorm } from "../schema/typeorm-entity.ts";
import type { Linked } from "./adapter.ts";

/** What a receiver is: the repository of an entity; `null`: a repository for sure, but not of a known one; `undefined`: something else. */
export type Repository = EntityBinding | null | undefined;

const GETTERS = /^(?:get(?:Tree|Mongo|Custom)?Repository|getRepositoryToken|repositoryFor|repoFor|withRepository)$/;
const REPOSITORY_TYPE = /^(?:Promise<\s*)?(?:\w+\.)?((?:Tree|Mongo)?Repository)<\s*([\w.]+)/;
const DEEPEST = 4;

/** The repository that an expression is: what it was asked for, injected as, or typed as. */
export function repositoryOf(linked: Linked, path: string, receiver: Expression, inside: number | null, depth = 0): Repository {
  if (depth > DEEPEST) return undefined;
  const { program } = linked;
  if (receiver.kind === "this" || (receiver.kind === "name" && receiver.name === "super")) {
    const own = enclosing(program, path, inside);
    return own === null ? undefined : repositoryOfClass(linked, own);
  }
  if (receiver.kind === "member") {
    const holder = receiver.of.kind === "this" ? enclosing(program, path, inside) : classOf(program, path, receiver.of, inside);
    const found = holder === null ? null : findMember(program, holder, receiver.name);
    if (holder !== null && found !== null) return repositoryOfMember(linked, found.member, found.at, depth) ?? (isTyped(found.member) ? inheritedEntity(linked, holder, found.at) : undefined);
  }
  for (const value of possibilities(evaluate(program, path, receiver))) {
    const found = repositoryOfValue(linked, value, enclosing(program, path, inside), depth);
    if (found !== undefined) return found;
  }
  const own = classOf(program, path, receiver, inside);
  return own === null ? undefined : repositoryOfClass(linked, own);
}

function isTyped({ typeText }: ClassFact["members"][number]): boolean {
  return typeText !== null && REPOSITORY_TYPE.test(typeText.trim());
}

/** `this.repository` of a base class that is typed `Repository<T>`: what the classes below it give for T, if that is an entity. */
function inheritedEntity(linked: Linked, own: ClassAt, base: ClassAt): EntityBinding | null {
  let at: ClassAt | null = own;
  for (let depth = 0; at !== null && depth <= DEEPEST && !(at.path === base.path && at.name === base.name); depth++) {
    const fact: ClassFact | null = classFact(linked.program, at);
    for (const type of fact?.extendsTypes ?? []) {
      const entity = entityNamed(linked, at.path, type);
      if (entity !== null) return entity;
    }
    const parent: Evaluated | null = fact?.extends == null ? null : evaluate(linked.program, at.path, fact.extends);
    at = parent?.kind === "declaration" && parent.declaration.class !== null ? { path: parent.path, name: parent.name } : null;
  }
  return null;
}

/** `own`: the class that the value stands in. */
function repositoryOfValue(linked: Linked, given: Evaluated, own: ClassAt | null, depth: number): Repository {
  const value = unwrap(linked.program, given);
  if (value.kind === "parameter") return repositoryOfParameter(linked, value);
  const { root, links } = callChain(value);
  if (root.kind === "declaration" && root.declaration.value !== null && links.every((link) => link.name === "")) {
    const made = madeFor(linked, unwrap(linked.program, root));
    if (made !== null) return made;
  }
  // `getRepository(User).extend({ … })` is one too; what its methods answer is none.
  const getter = links.findLast((link) => link.name !== "extend" || link.args === null);
  if (getter?.args == null || !GETTERS.test(getter.name)) return undefined;
  for (const arg of getter.args) {
    const entity = arg.kind === "unknown" && arg.text === "this" && own !== null ? entityNamed(linked, own.path, own.name) : entityIn(linked, arg);
    if (entity !== null) return entity;
    const custom = arg.kind === "declaration" && arg.declaration.class !== null ? repositoryOfClass(linked, { path: arg.path, name: arg.name }) : nested(linked, arg, own, depth);
    if (custom !== undefined) return custom;
  }
  return null;
}

/** `const repo = repoFactory(User)`, whatever the factory does besides. */
function madeFor(linked: Linked, value: Evaluated): EntityBinding | null {
  if (value.kind !== "call" || value.new || value.callee.kind !== "function") return null;
  const { callee } = value;
  const name = linked.program.facts(callee.path)?.code?.functions[callee.function]?.name ?? "";
  if (!/repo/i.test(name)) return null;
  return value.args.map((arg) => entityIn(linked, arg)).find((entity) => entity !== null) ?? null;
}

/** `manager.withRepository(repository)`, `manager.withRepository(this.repository)`. */
function nested(linked: Linked, value: Evaluated, own: ClassAt | null, depth: number): Repository {
  if (depth >= DEEPEST) return undefined;
  if (value.kind === "member" && value.of.kind === "unknown" && value.of.text === "this" && own !== null) {
    const found = findMember(linked.program, own, value.name);
    return found === null ? undefined : repositoryOfMember(linked, found.member, found.at, depth + 1);
  }
  return value.kind === "call" || value.kind === "parameter" || value.kind === "declaration" ? repositoryOfValue(linked, value, null, depth + 1) : undefined;
}

/** An entity's class, schema or name; of several possible ones none. */
export function entityIn(linked: Linked, value: Evaluated): EntityBinding | null {
  return value.kind === "declaration" || value.kind === "string" || value.kind === "class" ? linked.entities.entityOf(value) : null;
}

function repositoryOfParameter(linked: Linked, { path, function: fn, position, members }: Extract<Evaluated, { kind: "parameter" }>): Repository {
  if (members.length > 0) return undefined;
  const parameter = linked.program.facts(path)?.code?.functions[fn]?.parameters.find((each) => each.position === position && each.path.length === 0);
  if (parameter === undefined) return undefined;
  return injected(linked, path, parameter.decorators) ?? repositoryOfType(linked, path, parameter.typeText);
}

function repositoryOfMember(linked: Linked, member: ClassFact["members"][number], at: ClassAt, depth: number): Repository {
  const known = injected(linked, at.path, member.decorators) ?? repositoryOfType(linked, at.path, member.typeText);
  if (known !== undefined || member.value === null) return known;
  return repositoryOf(linked, at.path, member.value, null, depth + 1);
}

/** `@InjectRepository(User)`. */
function injected(linked: Linked, path: string, decorators: Expression[]): EntityBinding | undefined {
  for (const decorator of decorators) {
    if (decorator.kind !== "call" || decorator.callee.kind !== "name" || decorator.callee.name !== "InjectRepository") continue;
    const [first] = decorator.args;
    const entity = first === undefined || first.kind === "spread" ? null : entityIn(linked, evaluate(linked.program, path, first));
    if (entity !== null) return entity;
  }
  return undefined;
}

/** `Repository<User>`, `UserRepository` of the project. */
export function repositoryOfType(linked: Linked, path: string, text: string | null): Repository {
  if (text === null) return undefined;
  const match = REPOSITORY_TYPE.exec(text.trim());
  if (match !== null) return entityNamed(linked, path, match[2] ?? "");
  const name = /^([A-Z]\w*)(?:<([\w.]+)>)?(?:\s*\|\s*(?:null|undefined))?$/.exec(text.trim());
  const symbol = name?.[1] === undefined ? null : linked.program.lookup(path, name[1]);
  if (symbol?.kind !== "declaration" || symbol.declaration.class === null) return undefined;
  const own = repositoryOfClass(linked, { path: symbol.path, name: symbol.name });
  return own === null && name?.[2] !== undefined ? entityNamed(linked, path, name[2]) : own;
}

/** The entity that a type's name leads to. */
export function entityNamed(linked: Linked, path: string, name: string): EntityBinding | null {
  const symbol = linked.program.lookup(path, name);
  return symbol?.kind === "declaration" ? linked.entities.entityOf({ kind: "declaration", at: symbol.declaration.at, path: symbol.path, name: symbol.name, declaration: symbol.declaration }) : null;
}

/** The entity of a class that extends `Repository<User>`, or of one that does; `@EntityRepository(User)`. */
function repositoryOfClass(linked: Linked, at: ClassAt, depth = 0): Repository {
  const fact = classFact(linked.program, at);
  if (fact === null || fact.extends === null || depth > DEEPEST) return undefined;
  const self = { path: at.path, name: at.name, fact, env: null, at: { path: at.path, start: 0, end: 0 } };
  const decorated = decoratorsOf(linked.program, self, fact.decorators).find((each) => each.name === "EntityRepository" && isTypeorm(each.package));
  const named = decorated?.args?.[0];
  const byDecorator = named === undefined ? null : entityIn(linked, named);
  if (byDecorator !== null) return byDecorator;
  const parent = evaluate(linked.program, at.path, fact.extends);
  const typed = fact.extendsTypes?.[0] === undefined ? null : entityNamed(linked, at.path, fact.extendsTypes[0]);
  if (parent.kind === "external") return isTypeorm(parent.package) && /Repository$/.test(parent.name) ? typed : undefined;
  if (parent.kind !== "declaration" || parent.declaration.class === null) return undefined;
  const above = repositoryOfClass(linked, { path: parent.path, name: parent.name }, depth + 1);
  return above === null ? typed : above;
}

function classFact(program: Program, at: ClassAt): ClassFact | null {
  const declarations = program.facts(at.path)?.code?.declarations;
  return declarations !== undefined && Object.hasOwn(declarations, at.name) ? (declarations[at.name]?.class ?? null) : null;
}
