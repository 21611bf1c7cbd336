import type { Entry } from "../model/project.ts";

/** How frameworks and queues are told which function to call: what `entries.ts` compares with. */

/** Files whose exports are called by a framework. */
const ROUTE_FILES = [
  /(?:^|\/)app\/(?:.*\/)?route\.[cm]?[jt]sx?$/, /(?:^|\/)pages\/api\//, /(?:^|\/)src\/pages\/.*\.[cm]?[jt]s$/, /(?:^|\/)routes\/.*\.[cm]?[jt]sx?$/, /\+server\.[jt]s$/, /\+page\.server\.[jt]s$/,
  /(?:^|\/)supabase\/functions\/[^/]+\/index\.ts$/, /(?:^|\/)server\/(?:api|routes)\/.*\.[cm]?[jt]s$/,
];

export function isRouteFile(path: string): boolean {
  return ROUTE_FILES.some((pattern) => pattern.test(path));
}

/** Vercel's and others' cron jobs are routes that a clock asks for. */
export function isCronPath(path: string): boolean {
  return /(?:^|[/._-])crons?(?:[/._-]|$)/i.test(path);
}

/** Exports that a framework calls: of files that it knows by their place, and anywhere. */
export const ROUTE_EXPORTS = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|action|loader|default|handler|config|load|actions)$/;
export const HTTP_EXPORTS = /^(?:GET|POST|PUT|PATCH|DELETE)$/;

/** Libraries whose objects are told which function answers a path. */
export const HTTP_PACKAGES = /^(?:express|express-promise-router|fastify|hono|@hono\/.+|koa-router|@koa\/router|elysia|itty-router|h3|polka|restify|@oak\/oak|oak|@tinyhttp\/app|hyper-express)$/;
export const HTTP_TYPES = /\b(?:Fastify\w*|\w*Hono|Express|Router|Application|Elysia)\b/;
export const HTTP_CALL = /(?:^|\.)(?:get|post|put|patch|delete|all|use|route|openapi|on)$/;
export const HTTP_NAME = /(?:app|router|route|routes|server|fastify|hono|api|webhook\w*|\w+Router|\w+App|\w+Routes|\w+Webhook\w*)\.(?:\w+\(\)\.)*\w+$/i;
/** `router.route("/x").post(handler)`. */
export const PATH_BEFORE = /\.route\(\)\.(?:get|post|put|patch|delete|all)$/;

type Shape = { entry: Exclude<Entry, null>; callee: RegExp; /** Of the property that the function stands at. */ key?: RegExp; packages?: RegExp };

