/** Names of calls and members that say where a value comes from. */

const GENERATORS =
  /^(?:nanoid|customAlphabet|uuid|uuidv?\d|v[1-8]|randomUUID|randomUUIDv7|createId|cuid2?|ulid|monotonicUlid|ksuid|xid|typeid|typeidUnboxed|init|objectId|ObjectId|randomBytes|getRandomValues|(?:get|gen|make|create|generate)?[rR]andom\w*|shortid|snowflake|generate\w*(?:Id|ID|Uuid|UUID|Cuid|Ulid|Key|Token|Secret|Password|Nonce|Code|Slug)|(?:create|make|new|gen|get|random|unique|mint)(?:New|Random|Unique|Prefixed|Friendly|Short|Secure|Api|API)*(?:Id|ID|Uuid|UUID|Cuid|Ulid|Token|Nonce|Secret))$/;

/** Does a call of this name give a new value each time? `init` and `v4` are uuid's and cuid2's. */
export function isGeneratorName(name: string): boolean {
  return name !== "init" && name !== "getId" && name !== "newId" ? GENERATORS.test(name) : name === "newId";
}

/** Packages whose every function answers with something new: words, names, texts. */
export function isRandomPackage(name: string): boolean {
  return /^(?:random-words|unique-names-generator|human-id|friendly-words|crypto-random-string|randomstring|random-word-slugs|short-unique-id)$/.test(name);
}

/** Is a function of this text one that was made to generate: `const newSlug = customAlphabet("…", 12)`, then `newSlug()`? */
export function isMadeGenerator(callee: string): boolean {
  return /^(?:\w+\.)?(?:customAlphabet|customRandom|monotonicFactory|factory|init)\(.*\)(?:#\d+)?$/s.test(callee);
}

/** `buildDuplicateName(name, taken)`: it makes a value that is not taken yet. */
export function isDisambiguatorName(name: string): boolean {
  return /[uU]nique|[dD]uplicateName|[aA]vailable|[nN]ext(?:Free|Available|Name|Slug)|[fF]ree(?:Name|Slug)|[dD]isambiguate|[dD]eduplicate(?:Name|Slug)|(?:ensure|make|generate|build)\w*(?:Copy|Suffix)/.test(name);
}

/** `hashToken(token)`: of another value it is another one. */
export function isDigestName(name: string): boolean {
  return /hash|digest|hmac|encrypt|encode|sha\d|md5/i.test(name);
}

/** `createCustomer(…)`, `emails.send(…)`: it makes a thing and answers with that, whatever it was told about it. Digests of a value go by such names too. */
export function isCreatorName(name: string): boolean {
  return /^(?:create|register|provision|issue|mint|open|insert|add|save|store|send|publish|upload|charge)(?:$|[A-Z])/.test(name) && !/Hash|Hmac|Digest|Checksum|Signature|Fingerprint|Slug|Url|URL/.test(name);
}

/** Members and calls of a request that hold what the caller sent. */
export const REQUEST_PARTS = new Set([
  "body", "json", "formData", "text", "params", "param", "query", "searchParams", "headers", "header", "cookies", "rawBody", "payload", "data", "parseBody",
  "valid", "form", "detail", "Records", "object", "event", "file", "files", "nextUrl", "url",
]);
/** Names that parameters holding a request, an event or a message go by. */
export const REQUEST_NAMES = /^(?:_?req|_?request|c|ctx|context|event|evt|webhook\w*|payload|job|message|msg|\w*Request|\w*Payload|\w*Event|formData|body|rawBody)$/;
/** Types of such parameters. */
export const REQUEST_TYPES = /\b(?:Next)?(?:Api)?Request\b|IncomingMessage|FormData|APIGateway\w*Event|SQSEvent|SNSEvent|Stripe\.\w*Event|WebhookEvent|FastifyRequest|HonoRequest|LoaderFunctionArgs|ActionFunctionArgs|LoaderArgs|ActionArgs/;
/** Calls that read imported rows. */
export const IMPORT_READERS = /^(?:parseCsv|parseCSV|csvParse|csvToJson|fromFile|sheet_to_json|readCsv|readCSV)$/;
export const IMPORT_PACKAGES = /^(?:papaparse|csv-parse|csv-parser|csvtojson|fast-csv|@fast-csv\/.*|xlsx|exceljs|d3-dsv|neat-csv)$/;
/** Callbacks whose input the library took from a caller (tRPC, safe actions, validators). */
export const INPUT_CALLBACKS = /\.(?:mutation|query|action|handler|subscription|stateAction|procedure)$/;
