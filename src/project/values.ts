import type { Value } from "../model/project.ts";
import type { Site } from "../model/project.ts";
import { evaluate, unwrap } from "./evaluate.ts";
import { expressionAt, lastName, partsOf } from "./expressions.ts";
import type { Evaluated, Program } from "./program.ts";
import { isExternalCall, isExternalParameter, isKeyOfNewRow, loopSource } from "./value-sources.ts";
import { isCreatorName, isDigestName, isGeneratorName, isMadeGenerator, isDisambiguatorName, isRandomPackage } from "./value-names.ts";
import { valueText } from "./value-text.ts";

type Origin = Value["origin"];

/** What values need to know of the sites: what kind of site the call at these offsets is, if any. */
export type Values = { program: Program; siteAt(path: string, start: number, end: number): Site["kind"] | null };

/** The first of these that a part of a value has is the whole's. */
const STRONGEST: Origin[] = ["generated", "created", "external", "query", "parameter", "environment", "computed", "unknown"];
/** Methods that keep a random value random; a date that is cut to a day or month is no new value any more. */
const KEEPS_FRESH = new Set(["toString", "toISOString", "getTime", "valueOf", "replace", "replaceAll", "toLowerCase", "toUpperCase", "trim", "toHexString", "toString36"]);
const KEEPS_RANDOM = new Set(["join", "slice", "substring", "substr", "split", "at", "0", "padStart"]);
/** What is chosen by a random number is random: `letters.charAt(Math.floor(Math.random() * 26))`. */
const PICKS = new Set(["charAt", "charCodeAt", "codePointAt", "fromCharCode", "at", "floor", "ceil", "round", "trunc"]);
const CONVERTERS = new Set(["String", "Number", "BigInt", "encodeURIComponent"]);

/** What is known of a value in code. */
export function valueOf(values: Values, evaluated: Evaluated): Value {
  const origin = originOf(values, evaluated);
  return { text: valueText(values.program, evaluated), origin, nullable: nullableOf(evaluated), ...(isAlways(values, evaluated, origin) ? {} : { sometimes: true }) };
}

/** False where a value is new only in one of the cases that decide about it. */
function isAlways(values: Values, value: Evaluated, origin: Origin): boolean {
  if (origin !== "generated" && origin !== "created") return true;
  if (value.kind === "alternatives") return value.of.every((each) => originOf(values, each) === origin && isAlways(values, each, origin));
  if (value.kind === "member") return isAlways(values, value.of, origin);
  if (value.kind !== "template") return true;
  return value.holes.some((hole) => originOf(values, hole) === origin && isAlways(values, hole, origin));
}

/** Where a value comes from; of a composed one, what is most telling about its parts. */
export function originOf(values: Values, value: Evaluated, depth = 0): Origin {
  if (depth > 8) return "unknown";
  const inner = (each: Evaluated): Origin => originOf(values, each, depth + 1);
  switch (value.kind) {
    case "string":
    case "number":
    case "boolean":
    case "external":
    case "module":
      return "literal";
    case "null":
    case "undefined":
      return value.kind;
    case "array":
      return strongest(value.items.map(inner));
    case "object":
      return strongest([...value.entries.values()].map(inner));
    case "member":
      return memberOrigin(values, value, depth);
    case "call":
      return callOrigin(values, value, depth);
    case "template":
      return value.tag !== null ? sqlOrigin(value) : value.holes.some(isCounter) ? "computed" : strongest(value.holes.map(inner));
    case "alternatives":
      return strongest(value.of.map(inner));
    case "parameter":
      return parameterOrigin(values, value, depth);
    case "unknown":
      return unknownOrigin(values, value, depth);
    default:
      return "computed";
  }
}

/** `${name} (${count})` with `let count = 1`, which goes up until the name is free. */
function isCounter(hole: Evaluated): boolean {
  return hole.kind === "alternatives" && hole.of.some((each) => each.kind === "number");
}

function strongest(origins: Origin[]): Origin {
  const found = STRONGEST.find((origin) => origins.includes(origin));
  if (found !== undefined) return found;
  return origins.every((origin) => origin === "null" || origin === "undefined") && origins.length > 0 ? "null" : "literal";
}

