import type { Expression } from "../../model/expression.ts";
import type { ClassFact } from "../../model/facts.ts";
import type { Span } from "../../model/span.ts";
import { evaluate } from "../evaluate.ts";
import type { Env, Evaluated, Program } from "../program.ts";

/** A class of the project. `name` null: it has none of its own (a mixin's). `env`: what a mixin around it was called with. */
export type ClassValue = { path: string; name: string | null; fact: ClassFact; env: Env | null; at: Span };

/**
 * `@Column("int", { … })`: the decorator's exported name and package; `package` null: a function of the project that is more than one return, so
 * what it decorates with is not known. `args` null: it is not called (`@Entity` alone).
 */
export type ReadDecorator = { name: string; package: string | null; callee: Evaluated; args: Evaluated[] | null; complete: boolean; at: Span };

/** A member with the class that declares it (`of`), whose file its type is written in. */
export type DecoratedMember = { name: string; decorators: ReadDecorator[]; typeText: string | null; optional: boolean; value: Expression | null; of: ClassValue; at: Span };

/**
 * A class with all that it inherits. `members`: of the farthest base first; an overridden one stands where the base has it, with the decorators of
 * both, the nearer class' first. `chain`: the class itself, then its bases. `ends`: what the last base extends and is no class of the project (a
 * library's base class); null: it extends nothing.
 */
export type DecoratedClass = { decorators: ReadDecorator[]; members: DecoratedMember[]; chain: ClassValue[]; ends: Evaluated | null };

const DEEPEST = 10;

/** The class that a value is; null: it is none of the project's. */
export function classValueOf(program: Program, value: Evaluated): ClassValue | null {
  if (value.kind === "declaration" && value.declaration.class !== null) {
    return { path: value.path, name: value.name, fact: value.declaration.class, env: null, at: value.declaration.at };
  }
  if (value.kind !== "class") return null;
  const fact = program.facts(value.path)?.code?.classes?.[value.class];
  return fact === undefined ? null : { path: value.path, name: null, fact, env: value.closure ?? null, at: value.at };
}

/** A class with its decorators, and its members with those that it inherits, mixins followed. */
export function readDecorated(program: Program, self: ClassValue): DecoratedClass {
  const chain = [self];
  let ends: Evaluated | null = null;
  for (let at = self; at.fact.extends !== null; ) {
    const parent = evaluate(program, at.path, at.fact.extends, at.env);
    const base = chain.length > DEEPEST ? null : classValueOf(program, parent);
    if (base === null) {
      ends = parent;
      break;
    }
    chain.push(base);
    at = base;
  }
  const members = new Map<string, DecoratedMember>();
  for (const holder of chain.toReversed()) for (const member of ownMembers(program, holder)) members.set(member.name, overridden(members.get(member.name), member));
  return { decorators: decoratorsOf(program, self, self.fact.decorators), members: [...members.values()], chain, ends };
}

function ownMembers(program: Program, holder: ClassValue): DecoratedMember[] {
  return holder.fact.members.flatMap(({ name, decorators, typeText, optional, value, at, static: isStatic }) =>
    isStatic ? [] : [{ name, decorators: decoratorsOf(program, holder, decorators), typeText, optional, value, of: holder, at }],
  );
}

function overridden(base: DecoratedMember | undefined, own: DecoratedMember): DecoratedMember {
  return base === undefined ? own : { ...own, decorators: [...own.decorators, ...base.decorators], typeText: own.typeText ?? base.typeText };
}

/** Decorators as written on a class or a member of it; those that a helper puts together (`applyDecorators`) one by one. */
export function decoratorsOf(program: Program, holder: ClassValue, decorators: Expression[]): ReadDecorator[] {
  return decorators.flatMap((expression) => {
    const at = { path: holder.path, start: expression.start, end: expression.end };
    return readDecorator(program, evaluate(program, holder.path, expression, holder.env), at);
  });
}

function readDecorator(program: Program, value: Evaluated, at: Span): ReadDecorator[] {
  const [callee, args, complete] = value.kind === "call" ? [value.callee, value.args, value.complete] : [value, null, true];
  if (callee.kind === "external" && callee.name === "applyDecorators" && args !== null) return args.flatMap((each) => readDecorator(program, each, at));
  const applied = value.kind === "function" ? appliedIn(program, value, at) : [];
  if (applied.length > 0) return applied;
  if (callee.kind === "external") return [{ name: callee.name, package: callee.package, callee, args, complete, at }];
  if (callee.kind === "member" && callee.of.kind === "external") return [{ name: callee.name, package: callee.of.package, callee, args, complete, at }];
  return [{ name: "", package: null, callee, args, complete, at }];
}

/** `(target) => { Entity(options)(target); }`: the decorators that one of the project's own applies to what it decorates. */
function appliedIn(program: Program, value: Extract<Evaluated, { kind: "function" }>, at: Span): ReadDecorator[] {
  const calls = program.facts(value.path)?.code?.calls.filter((call) => call.function === value.function) ?? [];
  return calls.flatMap(({ expression }) =>
    expression.kind === "call" && expression.callee.kind === "call" ? readDecorator(program, evaluate(program, value.path, expression.callee, value.closure ?? null), at).filter((each) => each.package !== null) : [],
  );
}
