// What pg_catalog says, in the shape of `uniqlint schema --format json`, with the oid of each relation and what that format leaves out.

const own = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')";

const tablesQuery = `
  select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'v', 'f') and ${own}`;

const columnsQuery = `
  select attrelid as "table", attname as name, not attnotnull as nullable, attgenerated <> '' as generated
  from pg_attribute where attnum > 0 and not attisdropped order by attnum`;

const indexesQuery = `
  select i.indexrelid as oid, i.indrelid as "table", c.relname as name, i.indisunique as uniq, con.contype, coalesce(con.condeferrable, false) as deferrable,
    i.indisvalid as valid, i.indnullsnotdistinct as "nullsNotDistinct", pg_get_expr(i.indpred, i.indrelid) as "where",
    (select json_agg(json_build_object('column', a.attname, 'expression', case when k.attnum = 0 then pg_get_indexdef(i.indexrelid, k.n::int, false) end) order by k.n)
      from unnest(i.indkey::int2[]) with ordinality k(attnum, n)
      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0 where k.n <= i.indnkeyatts) as parts
  from pg_index i join pg_class c on c.oid = i.indexrelid
  left join pg_constraint con on con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x')`;

const foreignQuery = `
  select con.conrelid as "table", con.conname as name, fn.nspname || '.' || f.relname as target, con.confdeltype as action,
    (select json_agg(a.attname order by k.n) from unnest(con.conkey) with ordinality k(attnum, n)
      join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.attnum) as columns,
    (select json_agg(a.attname order by k.n) from unnest(con.confkey) with ordinality k(attnum, n)
      join pg_attribute a on a.attrelid = con.confrelid and a.attnum = k.attnum) as "references"
  from pg_constraint con join pg_class f on f.oid = con.confrelid join pg_namespace fn on fn.oid = f.relnamespace where con.contype = 'f'`;

const kinds = { p: "primary", u: "constraint", x: "exclusion" };
const actions = { a: "no action", r: "restrict", c: "cascade", n: "set null", d: "set default" };

/** Tables and views by `schema.name`. Parts of keys are `{ column }` or `{ expression }`, deparsed. */
export async function introspect(server) {
  const rows = async (query) => (await server.query(query)).rows;
  const tables = new Map();
  for (const table of await rows(tablesQuery)) tables.set(table.oid, { ...table, columns: [], keys: [], indexes: [], foreignKeys: [] });
  for (const { table, ...column } of await rows(columnsQuery)) tables.get(table)?.columns.push(column);
  for (const { table, uniq, contype, parts, ...index } of await rows(indexesQuery)) {
    const kind = kinds[contype] ?? "index";
    const cleaned = parts.map(({ column, expression }) => (column === null ? { expression } : { column }));
    tables.get(table)?.[uniq || kind === "exclusion" ? "keys" : "indexes"].push({ ...index, kind, parts: cleaned });
  }
  for (const { table, target, action, ...foreign } of await rows(foreignQuery)) {
    tables.get(table)?.foreignKeys.push({ ...foreign, table: target, onDelete: actions[action] });
  }
  return new Map([...tables.values()].map((table) => [`${table.schema}.${table.name}`, table]));
}

/**
 * A condition or an expression as Postgres prints it back, read in the context of a table; null: Postgres does not take it.
 * So two spellings are compared as Postgres understands them.
 */
export async function printBack(server, table, { where = null, expression = null }) {
  const on = `"${table.schema.replaceAll('"', '""')}"."${table.name.replaceAll('"', '""')}"`;
  await server.exec("begin");
  try {
    await server.exec(`create index uniqlint_printed on ${on} using btree (${expression === null ? "(1)" : `(${expression})`})${where === null ? "" : ` where ${where}`}`);
    const printed = await server.query(`select pg_get_expr(indpred, indrelid) as "where", pg_get_indexdef(indexrelid, 1, false) as expression from pg_index i
      join pg_class c on c.oid = i.indexrelid where c.relname = 'uniqlint_printed'`);
    return where === null ? printed.rows[0].expression : printed.rows[0].where;
  } catch {
    return null;
  } finally {
    await server.exec("rollback");
  }
}