function memberOrigin(values: Values, value: Extract<Evaluated, { kind: "member" }>, depth: number): Origin {
  const text = valueText(values.program, value);
  if (/^(?:process\.env|import\.meta\.env|env|Bun\.env)\./.test(text)) return "environment";
  const of = originOf(values, value.of, depth + 1);
  if (of !== "generated") return of === "literal" ? "computed" : of;
  return isDate(values, value.of) && !KEEPS_FRESH.has(value.name) ? "computed" : of;
}

function callOrigin(values: Values, value: Extract<Evaluated, { kind: "call" }>, depth: number): Origin {
  const site = values.siteAt(value.at.path, value.at.start, value.at.end);
  // An upsert also answers with the row that was there.
  if (site === "insert") return "created";
  if (site !== null) return "query";
  const callee = valueText(values.program, value.callee);
  // `const newSlug = customAlphabet("…", 12)` of another scope is called by its name.
  const made = value.callee.kind === "declaration" && isMadeGenerator(valueText(values.program, unwrap(values.program, value.callee)));
  const name = callee.split(".").at(-1) ?? "";
  if (made || (isGeneratorName(name) && !isExchange(values, name, value.args, depth)) || isMadeGenerator(callee) || callee === "Date.now" || callee === "Math.random" || (value.new && callee === "Date" && value.args.length === 0)) return "generated";
  if (makesAnew(values, value.callee, depth) || (value.callee.kind === "external" && isRandomPackage(value.callee.package))) return "generated";
  if (asksFirst(values, value.callee, depth)) return "computed";
  if (/(?:^|\.)env\.get$/.test(callee) || callee === "getEnv") return "environment";
  if (isExternalCall(values.program, value, name)) return "external";
  const args = value.args.map((each) => originOf(values, each, depth + 1));
  const method = methodOf(value.callee);
  if (method !== null && PICKS.has(method.name) && args.includes("generated") && !value.args.some((each) => /\bDate\b/.test(valueText(values.program, each)))) return "generated";
  if (method !== null) return methodOrigin(values, method, args, depth);
  const all = strongest(args.filter((origin) => origin !== "generated" || CONVERTERS.has(name) || isDigestName(name)));
  // `createApiKey()` is told nothing, so what it makes is new; `createCustomer(input)` may be told the same again.
  if (isCreatorName(name)) return all === "literal" && !value.new ? "generated" : "computed";
  // `freeName(name, takenNames)`: what is there already decides.
  const decided = isDisambiguatorName(name) || (all !== "query" && all !== "created" && args.includes("query"));
  return all === "literal" || all === "null" || decided ? "computed" : all;
}

/** `getToken(code)`: what it gives was chosen by who sent the code. */
function isExchange(values: Values, name: string, args: Evaluated[], depth: number): boolean {
  return name.startsWith("get") && args.some((each) => originOf(values, each, depth + 1) === "external");
}

/** A function of the project that answers with something new whichever way it returns: `${name}-${randomSuffix()}`. */
function makesAnew(values: Values, callee: Evaluated, depth: number): boolean {
  const returns = callee.kind === "function" ? (values.program.facts(callee.path)?.code?.functions[callee.function]?.returns ?? []) : [];
  if (callee.kind !== "function" || returns.length < 2 || depth > 4) return false;
  return returns.every((each) => originOf(values, evaluate(values.program, callee.path, each), depth + 1) === "generated");
}

const ASKS = /^(?:find(?:Unique|First|One)\w*|count|exists?|maybeSingle)$/;

/** A function of the project that looks what is taken before it answers with something of its own: a slug, or the slug with a number. */
function asksFirst(values: Values, callee: Evaluated, depth: number): boolean {
  const code = callee.kind === "function" ? values.program.facts(callee.path)?.code : undefined;
  const fact = callee.kind === "function" ? code?.functions[callee.function] : undefined;
  if (callee.kind !== "function" || code == null || fact === undefined || fact.returns.length < 2 || depth > 4) return false;
  const asks = code.calls.some(({ function: inside, expression, at }) => inside === callee.function && (values.siteAt(at.path, at.start, at.end) === "lookup" || (expression.kind === "call" && ASKS.test(lastName(expression.callee)))));
  return asks && fact.returns.every((each) => !["query", "created"].includes(originOf(values, evaluate(values.program, callee.path, each), depth + 1)));
}

