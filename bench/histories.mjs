// Replays the migrations of a folder in a real Postgres and compares what stands there then with `uniqlint schema --source migrations`.
//
//   node bench/histories.mjs FOLDER… [--database ID] [--runner NAME] [--migrations PATH]…
//
// Takes the build in dist/, or in the folder that UNIQLINT_DIST names. Exit code 1: there is a difference.
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { compareCatalogs } from "./histories/compare.mjs";
import { introspect } from "./histories/introspect.mjs";
import { replayFiles } from "./histories/replay.mjs";
import { openServer } from "./histories/server.mjs";

const dist = resolve(process.env.UNIQLINT_DIST ?? join(dirname(dirname(fileURLToPath(import.meta.url))), "dist"));
const load = (path) => import(pathToFileURL(join(dist, "src", path)).href);

const { loadProject } = await load("disk/load.js");
const { buildDatabases } = await load("project/databases.js");
const { createProgram } = await load("project/modules.js");
const { readDrizzleSchemas } = await load("project/schema/drizzle.js");
const { canonicalPredicate } = await load("read/sql/canonical.js");
const { loadSqlParser } = await load("read/sql/parser.js");
const { prepareFile } = await load("read/sql/prepare.js");
const { splitStatements } = await load("read/sql/split.js");
const { formatSchemaJson } = await load("report/schema.js");
const { locate, makeSources } = await load("report/sources.js");

/** The databases of a folder that migrations build, each with its .sql files in the runner's order. `migrations`: these instead of what discovery finds. */
function findHistories(folder, { database: asked, runner, migrations }) {
  const id = asked ?? (migrations === undefined ? undefined : "history");
  const input = loadProject(folder, migrations === undefined ? {} : { databases: { [id]: { migrations } } });
  return input.databases.flatMap((found) => {
    const lists = found.migrations.map((list) => ({ ...list, runner: runner ?? list.runner, files: list.files.filter((path) => /\.sql$/i.test(path)) }));
    const source = { ...found, migrations: lists.filter(({ files }) => files.length > 0) };
    return (id === undefined || source.id === id) && source.dialect === "postgres" && source.migrations.length > 0 ? [{ source, input }] : [];
  });
}

/** The catalog that uniqlint makes of the migrations without these statements. */
function readCatalog({ source, input }, left) {
  const isLeft = ({ path, start }) => left.some((piece) => piece.path === path && start >= piece.start && start < piece.end);
  const facts = (path) => {
    const read = input.facts(path);
    return read?.sql ? { ...read, sql: { ...read.sql, statements: read.sql.statements.filter(({ at }) => !isLeft(at)) } } : read;
  };
  const program = createProgram({ ...input, facts, databases: [{ ...source, schemaFiles: [] }] });
  const [database] = buildDatabases(program, readDrizzleSchemas(program, program.input.databases), []);
  const sources = makeSources((path) => input.files.text(path));
  const { tables } = JSON.parse(formatSchemaJson([{ id: source.id, catalog: database.migrated }], sources));
  const placed = Object.entries(database.migrated.tables).map(([id, table]) => [id, { ...table, place: table.built[0] ? { path: table.built[0].path, line: locate(sources, table.built[0]).start.line } : null }]);
  return { printed: tables, known: { ...database.migrated, tables: Object.fromEntries(placed) } };
}

