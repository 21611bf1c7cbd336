// Asks of the predicates of real projects whether uniqlint can compare them, and whether it says what Postgres says.
//
//   node bench/predicates.mjs FOLDER…
//
// Collects the predicates of partial indexes and of conflict targets, as the linter reads them out of migrations, ORM schemas and code. Each is
// compared with itself as Postgres prints it (pg_get_expr), and with the other predicates of its table; PGlite answers the same questions
// by EXPLAIN of an INSERT … ON CONFLICT. Prints a line for each folder. Takes the build in dist/, or in the folder that UNIQLINT_DIST names.
// --open lists what stays unknown and what Postgres refuses. Exit code 1: there is a contradiction.
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import { citext } from "@electric-sql/pglite/contrib/citext";

const dist = resolve(process.env.UNIQLINT_DIST ?? join(dirname(dirname(fileURLToPath(import.meta.url))), "dist"));
const load = (path) => import(pathToFileURL(join(dist, "src", path)).href);

const { implies } = await load("catalog/predicate.js");
const { typesOf } = await load("catalog/predicate-types.js");
const { loadProject } = await load("disk/load.js");
const { buildProject } = await load("project/build.js");
const { canonicalPredicate } = await load("read/sql/canonical.js");
const { loadSqlParser } = await load("read/sql/parser.js");

/** Predicates by table: those that an index has, and those that only a conflict target has. */
function collect(folder) {
  const project = buildProject(loadProject(folder));
  const found = new Map();
  const add = (database, table, where, kind) => {
    if (database.catalog.dialect !== "postgres" || table === undefined || where === null || where.text === "") return;
    const id = `${database.id} ${table.id}`;
    const entry = found.get(id) ?? { table, predicates: new Map() };
    found.set(id, entry);
    if (!entry.predicates.has(where.text)) entry.predicates.set(where.text, { where, kind });
  };
  for (const database of project.databases) {
    for (const catalog of [database.migrated, database.schema]) {
      for (const table of Object.values(catalog?.tables ?? {})) {
        const known = database.catalog.tables[table.id];
        for (const key of table.keys) add(database, known, key.where, "key");
        for (const index of table.indexes) add(database, known, index.where, "index");
      }
    }
  }
  for (const site of project.sites) {
    const database = project.databases.find(({ id }) => id === site.database);
    const target = site.conflict?.target;
    if (database && target?.by === "columns") add(database, database.catalog.tables[site.table], target.where, "target");
  }
  return [...found.values()];
}

const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/** The table with its columns, as far as their types are known; an enum gets the words that predicates compare it with. */
async function makeTable(server, { table, predicates }) {
  const texts = [...predicates.keys()];
  const labels = [...new Set(texts.flatMap((text) => [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, word]) => word)))].filter((word) => word.length < 64);
  await server.exec("drop schema if exists bench cascade; create schema bench; set search_path = bench, public");
  await server.exec("create table t (bench_key int)");
  const named = new Set([...table.columns.map(({ name }) => name), ...[...predicates.values()].flatMap(({ where }) => where.columns)]);
  for (const name of named) {
    const type = table.columns.find((column) => column.name === name)?.type ?? null;
    for (const made of [type ?? "text", null, "text"]) {
      try {
        if (made === null) {
          const plain = type.replace(/^.*\./, "").replace(/\[\]$/, "");
          await server.exec(`create type ${quote(plain)} as enum (${["-", ...labels].map((word) => `'${word}'`).join(", ")})`).catch(() => undefined);
          await server.exec(`alter table t add column ${quote(name)} ${quote(plain)}${type.endsWith("[]") ? "[]" : ""}`);
        } else await server.exec(`alter table t add column ${quote(name)} ${made.replace(/^(big|small)?serial$/, "$1int")}`);
        break;
      } catch {
        // A type of an extension: text will do.
      }
    }
  }
}

/** Does Postgres infer an index WHERE `index` for a target WHERE `clause`? null: it refuses the clause for another reason. */
async function infers(server, clause) {
  try {
    await server.exec(`explain insert into t (bench_key) values (1) on conflict (bench_key) where ${clause} do nothing`);
    return "yes";
  } catch (error) {
    return error.code === "42P10" ? "no" : null;
  }
}

const count = { predicates: 0, refused: 0, itself: [0, 0, 0], others: [0, 0, 0] };
const zero = () => structuredClone(count);

async function ask(server, entry, tally, open) {
  await makeTable(server, entry);
  const typeOf = typesOf(entry.table);
  const all = [...entry.predicates.values()];
  tally.predicates += all.length;
  for (const { where, kind } of all) {
    try {
      await server.exec(`create unique index bench_index on t (bench_key) where ${where.text}`);
    } catch (error) {
      // A parameter in a conflict target, a function of its own: no index can have this predicate.
      tally.refused += 1;
      open.push(["refused", kind, where.text, error.message]);
      continue;
    }
    const { rows } = await server.query("select pg_get_expr(indpred, indrelid) as text from pg_index where indexrelid = 'bench_index'::regclass");
    const printed = canonicalPredicate(rows[0].text);
    const pairs = [[tally.itself, where, printed, where.text], [tally.itself, printed, where, rows[0].text], ...all.filter((other) => other.where !== where).map((other) => [tally.others, other.where, where, other.where.text])];
    for (const [into, clause, index, text] of pairs) {
      const theirs = await infers(server, text);
      if (theirs === null) continue;
      const ours = implies(clause, index, typeOf);
      into[0] += 1;
      if (ours === "unknown") into[1] += 1;
      else if (ours !== theirs) into[2] += 1;
      if (ours !== theirs) open.push([ours === "unknown" ? "unknown" : "CONTRADICTION", theirs, text, rows[0].text, entry.table.id]);
    }
    await server.exec("drop index bench_index");
  }
}

function line(name, { predicates, refused, itself, others }) {
  const share = ([asked, unknown]) => `${asked}  ${unknown} (${asked === 0 ? 0 : ((100 * unknown) / asked).toFixed(1)} %)`;
  return [name, predicates, refused, share(itself), share(others), itself[2] + others[2]].join(" | ");
}

const { values: options, positionals: folders } = parseArgs({ options: { open: { type: "boolean" } }, allowPositionals: true });
await loadSqlParser();
const server = await PGlite.create({ extensions: { citext } });
await server.exec("create extension citext; set timezone = 'UTC'");
const total = zero();
const distinct = new Set();
console.log("folder | predicates | no index can have | other spelling: asked, unknown | other predicates: asked, unknown | contradictions");
console.log("--- | --- | --- | --- | --- | ---");
for (const folder of folders) {
  const tally = zero();
  const open = [];
  for (const entry of collect(resolve(folder))) {
    for (const text of entry.predicates.keys()) distinct.add(text);
    await ask(server, entry, tally, open);
  }
  for (const key of ["predicates", "refused"]) total[key] += tally[key];
  for (const key of ["itself", "others"]) total[key] = total[key].map((sum, i) => sum + tally[key][i]);
  console.log(line(folder.split("/").at(-1), tally));
  if (options.open) for (const one of open) console.log("   ", one.join("  #  "));
}
console.log(line(`all (${distinct.size} distinct)`, total));
await server.close();
process.exitCode = total.itself[2] + total.others[2] > 0 ? 1 : 0;
