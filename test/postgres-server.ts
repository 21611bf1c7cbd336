import type { PGlite } from "@electric-sql/pglite";

/** A table as a real server's `pg_catalog` describes it; expressions and predicates as the server prints them. */
export type ServerTable = {
  schema: string;
  name: string;
  kind: "r" | "p" | "v" | "m";
  /** `domainCast`: how expressions show a column of a domain, which the server reads as its base type. */
  columns: { name: string; type: string; notNull: boolean; generated: boolean; domainCast: string | null }[] | null;
  indexes: ServerIndex[] | null;
  foreignKeys: { name: string; columns: string[]; table: string; references: string[]; onDelete: "a" | "r" | "c" | "n" | "d" }[] | null;
};

export type ServerIndex = {
  name: string;
  unique: boolean;
  valid: boolean;
  contype: "p" | "u" | "x" | null;
  period: boolean;
  deferrable: boolean;
  nullsNotDistinct: boolean;
  where: string | null;
  parts: { column: string | null; expression: string }[];
  include: string[] | null;
};

/** An empty database. */
export async function emptyDatabase(server: PGlite): Promise<void> {
  const schemas = await server.query<{ nspname: string }>(
    "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  for (const { nspname } of schemas.rows) await server.exec(`drop schema "${nspname}" cascade`);
  await server.exec("discard all");
  await server.exec("create schema public");
}

/** Runs statements one by one, each on its own; gives the SQLSTATEs of those that were refused. */
export async function runAll(server: PGlite, statements: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const statement of statements) {
    try {
      await server.exec(statement);
    } catch (error) {
      refused.push((error as { code?: string }).code ?? String(error));
    }
  }
  return refused;
}

/** Within a transaction: runs each statement behind a savepoint, and gives those that were accepted. */
export async function runAccepted(server: PGlite, statements: readonly string[]): Promise<string[]> {
  const accepted: string[] = [];
  for (const statement of statements) {
    try {
      await server.exec(`savepoint one; ${statement}; release one`);
      accepted.push(statement);
    } catch {
      await server.exec("rollback to one");
    }
  }
  return accepted;
}

/** Within a transaction: what the end of a session does. */
export async function endSession(server: PGlite): Promise<void> {
  await server.exec("discard temp; reset all");
}

const names = (keys: string, relation: string): string =>
  `(select json_agg(a.attname order by k.n) from unnest(${keys}) with ordinality k(attnum, n) join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;

// A foreign key to a partitioned table has a row of its own for each partition: those are left out.
const tablesQuery = `
  select n.nspname as schema, c.relname as name, c.relkind as kind,
    (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull, 'generated', a.attgenerated <> '',
        'domainCast', (select format('(%I)::%s', a.attname, format_type(d.typbasetype, d.typtypmod)) from pg_type d where d.oid = a.atttypid and d.typtype = 'd')) order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select json_agg(json_build_object('name', x.relname, 'unique', i.indisunique, 'valid', i.indisvalid, 'contype', con.contype,
        'period', coalesce(con.conperiod, false), 'deferrable', coalesce(con.condeferrable, false), 'nullsNotDistinct', i.indnullsnotdistinct,
        'where', pg_get_expr(i.indpred, i.indrelid),
        'parts', (select json_agg(json_build_object('column', a.attname, 'expression', pg_get_indexdef(i.indexrelid, k.n::int, false)) order by k.n)
          from unnest(i.indkey::int2[]) with ordinality k(attnum, n)
          left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0 where k.n <= i.indnkeyatts),
        'include', (select json_agg(a.attname order by k.n) from unnest(i.indkey::int2[]) with ordinality k(attnum, n)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.n > i.indnkeyatts)) order by x.oid)
      from pg_index i join pg_class x on x.oid = i.indexrelid
      left join pg_constraint con on con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x') where i.indrelid = c.oid) as indexes,
    (select json_agg(json_build_object('name', con.conname, 'table', fn.nspname || '.' || f.relname, 'onDelete', con.confdeltype,
        'columns', ${names("con.conkey", "con.conrelid")}, 'references', ${names("con.confkey", "con.confrelid")}))
      from pg_constraint con join pg_class f on f.oid = con.confrelid join pg_namespace fn on fn.oid = f.relnamespace
      left join pg_constraint above on above.oid = con.conparentid
      where con.contype = 'f' and con.conrelid = c.oid and above.conrelid is distinct from con.conrelid) as "foreignKeys"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'v') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** What the server's own catalog says, temporary tables left out. */
export async function introspect(server: PGlite): Promise<ServerTable[]> {
  return (await server.query<ServerTable>(tablesQuery)).rows;
}