async function judge(history) {
  const { source, input } = history;
  const files = source.migrations.flatMap((list) => list.files).map((path) => {
    const text = input.files.text(path) ?? "";
    const prepared = prepareFile(text);
    return { path, text, pieces: splitStatements(prepared.text, prepared.segments) };
  });
  const runner = [...new Set(source.migrations.map((list) => list.runner))].join(", ");
  const host = await openServer(files.map(({ text }) => text), runner);
  try {
    const before = new Set((await introspect(host.server)).keys());
    const outcome = await replayFiles(host, files);
    const isOurs = ([id, { oid }]) => !before.has(id) && outcome.made.get(oid) !== null;
    const real = new Map([...(await introspect(host.server))].filter(isOurs));
    const spell = (text) => canonicalPredicate(text).text;
    const compare = (left) => {
      const { printed, known } = readCatalog(history, left);
      return compareCatalogs({ server: host.server, real, printed: printed.filter(({ schema, name }) => !before.has(`${schema}.${name}`)), known, made: outcome.made, spell });
    };
    const compared = await compare(outcome.refused);
    // Those that uniqlint could have refused too: it is told of them, and the differences that it makes of them are counted apart.
    const beyond = outcome.refused.some(({ foreseeable }) => foreseeable) ? (await compare(outcome.refused.filter(({ foreseeable }) => !foreseeable))).differences : compared.differences;
    const unread = files.reduce((sum, { path }) => sum + (input.facts(path)?.unread.length ?? 0), 0);
    const texts = new Set(compared.differences.map(describe));
    return { id: source.id, runner, files: files.length, unread, ...outcome, ...compared, beyond: beyond.filter((difference) => !texts.has(describe(difference))) };
  } finally {
    await host.server.close();
  }
}

function describe({ table, what, path, line }) {
  return `${table}: ${what}${path === null ? "" : ` (${path}:${line})`}`;
}

/** Why statements were refused, how often, and where first. */
function reasonsOf(refused) {
  const reasons = new Map();
  for (const { code, message, foreseeable, path, line } of refused) {
    const reason = `${code} ${message.split("\n")[0]}${foreseeable ? " (to be foreseen)" : ""}`;
    const known = reasons.get(reason);
    reasons.set(reason, { count: (known?.count ?? 0) + 1, first: known?.first ?? `${path}:${line}` });
  }
  return [...reasons].sort(([, a], [, b]) => b.count - a.count).map(([reason, { count, first }]) => `${count} × ${reason}, ${first}`);
}

function print(folder, { id, runner, files, unread, accepted, passedOver, refused, stubs, counts, differences, beyond }) {
  const sure = differences.filter(({ unsure }) => !unsure);
  const unsure = differences.filter((difference) => difference.unsure);
  console.log(`${folder}: ${id} (${runner}), ${files} ${files === 1 ? "file" : "files"}${unread > 0 ? `, ${unread} places unread` : ""}`);
  console.log(`  statements: ${accepted} accepted, ${refused.length} refused, ${passedOver} passed over (transactions, roles, locks)`);
  if (stubs.length > 0) console.log(`  stubbed: ${[...new Set(stubs)].join(", ")}`);
  for (const reason of reasonsOf(refused)) console.log(`  refused ${reason}`);
  console.log(`  tables: ${counts.tablesEqual} of ${counts.tables} equal; keys: ${counts.keysEqual} of ${counts.keys}; ${counts.texts} conditions and expressions compared`);
  const lists = { differences: sure, "not known to uniqlint": unsure, "differences if uniqlint has to refuse what Postgres refuses": beyond };
  for (const [title, list] of Object.entries(lists)) {
    if (list.length > 0 || title === "differences") console.log(`  ${title}: ${list.length}`);
    for (const difference of list) console.log(`    ${describe(difference)}`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { database: { type: "string" }, runner: { type: "string" }, migrations: { type: "string", multiple: true } },
});
if (positionals.length === 0) {
  console.error("usage: node bench/histories.mjs FOLDER… [--database ID] [--runner NAME] [--migrations PATH]…");
  process.exit(2);
}
await loadSqlParser();
for (const folder of positionals) {
  const histories = findHistories(resolve(folder), values);
  if (histories.length === 0) {
    console.error(`no migrations for Postgres were found in ${folder}`);
    process.exitCode = 2;
  }
  for (const history of histories) {
    const result = await judge(history);
    print(folder, result);
    if (result.differences.some(({ unsure }) => !unsure)) process.exitCode ||= 1;
  }
}
