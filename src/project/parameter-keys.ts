import { callGraphOf } from "./call-graph.ts";
import { evaluate, memberOf } from "./evaluate.ts";
import { isIncidental } from "./files.ts";
import type { Evaluated, Program } from "./program.ts";
import { membersOfType } from "./type-members.ts";

type ParameterValue = Extract<Evaluated, { kind: "parameter" }>;

/** Keys that an object is sure to have. `complete`: and no others. */
type KnownKeys = { keys: string[]; complete: boolean };

/** Callers are asked this far up. */
const FARTHEST = 2;

/**
 * The keys of an object that a function is handed: what its type lists, else what every caller gives that is found. null: neither says anything.
 * An optional key may be missing, so it is none of the keys and leaves them incomplete.
 */
function keysOfParameter(program: Program, value: ParameterValue, depth = 0): KnownKeys | null {
  return typedKeys(program, value) ?? (depth < FARTHEST ? givenKeys(program, value, depth) : null);
}

/** The object that a handed-over value is known to be: each key with its member; null: nothing is known of it. */
export function objectOfParameter(program: Program, value: ParameterValue): Extract<Evaluated, { kind: "object" }> | null {
  const known = keysOfParameter(program, value);
  if (known === null) return null;
  return { kind: "object", at: value.at, entries: new Map(known.keys.map((key) => [key, memberOf(program, value, key)])), complete: known.complete };
}

function typedKeys(program: Program, value: ParameterValue): KnownKeys | null {
  const parameter = program.facts(value.path)?.code?.functions[value.function]?.parameters.find((item) => item.position === value.position);
  let type = parameter?.typeText == null ? null : membersOfType(program, value.path, parameter.typeText);
  for (const name of value.members) {
    const member = type?.members.find((item) => item.name === name);
    type = type === null || member === undefined ? null : membersOfType(program, type.path, member.type);
  }
  if (type === null) return null;
  return { keys: type.members.flatMap((item) => (item.optional ? [] : [item.name])), complete: type.complete && type.members.every((item) => !item.optional) };
}

/** Keys that all callers' objects have in common; others than the known callers there may always be. */
function givenKeys(program: Program, value: ParameterValue, depth: number): KnownKeys | null {
  const callers = callGraphOf(program).callers({ path: value.path, function: value.function }).filter(({ path }) => !isIncidental(path));
  const all = callers.map(({ path, args }): string[] | null => {
    const before = args.slice(0, value.position + 1);
    const argument = before[value.position];
    if (argument === undefined || before.some((item) => item.kind === "spread") || argument.kind === "spread") return null;
    return keysOfValue(program, value.members.reduce((of, name) => memberOf(program, of, name), evaluate(program, path, argument)), depth);
  });
  const [first, ...rest] = all;
  if (first == null || rest.includes(null)) return null;
  return { keys: first.filter((key) => rest.every((keys) => keys?.includes(key))), complete: false };
}

function keysOfValue(program: Program, value: Evaluated, depth: number): string[] | null {
  if (value.kind === "object") return [...value.entries].flatMap(([key, item]) => (item.kind === "undefined" ? [] : [key]));
  return value.kind === "parameter" ? (keysOfParameter(program, value, depth + 1)?.keys ?? null) : null;
}
