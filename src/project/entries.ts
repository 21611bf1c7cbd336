import type { CodeFacts, FunctionFact } from "../model/facts.ts";
import type { Entry } from "../model/project.ts";
import { lastName } from "./expressions.ts";
import { entryOf } from "./files.ts";
import type { Program } from "./program.ts";
import { exportedAs } from "./exports.ts";

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

const ROUTE_FILES = [/(?:^|\/)app\/(?:.*\/)?route\.[cm]?[jt]sx?$/, /(?:^|\/)pages\/api\//, /(?:^|\/)routes\/.*\.[cm]?[jt]sx?$/, /\+server\.[jt]s$/, /\+page\.server\.[jt]s$/, /(?:^|\/)supabase\/functions\/[^/]+\/index\.ts$/, /(?:^|\/)server\/(?:api|routes)\/.*\.(?:get|post|put|patch|delete)\.[jt]s$/];

function isRouteFile(path: string): boolean {
  return ROUTE_FILES.some((pattern) => pattern.test(path));
}

/** Files whose exports are called by a framework, and the exports that are. */
const ROUTE_EXPORTS = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|action|loader|default|handler|config|load|actions)$/;

function isWebhookName(text: string): boolean {
  return /web-?_?hooks?/i.test(text);
}

const HTTP_CALL = /(?:^|\.)(?:get|post|put|patch|delete|all|use|route|openapi|on)$/;
const APP_NAME = /(?:app|router|route|routes|server|fastify|hono|api|webhook\w*|\w+Router|\w+App|\w+Routes|\w+Webhook\w*)\.(?:\w+\(\)\.)*\w+$/i;
const JOB_CALL = /(?:createFunction|schedules\.task|schemaTask|defineJob|\.defineJob|cron|scheduleJob|CronJob|\.schedule)$/;
const TASK_CALL = /^(?:task|schemaTask|job)$/;
const CONSUMER_CALL = /(?:^new )?(?:Worker|Processor|Consumer)$|\.(?:process|consume|subscribe|eachMessage|receive)$/;
const PROCEDURE_CALL = /(?:[Pp]rocedure|\bt|publicProcedure|protectedProcedure|action(?:Client)?(?:User)?|Action)\b.*\.(?:mutation|query|action|handler|subscription)$/;

/** How a function is entered, by its own shape and that of the functions around it; null: other code calls it. */
export function functionEntry(program: Program, path: string, index: number | null): Entry {
  const code = program.facts(path)?.code ?? null;
  const file = fileEntry(path);
  if (file === "test" || file === "seed" || file === "migration" || file === "script") return file;
  for (let at = index; at !== null && code !== null; ) {
    const fact: FunctionFact | undefined = code.functions[at];
    if (fact === undefined) break;
    const entry = shapeOf(path, code, fact, file);
    if (entry !== null) return entry;
    at = fact.parent;
  }
  return null;
}

function shapeOf(path: string, code: CodeFacts, fact: FunctionFact, file: Entry): Entry {
  if (fact.directives.includes("use server")) return "route";
  if (fact.callbackOf !== null) return callbackEntry(path, fact.callbackOf, routeOf(code, fact.callbackOf.call), isBehindWebhookCheck(code, fact.callbackOf.call));
  if (fact.name !== null && fact.parent === null) {
    const name = fact.name;
    const exported = exportedAs(code, name)[0];
    if (exported !== undefined && isRouteFile(path) && ROUTE_EXPORTS.test(exported)) return isWebhookName(path) ? "webhook" : "route";
    if (exported !== undefined && file !== null && ROUTE_EXPORTS.test(exported)) return file;
    if (exported !== undefined && /(?:^|\/)(?:actions?)(?:\/|\.)/.test(path) && fact.directives.length > 0) return "route";
    if (isWebhookName(fact.name) && /^(?:handle|process|on|receive)|[Ww]ebhook(?:Handler)?$/.test(fact.name)) return "webhook";
    if (exported !== undefined && /(?:^|\/)(?:imports?|importers?|ingest\w*)\//.test(path)) return "import";
    if (/^import(?!ant)[A-Z]|(?:^|[a-z])(?:Import|Ingest)(?:Csv|CSV|Rows|File|Records)?$/.test(fact.name)) return "import";
  }
  return methodEntry(fact);
}

/** The path that a handler is registered for: `app.post("/webhook/:team", …)`. */
function routeOf(code: CodeFacts, call: number | null): string {
  const expression = call === null ? undefined : code.calls[call]?.expression;
  const first = expression?.kind === "call" ? expression.args[0] : undefined;
  return first?.kind === "string" ? first.value : "";
}

/** `/webhooks` and `/webhooks/:id` are where a program's own users keep theirs. */
const OWN_WEBHOOKS = /^\/?(?:api\/)?(?:v\d+\/)?web-?hooks(?:\/[:{]\w+\}?)?$/i;

/** `app.post("/", verifySignature, triggerValidator("apps", "INSERT"), …)`: what stands before the handler lets another system's calls in only. */
function isBehindWebhookCheck(code: CodeFacts, call: number | null): boolean {
  const expression = call === null ? undefined : code.calls[call]?.expression;
  const before = expression?.kind === "call" ? expression.args.slice(1) : [];
  return before.some((arg) => arg.kind !== "spread" && /web-?_?hook|^(?:verify|validate|check)\w*Signature|^trigger/i.test(lastName(arg.kind === "call" ? arg.callee : arg)));
}

function callbackEntry(path: string, { callee, argument }: { callee: string; argument: number }, route: string, checked: boolean): Entry {
  const webhook = checked || isWebhookName(path) || isWebhookName(callee) || (isWebhookName(route) && !OWN_WEBHOOKS.test(route));
  if (PROCEDURE_CALL.test(callee)) return "route";
  if (HTTP_CALL.test(callee) && APP_NAME.test(callee) && argument >= 1) return webhook ? "webhook" : "route";
  if (/(?:^|\.)serve$/.test(callee)) return webhook ? "webhook" : "route";
  if (JOB_CALL.test(callee) || TASK_CALL.test(callee)) return "job";
  if (CONSUMER_CALL.test(callee)) return "consumer";
  if (/^with[A-Z]\w*(?:Handler|Route|Auth|Error|Webhook|Api|API)\w*$/.test(callee) && isRouteFile(path)) return webhook ? "webhook" : "route";
  return null;
}

const HTTP_DECORATORS = /^(?:Get|Post|Put|Patch|Delete|All)$/;
const JOB_DECORATORS = /^(?:Cron|Interval|Timeout|OnEvent)$/;
const CONSUMER_DECORATORS = /^(?:Process|Processor|MessagePattern|EventPattern|RabbitSubscribe|SqsMessageHandler|OnWorkerEvent)$/;

/** Methods with NestJS's and its likes' decorators. */
function methodEntry(fact: FunctionFact): Entry {
  for (const decorator of fact.decorators) {
    const name = decorator.kind === "call" && decorator.callee.kind === "name" ? decorator.callee.name : decorator.kind === "name" ? decorator.name : "";
    if (HTTP_DECORATORS.test(name)) return isWebhookName(fact.name ?? "") || isWebhookName(fact.at.path) ? "webhook" : "route";
    if (JOB_DECORATORS.test(name)) return "job";
    if (CONSUMER_DECORATORS.test(name)) return "consumer";
  }
  return null;
}