/** `a.b` in call position, also of a parameter, whose members the evaluator keeps with it. */
function methodOf(callee: Evaluated): { of: Evaluated; name: string } | null {
  if (callee.kind === "member") return callee;
  const name = callee.kind === "parameter" ? callee.members.at(-1) : undefined;
  return callee.kind === "parameter" && name !== undefined ? { of: { ...callee, members: callee.members.slice(0, -1) }, name } : null;
}

function methodOrigin(values: Values, callee: { of: Evaluated; name: string }, args: Origin[], depth: number): Origin {
  const receiver = originOf(values, callee.of, depth + 1);
  if (receiver === "generated") {
    const kept = KEEPS_FRESH.has(callee.name) || (KEEPS_RANDOM.has(callee.name) && !isDate(values, callee.of));
    return kept ? "generated" : "computed";
  }
  // `service.find(id)`: what a service makes of its argument is its own affair.
  if (receiver === "literal" || receiver === "unknown" || receiver === "computed") {
    const all = strongest(args.filter((origin) => origin !== "generated"));
    return (all === "external" || all === "created") && !isCreatorName(callee.name) ? all : "computed";
  }
  // A method of a handed-over object may answer with anything; of a text it answers with the text.
  if (receiver === "parameter") return KEEPS_FRESH.has(callee.name) || KEEPS_RANDOM.has(callee.name) ? receiver : "computed";
  return receiver;
}

function isDate(values: Values, value: Evaluated): boolean {
  return /^(?:new Date\(\)|Date\.now\(\))#/.test(valueText(values.program, value));
}

function sqlOrigin(value: Extract<Evaluated, { kind: "template" }>): Origin {
  const text = value.quasis.join(" ").trim().toLowerCase();
  if (/^excluded\b/.test(text)) return "excluded";
  if (text === "default") return "default";
  if (text === "null") return "null";
  return /^(?:now|clock_timestamp|gen_random_uuid|uuid_generate_v\d\w*|nextval|uuidv7)\s*\(/.test(text) ? "generated" : "computed";
}

function parameterOrigin(values: Values, value: Extract<Evaluated, { kind: "parameter" }>, depth: number): Origin {
  if (isKeyOfNewRow(values.program, value)) return "created";
  if (isExternalParameter(values.program, value)) return "external";
  const over = loopSource(values.program, value);
  return over === null || isGathered(values.program, over) ? "parameter" : originOf(values, over, depth + 1);
}

/** `const rows = []`, filled a row at a time, or a part of it: nothing is known of what was put in. */
function isGathered(program: Program, list: Evaluated): boolean {
  if (list.kind === "call" && list.callee.kind === "member") return isGathered(program, list.callee.of);
  const code = list.kind === "array" && !list.complete ? program.facts(list.at.path)?.code : null;
  const written = code == null ? null : expressionAt(code, list.at.start, list.at.end);
  return written?.kind === "array" && written.items.length === 0;
}

/** Operators and loop variables: the evaluator says nothing, their parts do. */
function unknownOrigin(values: Values, value: Extract<Evaluated, { kind: "unknown" }>, depth: number): Origin {
  const { path, start, end } = value.at;
  const code = values.program.facts(path)?.code;
  const expression = code == null ? null : expressionAt(code, start, end);
  if (code == null || expression === null) return "unknown";
  const local = expression.kind === "local" ? code.locals[expression.local] : undefined;
  if (expression.kind === "index") {
    // `data[i].id`: which of them it is, the list does not hang on.
    const of = originOf(values, evaluate(values.program, path, expression.of), depth + 1);
    if (of !== "literal" && of !== "null" && of !== "undefined" && of !== "unknown") return of;
  }
  const parts = local === undefined ? partsOf(expression) : local.kind === "loop" ? local.values.map((item) => item.value) : [];
  if (parts.length === 0) return "unknown";
  const all = strongest(parts.map((part) => originOf(values, evaluate(values.program, path, part), depth + 1)));
  return all === "literal" || all === "null" ? "computed" : all;
}

/** Can it be null or undefined? null: not known. */
export function nullableOf(value: Evaluated): boolean | null {
  switch (value.kind) {
    case "null":
    case "undefined":
      return true;
    case "string":
    case "number":
    case "boolean":
    case "array":
    case "object":
    case "template":
      return value.kind === "template" && value.tag !== null ? null : false;
    case "alternatives": {
      const all = value.of.map(nullableOf);
      if (all.includes(true)) return true;
      return all.includes(null) ? null : false;
    }
    case "call":
      return value.new ? false : null;
    default:
      return null;
  }
}
