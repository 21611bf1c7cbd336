import type { Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts, Declaration, FunctionFact } from "../model/facts.ts";
import type { Entry } from "../model/project.ts";
import { evaluate } from "./evaluate.ts";
import {
  CALLS, CLASS_METHODS, decoratorEntry, FUNCTION_TYPES, HTTP_CALL, HTTP_EXPORTS, HTTP_NAME, HTTP_PACKAGES, HTTP_TYPES, isCronPath, isRouteFile, PARAMETER_TYPES, PATH_BEFORE, REQUEST_NAME,
  RESOLVER_NAME, RESPONSE_NAME, ROUTE_EXPORTS, WORKER_METHODS,
} from "./entry-shapes.ts";
import { exportedAs } from "./exports.ts";
import { lastName } from "./expressions.ts";
import { entryOf } from "./files.ts";
import { handedTo, takerOf, type Handed } from "./handed.ts";
import type { Evaluated, Program } from "./program.ts";
import { isInstalled } from "./versions.ts";

/** A file's own entry by its path; memoised, as each of its functions asks for it. */
const known = new Map<string, Entry>();

export function fileEntry(path: string): Entry {
  let entry = known.get(path);
  if (entry === undefined) {
    entry = entryOf(path, false);
    if (known.size > 50_000) known.clear();
    known.set(path, entry);
  }
  return entry;
}

function isWebhookName(text: string): boolean {
  return /web-?_?hooks?/i.test(text);
}

const answers = new WeakMap<Program, Map<string, Entry>>();

