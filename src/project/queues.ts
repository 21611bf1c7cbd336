import type { Expression } from "../model/expression.ts";
import type { Guard } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { linksOf } from "./call-index.ts";
import { evaluate } from "./evaluate.ts";
import { lastName, nameOf, someExpression, unspread } from "./expressions.ts";
import { callbacksAround, type Callback, type Flow, type Frame } from "./flow.ts";
import type { Evaluated } from "./program.ts";
import { isGeneratorName } from "./value-names.ts";

/** A job or function definition that lets one run at a time per key: by its own limit, or because every job of its queue is sent under a key. */
export function queuesAround(flow: Flow, frame: Frame): Guard[] {
  return callbacksAround(flow.program.facts(frame.path)?.code ?? null, frame).flatMap((handed): Guard[] => {
    const taker = takerOf(flow, frame, handed);
    if (taker === null) return [];
    const args = taker.args.map(unspread);
    const options = args.filter((item) => item.kind === "object").map((item) => evaluate(flow.program, frame.path, item));
    return options.some((each) => isSerial(flow, each)) || areKeyed(flow, frame, taker.callee, args, handed) ? [{ kind: "queue", at: taker.at, calls: frame.calls }] : [];
  });
}

type Taker = { callee: string; args: (Expression | { kind: "spread"; of: Expression })[]; at: Span };

/** The call, or what `new` makes, that the function is handed to. */
function takerOf(flow: Flow, frame: Frame, handed: Callback): Taker | null {
  const call = handed.call === null ? undefined : flow.program.facts(frame.path)?.code?.calls[handed.call];
  if (call?.expression.kind === "call") return { callee: nameOf(call.expression.callee), args: call.expression.args, at: call.at };
  if (!handed.callee.startsWith("new ")) return null;
  const holds = (part: Expression): boolean => part.kind === "function" && part.function === handed.function;
  const made = flow.program.calls.made(handed.callee.slice(4).split(".").at(-1) ?? "").find(({ path, expression }) => path === frame.path && someExpression(expression, holds));
  return made === undefined ? null : { callee: handed.callee, args: made.expression.args, at: { path: made.path, start: made.expression.start, end: made.expression.end } };
}

function isSerial(flow: Flow, value: Evaluated): boolean {
  if (value.kind !== "object") return false;
  // Inngest's: of one key there is one run at a time, or in a day; so no two ever meet.
  if (value.entries.has("singleton") || value.entries.get("idempotency")?.kind === "string") return true;
  return ["concurrency", "queue", "concurrencyLimit", "concurrencyKey"].some((name) => {
    const item = value.entries.get(name);
    if (item === undefined) return false;
    if (item.kind === "number") return item.value === 1;
    if (item.kind === "array") return item.items.some((each) => limitOf(flow, each) === 1);
    return limitOf(flow, item) === 1;
  });
}

/** `{ limit: 1 }`, `queue({ name: "x", concurrencyLimit: 1 })`. */
function limitOf(flow: Flow, value: Evaluated): number | null {
  if (value.kind === "declaration" && value.declaration.value !== null) return limitOf(flow, evaluate(flow.program, value.path, value.declaration.value));
  if (value.kind === "call") return value.args[0] === undefined ? null : limitOf(flow, value.args[0]);
  if (value.kind !== "object") return null;
  const limit = value.entries.get("limit") ?? value.entries.get("concurrencyLimit");
  return limit?.kind === "number" ? limit.value : null;
}

const SENDS = ["add", "send", "sendOnce", "sendThrottled", "quickAddJob", "addJob", "trigger", "triggerAndWait", "batchTrigger"];
/** Options under which a queue takes one job at a time: BullMQ's, pg-boss', graphile-worker's, Trigger.dev's. */
const KEYS = /^(?:jobId|deduplication|singletonKey|jobKey|idempotencyKey)$/;
const TASK = /(?:^|\.)(?:task|schemaTask)$/;

/** Is every job of the queue that is seen sent under a key of what it is about? */
function areKeyed(flow: Flow, frame: Frame, callee: string, args: Expression[], handed: Callback): boolean {
  const queue = queueOf(flow, frame, callee, args, handed);
  if (queue === null) return false;
  const sent = SENDS.flatMap((name) => flow.program.calls.named(name)).flatMap(({ path, call }) => {
    const fact = flow.program.facts(path)?.code?.calls[call];
    return fact === undefined ? [] : linksOf(fact.expression).flatMap((link) => (SENDS.includes(link.callee.split(".").at(-1) ?? "") && sendsTo(flow, path, fact.expression, link.args, queue) ? [link.args] : []));
  });
  return sent.length > 0 && sent.every((given) => given.some(isKeyedBy));
}

/** `new Worker("mail", …)`, `boss.work("mail", …)`, `run({ taskList: { mail } })`, `task({ id: "mail" })`. */
function queueOf(flow: Flow, frame: Frame, callee: string, args: Expression[], handed: Callback): string | null {
  if (/^new (?:\w+\.)?Worker$|\.work$/.test(callee) && args[0] !== undefined) {
    const name = evaluate(flow.program, frame.path, args[0]);
    return name.kind === "string" ? name.value : null;
  }
  if (TASK.test(callee)) return idOf(args);
  const own = handed.function === null ? null : (flow.program.facts(frame.path)?.code?.functions[handed.function]?.name ?? null);
  return /^(?:run|runOnce)$/.test(callee) ? (own?.split(".").at(-1) ?? null) : null;
}

function idOf(args: Expression[]): string | null {
  const id = args[0]?.kind === "object" ? args[0].entries.find((entry) => entry.kind === "property" && entry.key === "id") : undefined;
  return id?.kind === "property" && id.value.kind === "string" ? id.value.value : null;
}

/** `boss.send("mail", …)`, `addJob("mail", …)`, `queue.add(…)` of `new Queue("mail")` and `mail.trigger(…)` of a task. */
function sendsTo(flow: Flow, path: string, expression: Expression, args: Expression[], queue: string): boolean {
  if (args.slice(0, 2).some((arg) => arg.kind === "string" && arg.value === queue)) return true;
  let root = expression;
  while (root.kind === "call" || root.kind === "member") root = root.kind === "call" ? root.callee : root.of;
  const value = evaluate(flow.program, path, root);
  const made = value.kind === "declaration" ? value.declaration.value : null;
  if (made?.kind === "call" && TASK.test(nameOf(made.callee))) return idOf(made.args.map(unspread)) === queue;
  if (value.kind === "call" && value.new) return value.args[0]?.kind === "string" && value.args[0].value === queue;
  return made?.kind === "new" && lastName(made.callee) === "Queue" && made.args[0]?.kind === "string" && made.args[0].value === queue;
}

function isKeyedBy(arg: Expression): boolean {
  if (arg.kind !== "object") return false;
  const isMade = (part: Expression): boolean => part.kind === "call" && isGeneratorName(lastName(part.callee));
  return arg.entries.some((entry) => entry.kind === "property" && entry.key !== null && KEYS.test(entry.key) && !someExpression(entry.value, isMade));
}