/** Calls that are handed the function. The first that fits counts. */
export const CALLS: Shape[] = [
  { entry: "route", callee: /(?:[Pp]rocedure|\bt|\w*[aA]ction\w*)\b.*\.(?:mutation|query|action|stateAction|handler|subscription)$/ },
  { entry: "route", callee: /\.(?:input|output|route|inputSchema)\(\)(?:\.\w+\(\))*\.(?:handler|action|mutation)$|^create(?:Server|Isomorphic)Fn\(\)(?:\.\w+\(\))*\.handler$/ },
  { entry: "job", callee: /(?:^|\.)serve$/, packages: /^@upstash\/workflow/ },
  { entry: "route", callee: /(?:^|\.)serve$|^(?:define\w*|event|cached?)(?:EventHandler|Handler)$|^defineAction$|(?:^|\.)on(?:Request|Call)$|^(?:NextAuth|betterAuth)$/ },
  { entry: "route", callee: /^(?:form|command|query|action)\$?$/, packages: /^(?:\$app|@builder\.io\/qwik-city|@solidjs\/router)/ },
  { entry: "route", callee: /(?:^|\.)(?:field|\w*Field|fields?WithInput)$/, key: /^resolve$/ },
  { entry: "route", callee: /\.router$/, packages: /^@ts-rest\// },
  { entry: "script", callee: /\bcommand\(\)(?:\.\w+\(\))*\.action$/ },
  { entry: "job", callee: /(?:createFunction|schedules\.task|schemaTask|defineJob|defineTask|cron|[sS]cheduleJob|CronJob|\.schedule|onSchedule)$/ },
  { entry: "job", callee: /^(?:task|schemaTask|job)$/ },
  { entry: "consumer", callee: /(?:^new )?(?:Worker|Processor|Consumer)$|\.(?:process|consume|subscribe|eachMessage|receive)$/ },
  { entry: "consumer", callee: /\.run$/, key: /^each(?:Message|Batch)$/ },
  { entry: "consumer", callee: /(?:^|\.)Consumer\.create$/, key: /^handleMessage(?:Batch)?$/ },
  { entry: "consumer", callee: /\.work$/, packages: /^pg-boss$/ },
  { entry: "consumer", callee: /(?:^|\.)\w*[bB]oss\.work$/ },
  { entry: "consumer", callee: /^(?:run|runOnce|makeWorkerUtils)$/, packages: /^graphile-worker$/ },
  { entry: "consumer", callee: /(?:[sS]ubscription|[cC]onsumer|[pP]ub[sS]ub|[sS]ubscriber)\.on$|(?:^|\.)on(?:Document|Message|Object|Value|CustomEvent)[A-Z]\w*$/ },
];

/** Names that a function has by the objects around it: `resolvers.Mutation.createPost`, `default.queue`. */
export const RESOLVER_NAME = /(?:^|\.)(?:Mutation|Query|Subscription)s?\.\w+$/;
export const WORKER_METHODS: Record<string, Exclude<Entry, null>> = { fetch: "route", queue: "consumer", scheduled: "job", email: "consumer" };

/** Types of a function's first parameter, and of the function itself: what it is handed says who calls it. */
export const PARAMETER_TYPES: [Exclude<Entry, null>, RegExp][] = [
  ["consumer", /^(?:SQS|SNS|S3|Kinesis\w*|DynamoDBStream|EventBridge)Event\b|^(?:MessageBatch|SQSRecord|ConsumeMessage|EachMessagePayload|KafkaMessage)\b/],
  ["job", /^(?:ScheduledEvent|ScheduledController)\b/],
  ["route", /^(?:Next(?:Api)?Request|FastifyRequest|HonoRequest|APIGateway\w*Event\w*|(?:Loader|Action)(?:Function)?Args|\w+\.(?:Loader|Action)Args|APIContext|RequestEvent|GetServerSidePropsContext)\b/],
];
export const FUNCTION_TYPES: [Exclude<Entry, null>, RegExp][] = [
  ["consumer", /^(?:SQS|SNS|S3|Kinesis\w*|DynamoDBStream)Handler\b|^(?:Task|Processor)(?:<|$)/],
  ["job", /^ScheduledHandler\b/],
  ["route", /^(?:RequestHandler|APIRoute|NextApiHandler|NextMiddleware|APIGateway\w*Handler|(?:Action|Loader)Function|PageServerLoad|(?:Mutation|Query)Resolvers\b)/],
];
/** The two parameters of Node's own servers, Express and its likes. */
export const REQUEST_NAME = /^_?(?:req|request)$/;
export const RESPONSE_NAME = /^_?(?:res|response|reply)$/;

const HTTP_DECORATORS = /^(?:Get|Post|Put|Patch|Delete|All|Mutation|Query|ResolveField|Subscription|SubscribeMessage|GrpcMethod|GrpcStreamMethod|TsRestHandler)$/;
const JOB_DECORATORS = /^(?:Cron|Interval|Timeout|OnEvent)$/;
const CONSUMER_DECORATORS = /^(?:Process|Processor|MessagePattern|EventPattern|RabbitSubscribe|RabbitRPC|SqsMessageHandler|OnWorkerEvent|KafkaListener)$/;

/** Decorators of methods, NestJS's and its likes'. */
export function decoratorEntry(name: string): Entry {
  if (HTTP_DECORATORS.test(name)) return "route";
  if (JOB_DECORATORS.test(name)) return "job";
  return CONSUMER_DECORATORS.test(name) ? "consumer" : null;
}

/** Methods that a framework calls because of what the class extends or is decorated with. */
export const CLASS_METHODS: { of: RegExp; method: RegExp; entry: Exclude<Entry, null> }[] = [
  { of: /^(?:WorkerHost|Processor)$/, method: /^process$/, entry: "consumer" },
  { of: /^EventsHandler$/, method: /^handle$/, entry: "consumer" },
  { of: /^WorkflowEntrypoint$/, method: /^run$/, entry: "job" },
  { of: /^WorkerEntrypoint$/, method: /^(?:fetch|queue|scheduled)$/, entry: "route" },
];