/** How a function is entered, by its own shape, that of the functions around it and what they are handed to; null: other code calls it. */
export function functionEntry(program: Program, path: string, index: number | null): Entry {
  let kept = answers.get(program);
  if (kept === undefined) answers.set(program, (kept = new Map<string, Entry>()));
  const key = `${path}#${String(index)}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const entry = findEntry(program, path, index);
  kept.set(key, entry);
  return entry;
}

function findEntry(program: Program, path: string, index: number | null): Entry {
  const code = program.facts(path)?.code ?? null;
  const file = fileEntry(path);
  if (file === "test" || file === "seed" || file === "migration" || file === "script") return file;
  for (let at = index; at !== null && code !== null; ) {
    const fact: FunctionFact | undefined = code.functions[at];
    if (fact === undefined) break;
    const entry = shapeOf(program, path, code, fact, file) ?? (fact.callbackOf === null ? byName(program, path, at) : null);
    if (entry !== null) return entry;
    at = fact.parent;
  }
  return null;
}

function shapeOf(program: Program, path: string, code: CodeFacts, fact: FunctionFact, file: Entry): Entry {
  if (isServerAction(code, fact)) return "route";
  if (fact.callbackOf !== null) {
    const { call, callee, argument } = fact.callbackOf;
    return callbackEntry(program, { path, call, callee, argument, key: keyOf(fact) }) ?? (fact.parent === null ? exportedCallback(code, path, fact.at) : null);
  }
  if (fact.name !== null && fact.parent === null) {
    const entry = namedEntry(program, path, code, fact, fact.name, file);
    if (entry !== null) return entry;
  }
  return methodEntry(code, fact) ?? parameterEntry(code, fact);
}

/** A file that says "use server" offers what it exports to the browser. */
export function isServerAction(code: CodeFacts, fact: FunctionFact): boolean {
  if (fact.directives.includes("use server")) return true;
  return fact.name !== null && fact.parent === null && code.directives?.includes("use server") === true && exportedAs(code, fact.name).length > 0;
}

function keyOf(fact: FunctionFact): string | null {
  return fact.name?.split(".").at(-1) ?? null;
}

function namedEntry(program: Program, path: string, code: CodeFacts, fact: FunctionFact, name: string, file: Entry): Entry {
  const exported = exportedAs(code, name)[0];
  if (exported !== undefined && ((isRouteFile(path) && ROUTE_EXPORTS.test(exported)) || HTTP_EXPORTS.test(exported))) return routeOf(path);
  if (exported !== undefined && file !== null && ROUTE_EXPORTS.test(exported)) return file;
  if (isWebhookName(name) && /^(?:handle|process|on|receive)|[Ww]ebhook(?:Handler)?$/.test(name)) return "webhook";
  if (exported !== undefined && /(?:^|\/)(?:imports?|importers?|ingest\w*)\//.test(path)) return "import";
  if (/^import(?!ant)[A-Z]|(?:^|[a-z])(?:Import|Ingest)(?:Csv|CSV|Rows|File|Records)?$/.test(name)) return "import";
  if (RESOLVER_NAME.test(name)) return "route";
  // A function of AWS Lambda; what is not typed may be handed anything.
  if (exported === "handler" && fact.parameters.some((each) => each.position === 0 && /^_?event$/.test(code.locals[each.local]?.name ?? ""))) return typeEntry(FUNCTION_TYPES, topOf(code, name)?.typeText ?? null) ?? parameterEntry(code, fact) ?? "route";
  const [holder, method] = name.split(".");
  const top = topOf(code, holder ?? "");
  if (method !== undefined && Object.hasOwn(WORKER_METHODS, method) && (holder === "default" || exportedAs(code, holder ?? "").includes("default")) && top?.class == null) return WORKER_METHODS[method] ?? null;
  if (exported !== undefined && /(?:^|\/)activities(?:\/|\.)/.test(path) && isInstalled(program.input, path, /^@temporalio\//)) return "job";
  return typeEntry(FUNCTION_TYPES, top?.typeText ?? null);
}

function topOf(code: CodeFacts, name: string): Declaration | undefined {
  return Object.hasOwn(code.declarations, name) ? code.declarations[name] : undefined;
}

function routeOf(path: string): Entry {
  return isWebhookName(path) ? "webhook" : isCronPath(path) ? "job" : "route";
}

/** `export const POST = withAuth(async (request) => …)`: what a route file exports is made of it. */
function exportedCallback(code: CodeFacts, path: string, at: { start: number; end: number }): Entry {
  const holds = code.exports.some((each) => {
    if (each.kind !== "local" || !(HTTP_EXPORTS.test(each.name) || (isRouteFile(path) && ROUTE_EXPORTS.test(each.name)))) return false;
    const value = topOf(code, each.local)?.value;
    return value != null && value.kind === "call" && value.start <= at.start && value.end >= at.end;
  });
  return holds ? routeOf(path) : null;
}

/** Handed by its name to what would make a callback an entry. */
function byName(program: Program, path: string, index: number): Entry {
  for (const handed of handedTo(program, { path, function: index })) {
    const code = program.facts(handed.path)?.code;
    const call = code?.calls[handed.call ?? -1];
    const entry = callbackEntry(program, handed) ?? (code == null || call === undefined || call.function !== null ? null : exportedCallback(code, handed.path, call.at));
    if (entry !== null) return entry;
  }
  return null;
}

/** The path that a handler is registered for: `app.post("/webhook/:team", …)`. */
function pathOf(call: CallFact | null): string {
  const first = call?.expression.kind === "call" ? call.expression.args[0] : undefined;
  return first?.kind === "string" ? first.value : "";
}

/** `/webhooks` and `/webhooks/:id` are where a program's own users keep theirs. */
const OWN_WEBHOOKS = /^\/?(?:api\/)?(?:v\d+\/)?web-?hooks(?:\/[:{]\w+\}?)?$/i;

/** `app.post("/", verifySignature, triggerValidator("apps", "INSERT"), …)`: what stands before the handler lets another system's calls in only. */
function isBehindWebhookCheck(call: CallFact | null): boolean {
  const before = call?.expression.kind === "call" ? call.expression.args.slice(1) : [];
  return before.some((arg) => arg.kind !== "spread" && /web-?_?hook|^(?:verify|validate|check)\w*Signature|^trigger/i.test(lastName(arg.kind === "call" ? arg.callee : arg)));
}

function callbackEntry(program: Program, taken: Handed, climbed = 0): Entry {
  const { path, callee, key } = taken;
  const code = program.facts(path)?.code;
  const call = code?.calls[taken.call ?? -1] ?? null;
  const route = pathOf(call);
  const webhook = isBehindWebhookCheck(call) || isWebhookName(path) || isWebhookName(callee) || (isWebhookName(route) && !OWN_WEBHOOKS.test(route));
  if (isRegistered(program, taken, call)) return webhook ? "webhook" : "route";
  const shape = CALLS.find((each) => each.callee.test(callee) && (each.key === undefined || (key !== null && each.key.test(key))) && (each.packages === undefined || each.packages.test(packageOf(program, path, call))));
  if (shape !== undefined) return shape.entry === "route" && webhook && !/\.(?:mutation|query|action|handler|subscription)$/.test(callee) ? "webhook" : shape.entry;
  const outer = taken.call === null || code == null || climbed > 2 ? null : takerOf(path, code, taken.call);
  return outer === null ? null : callbackEntry(program, outer, climbed + 1);
}

/** `app.post("/x", handler)`, `fastify.route({ handler })`: by the receiver's name, or by the library that it comes from. */
function isRegistered(program: Program, { path, callee, argument, key }: Handed, call: CallFact | null): boolean {
  if (!HTTP_CALL.test(callee)) return false;
  if (argument < 1 && !PATH_BEFORE.test(callee) && !(/\.route$/.test(callee) && key === "handler")) return false;
  return HTTP_NAME.test(callee) || HTTP_PACKAGES.test(packageOf(program, path, call));
}

/** The package that a call's receiver comes from: `new Hono().post(…)`, `boss.work(…)`; "" where it is not known. */
function packageOf(program: Program, path: string, call: CallFact | null): string {
  if (call === null) return "";
  let value: Evaluated = evaluate(program, path, rootOf(call.expression));
  for (let steps = 0; steps < 6; steps++) {
    if (value.kind === "call" || value.kind === "member") value = value.kind === "call" ? value.callee : value.of;
    else if (value.kind === "declaration" && value.declaration.value !== null) value = evaluate(program, value.path, rootOf(value.declaration.value));
    else break;
  }
  if (value.kind === "external") return value.package;
  if (value.kind !== "parameter") return "";
  const { position, function: index, path: home } = value;
  const type = program.facts(home)?.code?.functions[index]?.parameters.find((each) => each.position === position)?.typeText ?? "";
  // What is typed so came from there.
  return HTTP_TYPES.test(type) ? "express" : /PgBoss/.test(type) ? "pg-boss" : "";
}

function rootOf(expression: Expression): Expression {
  let root = expression;
  while (root.kind === "call" || root.kind === "member" || root.kind === "index" || root.kind === "new") root = root.kind === "call" || root.kind === "new" ? root.callee : root.of;
  return root;
}

/** Methods that their class or their decorators make known. */
function methodEntry(code: CodeFacts, fact: FunctionFact): Entry {
  for (const decorator of fact.decorators) {
    const entry = decoratorEntry(lastName(decorator));
    if (entry === "route") return isWebhookName(fact.name ?? "") || isWebhookName(fact.at.path) ? "webhook" : "route";
    if (entry !== null) return entry;
  }
  const holder = topOf(code, fact.class ?? "")?.class ?? null;
  if (holder === null) return null;
  const names = [...(holder.extends === null ? [] : [lastName(holder.extends)]), ...holder.decorators.map(lastName)];
  return CLASS_METHODS.find(({ of, method }) => method.test(keyOf(fact) ?? "") && names.some((name) => of.test(name)))?.entry ?? null;
}

/** A function that is handed a request, a batch of messages, runs for one. */
function parameterEntry(code: CodeFacts, fact: FunctionFact): Entry {
  const at = (position: number) => fact.parameters.filter((each) => each.position === position);
  const byType = typeEntry(PARAMETER_TYPES, at(0)[0]?.typeText ?? null);
  if (byType !== null) return byType === "route" && isWebhookName(fact.at.path) ? "webhook" : byType;
  const isCalled = (position: number, name: RegExp): boolean => at(position).some((each) => each.path.length === 0 && name.test(code.locals[each.local]?.name ?? ""));
  if (!isCalled(0, REQUEST_NAME) || !isCalled(1, RESPONSE_NAME)) return null;
  return isWebhookName(fact.at.path) || isWebhookName(fact.name ?? "") ? "webhook" : "route";
}

function typeEntry(types: readonly [Exclude<Entry, null>, RegExp][], text: string | null): Entry {
  return text === null ? null : (types.find(([, type]) => type.test(text))?.[0] ?? null);
}
