// The catalog that uniqlint prints against the server's: table by table, key by key.
import { printBack } from "./introspect.mjs";

/**
 * `printed`: the tables of `uniqlint schema --format json`; `known`: the catalog behind them, for what that format leaves out (`complete`, `valid`,
 * names of foreign keys). `spell`: uniqlint's canonical text of an expression. Gives counts and the differences, each `{ table, what, path, line, unsure }`
 * (`unsure`: uniqlint says itself that it does not know all of that table, or a name that is put together at run time made it).
 */
export async function compareCatalogs({ server, real, printed, known, made, spell }) {
  const counts = { tables: 0, tablesEqual: 0, keys: 0, keysEqual: 0, texts: 0 };
  const differences = [];
  const asPrinted = new Map(printed.map((table) => [`${table.schema}.${table.name}`, table]));
  for (const id of new Set([...real.keys(), ...asPrinted.keys()])) {
    const [actual, ours] = [real.get(id), asPrinted.get(id)];
    const found = [];
    const note = (what, place) => found.push({ table: id, what, ...place, unsure: known.tables[id]?.complete === false });
    const place = (relation, key) => (key?.built[0] ? { path: key.built[0].file, line: key.built[0].line } : placeOf(made.get(relation?.oid ?? actual?.oid)));
    if (actual === undefined) note("only uniqlint has this table", placeOf(known.tables[id]?.place));
    else if (ours === undefined) found.push({ table: id, what: "only Postgres has this table", ...place(), unsure: made.get(actual.oid)?.computed === true });
    else {
      const context = { server, spell, actual, table: known.tables[id], counts, note, place };
      compareColumns(actual, ours, context);
      await compareKeys(actual.keys, ours.keys, context);
      await compareIndexes(actual.indexes, known.tables[id].indexes, context);
      compareForeignKeys(actual.foreignKeys, ours.foreignKeys, context);
    }
    if (actual !== undefined) counts.tables += 1;
    if (actual !== undefined && found.length === 0) counts.tablesEqual += 1;
    counts.keys += actual?.keys.length ?? 0;
    differences.push(...found);
  }
  return { counts, differences };
}

function placeOf(made) {
  return { path: made?.path ?? null, line: made?.line ?? null };
}

function compareColumns(actual, ours, { note, place, table }) {
  const byName = new Map(ours.columns.map((column) => [column.name, column]));
  for (const { name, nullable, generated } of actual.columns) {
    const column = byName.get(name);
    byName.delete(name);
    if (column === undefined) note(`column ${name}: only Postgres has it`, place());
    else if (column.nullable !== null && column.nullable !== nullable && table.kind === "table") note(`column ${name}: ${nullOf(nullable)} in Postgres, ${nullOf(column.nullable)} to uniqlint`, place());
    else if (column.generated !== generated) note(`column ${name}: generated ${generated} in Postgres, ${column.generated} to uniqlint`, place());
  }
  for (const name of byName.keys()) note(`column ${name}: only uniqlint has it`, place());
}

function nullOf(nullable) {
  return nullable ? "null" : "not null";
}

async function compareKeys(actual, ours, context) {
  const { note, place, counts, table } = context;
  const byName = new Map(ours.map((key) => [key.name, key]));
  for (const key of actual) {
    const other = byName.get(key.name);
    byName.delete(key.name);
    if (other === undefined) {
      note(`key ${key.name} ${key.kind} (${partsText(key.parts)}): only Postgres has it`, place(key));
      continue;
    }
    const valid = table.keys.find(({ name }) => name === key.name)?.valid;
    const wrong = [
      ...differing("kind", key.kind, other.kind),
      ...differing("columns", columnsOf(key).join(", "), other.columns.join(", ")),
      ...(await differingTexts("expressions", "expression", expressionsOf(key), other.expressions, context)),
      ...(await differingTexts("where", "where", listOf(key.where), listOf(other.where), context)),
      ...differing("nulls not distinct", key.nullsNotDistinct, other.nullsNotDistinct),
      ...differing("deferrable", key.deferrable, other.deferrable),
      ...(valid === null || valid === undefined ? [] : differing("valid", key.valid, valid)),
    ];
    for (const text of wrong) note(`key ${key.name}: ${text}`, place(key, other));
    if (wrong.length === 0) counts.keysEqual += 1;
  }
  for (const key of byName.values()) note(`key ${key.name} ${key.kind} (${[...key.columns, ...key.expressions].join(", ")}): only uniqlint has it`, place(undefined, key));
}

/** Indexes that are not unique: the printed form has no place and no order of parts, so the catalog's are taken. */
async function compareIndexes(actual, ours, context) {
  const { note, place } = context;
  const byName = new Map(ours.map((index) => [index.name, index]));
  for (const index of actual) {
    const other = byName.get(index.name);
    byName.delete(index.name);
    if (other === undefined) {
      note(`index ${index.name} (${partsText(index.parts)}): only Postgres has it`, place(index));
      continue;
    }
    const wrong = [
      ...differing("columns", columnsOf(index).join(", "), columnsOf(other).join(", ")),
      ...(await differingTexts("expressions", "expression", expressionsOf(index), expressionsOf(other), context)),
      ...(await differingTexts("where", "where", listOf(index.where), listOf(other.where?.text), context)),
    ];
    for (const text of wrong) note(`index ${index.name}: ${text}`, place(index));
  }
  for (const index of byName.values()) note(`index ${index.name} (${partsText(index.parts)}): only uniqlint has it`, place());
}

function compareForeignKeys(actual, ours, { note, place, table }) {
  const print = ({ columns, table: to, onDelete }, references) => `(${columns.join(", ")}) to ${to} (${references.join(", ")}) on delete ${onDelete}`;
  const named = ours.map((foreign, index) => `${table.foreignKeys[index].name} ${print(foreign, foreign.references)}`);
  for (const foreign of actual) {
    const text = `${foreign.name} ${print(foreign, foreign.references)}`;
    // A key of a table that the host makes (auth.users) is nobody's to know: then no columns are printed.
    const bare = `${foreign.name} ${print(foreign, [])}`;
    const index = named.findIndex((one) => one === text || one === bare);
    if (index < 0) note(`foreign key ${text}: only Postgres has it`, place());
    else named.splice(index, 1);
  }
  for (const text of named) note(`foreign key ${text}: only uniqlint has it`, place());
}

function columnsOf({ parts }) {
  return parts.flatMap(({ column }) => (column === undefined ? [] : [column]));
}

function expressionsOf({ parts }) {
  return parts.flatMap(({ expression }) => (expression === undefined ? [] : [expression]));
}

function partsText(parts) {
  return parts.map(({ column, expression }) => column ?? expression).join(", ");
}

function listOf(text) {
  return text === null || text === undefined ? [] : [text];
}

function differing(what, actual, ours) {
  return actual === ours ? [] : [`${what}: ${actual} in Postgres, ${ours} to uniqlint`];
}

/** Postgres prints uniqlint's text back, so that both are Postgres' words; uniqlint's order of AND and OR is then given to both. */
async function differingTexts(what, kind, actual, ours, { server, actual: table, spell, counts }) {
  const wrong = differing(`${what}, number of`, actual.length, ours.length);
  if (wrong.length > 0) return wrong;
  for (const [index, text] of actual.entries()) {
    counts.texts += 1;
    const back = await printBack(server, table, { [kind]: ours[index] });
    if (back === null || (back !== text && spell(back) !== spell(text))) wrong.push(`${what}: ${text} in Postgres, ${ours[index]} to uniqlint${back === null ? ", which Postgres refuses" : ""}`);
  }
  return wrong;
}
