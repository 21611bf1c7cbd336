import { evaluate } from "./evaluate.ts";
import { functionEntry, isServerAction } from "./entries.ts";
import { lastName } from "./expressions.ts";
import { listOfCallback } from "./list-callbacks.ts";
import type { Evaluated, Program } from "./program.ts";
import { IMPORT_PACKAGES, IMPORT_READERS, INPUT_CALLBACKS, REQUEST_NAMES, REQUEST_PARTS, REQUEST_TYPES } from "./value-names.ts";

type ParameterValue = Extract<Evaluated, { kind: "parameter" }>;

/** Entries whose function is handed what somebody outside sent. */
const RECEIVES = new Set(["webhook", "route", "consumer", "job"]);

/** A parameter that holds (a part of) a request, an event, a message. */
export function isExternalParameter(program: Program, value: ParameterValue): boolean {
  const code = program.facts(value.path)?.code;
  const fact = code?.functions[value.function];
  if (code == null || fact === undefined) return false;
  const own = fact.parameters.filter((item) => item.position === value.position);
  const names = own.flatMap((item) => (item.path.length === 0 ? [code.locals[item.local]?.name ?? ""] : []));
  const types = own.map((item) => item.typeText ?? "").join(" ");
  const steps = value.members;
  const isRequest = REQUEST_TYPES.test(types) || names.some((name) => REQUEST_NAMES.test(name));
  if (isRequest && steps.some((step) => REQUEST_PARTS.has(step))) return true;
  if (isRequest && names.some((name) => /^(?:payload|formData|body|rawBody|\w*Payload)$/.test(name))) return true;
  if (isServerAction(code, fact)) return true;
  const callback = fact.callbackOf?.callee ?? "";
  if (INPUT_CALLBACKS.test(callback) && ["input", "parsedInput", "data"].includes(steps[0] ?? "")) return true;
  const entry = functionEntry(program, value.path, value.function);
  return entry !== null && RECEIVES.has(entry) && steps.some((step) => REQUEST_PARTS.has(step));
}

const AFTER_INSERT = /^(?:on)?after(?:bulk)?(?:create|insert)$/i;

/** `row.id` in a hook that an ORM runs once it has inserted the row: nobody else has that one yet. */
export function isKeyOfNewRow(program: Program, value: ParameterValue): boolean {
  const code = program.facts(value.path)?.code;
  const fact = code?.functions[value.function];
  if (fact === undefined || value.position !== 0 || !/^(?:id|uuid)$/.test(value.members.at(-1) ?? "")) return false;
  const handed = fact.callbackOf?.call == null ? null : (code?.calls[fact.callbackOf.call]?.expression ?? null);
  const [event] = handed?.kind === "call" ? handed.args : [];
  const names = [fact.name, fact.callbackOf?.callee ?? null, event?.kind === "string" ? event.value : null, ...fact.decorators.map((each) => lastName(each.kind === "call" ? each.callee : each))];
  return names.some((name) => AFTER_INSERT.test(name?.split(".").at(-1) ?? ""));
}

/** `await request.json()`, `c.req.param("id")`, `formData.get("name")`, `headers().get(…)`, a CSV reader's rows. */
export function isExternalCall(program: Program, value: Extract<Evaluated, { kind: "call" }>, name: string): boolean {
  if (IMPORT_READERS.test(name)) return true;
  const root = rootOf(value.callee);
  if (root.kind === "external" && IMPORT_PACKAGES.test(root.package)) return true;
  if (root.kind === "external" && root.package === "next/headers") return true;
  if (root.kind !== "parameter") return false;
  if (isContextBody(value) && isRequestLike(program, root)) return true;
  return isExternalParameter(program, root) || (root.members.some((step) => REQUEST_PARTS.has(step)) && isRequestLike(program, root));
}

/** `c.get("webhookBody")`: what a middleware read from the request and kept with it. */
function isContextBody({ callee, args: [name] }: Extract<Evaluated, { kind: "call" }>): boolean {
  const method = callee.kind === "member" ? callee.name : callee.kind === "parameter" ? callee.members.at(-1) : undefined;
  return (method === "get" || method === "req") && name?.kind === "string" && /body|payload|webhook|input/i.test(name.value);
}

function isRequestLike(program: Program, value: ParameterValue): boolean {
  const code = program.facts(value.path)?.code;
  const own = code?.functions[value.function]?.parameters.filter((item) => item.position === value.position) ?? [];
  return own.some((item) => REQUEST_TYPES.test(item.typeText ?? "") || REQUEST_NAMES.test(code?.locals[item.local]?.name ?? ""));
}

function rootOf(value: Evaluated): Evaluated {
  let root = value;
  while (root.kind === "member" || root.kind === "call") root = root.kind === "member" ? root.of : root.callee;
  return root;
}

/** What the callback of `rows.map((row) => …)` is called with: the list. null: the parameter is of no such callback. */
export function loopSource(program: Program, value: ParameterValue): Evaluated | null {
  const list = value.position === 0 ? listOfCallback(program.facts(value.path)?.code ?? null, value.function) : null;
  return list === null ? null : evaluate(program, value.path, list);
}
