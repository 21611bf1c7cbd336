/**
 * Words without which a TypeScript or JavaScript file declares no table, asks no database, builds no client, migrates nothing and tests for no
 * unique violation. Wide on purpose: a file too many costs milliseconds, one too few a finding.
 */
const WORDS = new RegExp(
  [
    // table declarations
    String.raw`\b(?:pg|mysql|sqlite|singlestore|mssql|cockroach)(?:Table|Schema|TableCreator)\b|Case\.table\b|TableCreator\(|@Entity\b|\bdefineEntity\b|\bEntitySchema\b|\.define\(\s*["'\x60]|createTable\b|alterTable\b|queryInterface\b`,
    // queries and clients
    String.raw`drizzle|prisma|kysely|knex|typeorm|sequelize|mikro-orm|supabase|slonik|postgres|\bpg\b|pglite|neon`,
    String.raw`\.(?:insert|upsert|insertInto|updateTable|deleteFrom|selectFrom|onConflict\w*|findFirst\w*|findUnique\w*|findOrCreate|createMany\w*|connectOrCreate|bulkCreate|\$(?:query|execute)Raw\w*|\$transaction|transaction)\b`,
    // entities and models, asked in a file that need not name their library
    String.raw`\b(?:getRepository|InjectRepository|EntityManager)\b|\.(?:findOne(?:By|OrFail|ByOrFail)?|findByPk|findAndCount\w*|findOrBuild|findCreateFind|createQueryBuilder|withRepository|insertAndFetch|(?:insert|upsert)Graph\w*|(?:insert|upsert)Many|persistAndFlush)\(`,
    String.raw`\b(?:await|return)\s+[\w$.]+\.(?:create|save)\(|\.query\(\s*\w*\s*\)`,
    // raw SQL
    String.raw`\bsql(?:<[^>\n]*>)?\x60|\.(?:query|unsafe|raw)\(\s*["'\x60]|insert\s+into\b|on\s+conflict\b|create\s+(?:unique|table|index)\b|\bselect\b[^;]{1,200}?\bfrom\b\s+["\w]|delete\s+from\b|alter\s+table\b`,
    // errors
    String.raw`23505|42P10|P2002|P2010|duplicate key|unique[ _]?constraint|unique[ _]?violation|UniqueConstraint|UniqueViolation|ER_DUP_ENTRY|SQLITE_CONSTRAINT|constraint_name`,
    // what answers all errors of a server
    String.raw`\bsetErrorHandler\b|\.onError\(|\berrorFormatter\b|\b(?:customF|f)ormatError(?:Fn)?\b|\bmaskError\b|@Catch\(|\bawait (?:\w+\.)?next\(|\(\s*(?:e|ex|err|error|exception)\b[^(){}]{1,200}?\bnext\b`,
    // jobs that are sent
    String.raw`\b(?:idempotencyKey|singletonKey|jobKey|jobId)\b|\btasks\.trigger\w*[(<]`,
    // claims and directives
    String.raw`unique\s+(?:index|key|per|on)\b|uniqlint-`,
  ].join("|"),
  "i",
);

/** Told by the bytes, no parse: is the file worth reading? Declaration files and bundles are not; `.sql` and `.prisma` always are. */
export function canHoldFacts(path: string, text: string): boolean {
  if (/\.(?:sql|prisma)$/i.test(path)) return true;
  if (!/\.[mc]?[tj]sx?$/i.test(path) || /\.d\.[mc]?ts$/i.test(path) || /\.min\.[mc]?js$/i.test(path)) return false;
  return WORDS.test(text) && !isBundled(text);
}

/** Written by a minifier: long, with hardly a line break. */
function isBundled(text: string): boolean {
  if (text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
  return text.length / lines > 500;
}
