import type { Span } from "../model/span.ts";
import type { Context } from "./evaluate-context.ts";
import { alternatives, unknown } from "./evaluated.ts";
import type { Evaluated } from "./program.ts";

/** `of.name`, followed into folded objects, arrays, namespaces and classes; else a `member`. */
export function evaluateMember(context: Context, of: Evaluated, name: string, at: Span): Evaluated {
  switch (of.kind) {
    case "object":
      return of.entries.get(name) ?? (of.complete ? { kind: "undefined", at } : { kind: "member", at, of, name });
    // `a?.b`; without the question mark the program would have stopped.
    case "null":
    case "undefined":
      return { kind: "undefined", at };
    case "array":
      return elementOf(of, name, at);
    case "module":
      return memberOfModule(context, of, name, at);
    case "external":
      return of.name === "*" ? { ...of, at, name } : { kind: "member", at, of, name };
    case "parameter":
      return { ...of, at, members: [...of.members, name] };
    case "alternatives":
      return alternatives(at, of.of.map((value) => evaluateMember(context, value, name, at)));
    case "declaration":
      return staticMember(context, of, name, at) ?? { kind: "member", at, of, name };
    default:
      return { kind: "member", at, of, name };
  }
}

function elementOf(of: Extract<Evaluated, { kind: "array" }>, name: string, at: Span): Evaluated {
  if (name === "length" && of.complete) return { kind: "number", at, value: of.items.length };
  if (!/^\d+$/.test(name)) return { kind: "member", at, of, name };
  // Behind an unknown spread positions are not known; items stand in order up to it, so only a complete array answers.
  if (!of.complete) return { kind: "member", at, of, name };
  return of.items[Number(name)] ?? { kind: "undefined", at };
}

/** A namespace's export; of a CommonJS file also the member of what it exports as a whole. */
function memberOfModule(context: Context, of: Extract<Evaluated, { kind: "module" }>, name: string, at: Span): Evaluated {
  const symbol = context.program.lookupExport(of.path, name);
  if (symbol !== null) return context.symbol(symbol, at);
  const whole = name === "default" ? null : context.program.lookupExport(of.path, "default");
  const object = whole === null ? null : context.symbol(whole, at);
  return object?.kind === "object" ? evaluateMember(context, object, name, at) : { kind: "member", at, of, name };
}

function staticMember(context: Context, of: Extract<Evaluated, { kind: "declaration" }>, name: string, at: Span): Evaluated | null {
  const member = of.declaration.class?.members.find((item) => item.static && item.name === name);
  if (member === undefined) return null;
  if (member.function !== null) return { kind: "function", at, path: of.path, function: member.function };
  return member.value === null ? null : context.evaluate(of.path, member.value, null);
}

/** The way into a value by destructuring; a rest element or computed key is not known. */
export function followPath(context: Context, value: Evaluated, path: string[], at: Span): Evaluated {
  let out = value;
  for (const name of path) {
    if (name === "..." || name === "*") return unknown(at, name);
    out = context.member(out, name, at);
  }
  return out;
}
