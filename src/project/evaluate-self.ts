import type { ClassFact, CodeFacts } from "../model/facts.ts";
import type { Span } from "../model/span.ts";
import { evaluateArguments } from "./evaluate-calls.ts";
import type { Context } from "./evaluate-context.ts";
import { bindParameters } from "./evaluate-functions.ts";
import type { Env, Evaluated, Self } from "./program.ts";

const DEEPEST = 5;

/** `this.name` of an instance: a property's value, its own or inherited, or a method; null: not known. */
export function memberOfSelf(context: Context, self: Self, name: string, at: Span): Evaluated | null {
  let of: Self | null = self;
  for (let depth = 0; of !== null && depth < DEEPEST; depth++) {
    const code: CodeFacts | null | undefined = context.program.facts(of.path)?.code;
    const fact: ClassFact | null = code == null ? null : classIn(code, of.name);
    if (code == null || fact === null) return null;
    const member = fact.members.find((each) => each.name === name && !each.static);
    const env = constructorEnv(context, code, of, self);
    if (member !== undefined && (member.value !== null || member.function !== null)) {
      if (member.value !== null && member.value.kind !== "function") return context.evaluate(of.path, member.value, env);
      return member.function === null ? null : { kind: "function", at, path: of.path, function: member.function, closure: { path: of.path, locals: new Map(), self } };
    }
    of = above(context, code, fact, of, env);
  }
  return null;
}

function classIn(code: CodeFacts, name: string): ClassFact | null {
  return Object.hasOwn(code.declarations, name) ? (code.declarations[name]?.class ?? null) : null;
}

function constructorOf(code: CodeFacts, name: string): number {
  return code.functions.findIndex((each) => each.class === name && each.name === `${name}.constructor`);
}

/** What a constructor's parameters stand for. */
function constructorEnv(context: Context, code: CodeFacts, { path, name, args }: Self, self: Self): Env {
  const fact = code.functions[constructorOf(code, name)];
  const closure: Env = { path, locals: new Map(), self };
  return fact === undefined || args === null ? closure : bindParameters(context, { path, closure }, fact, args);
}

/** The class that this one extends, with what `super(…)` gives it; a class without a constructor hands on what it is given. */
function above(context: Context, code: CodeFacts, fact: ClassFact, of: Self, env: Env): Self | null {
  const parent = fact.extends === null ? null : context.evaluate(of.path, fact.extends, null);
  if (parent?.kind !== "declaration" || parent.declaration.class === null) return null;
  if (constructorOf(code, of.name) < 0) return { path: parent.path, name: parent.name, args: of.args };
  const args = fact.superArgs === undefined ? null : evaluateArguments(context, of.path, fact.superArgs, env);
  return { path: parent.path, name: parent.name, args: args?.complete === true ? args.items : null };
}
