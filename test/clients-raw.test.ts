import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { builderProject } from "./clients-compiled.ts";
import { pairs, targetOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

/** `upsert public.users [id=a] (id)`, `lookup public.users where [id=a]`; a project of that one file. */
function read(code: string): string[] {
  return builderProject("x", code).sites.map((site) => {
    const list = site.kind === "insert" || site.kind === "upsert" ? `${JSON.stringify(pairs(site.columns))} ${site.rows}` : `where ${JSON.stringify(pairs(site.match))}${site.matchRest.length > 0 ? " and more" : ""}`;
    return `${site.kind} ${String(site.table)} ${list}${site.conflict === null ? "" : ` (${targetOf(site)})`}`;
  });
}

const UPSERT = "insert into users (id, email) values";
const END = "on conflict (id) do nothing";

describe("postgres.js", () => {
  const of = (parameters: string, text: string) => read(`import postgres from "postgres"; const sql = postgres(); export const f = (${parameters}) => ${text};`);

  test.each<[string, string, string]>([
    ["row: { id: string }", `sql\`insert into users \${sql(row, "id", "email")} ${END}\``, `upsert public.users ["id=row.id","email=row.email"] unknown (id)`],
    ["rows: any[], columns: any", `sql\`insert into users \${sql(rows, ["id", "email"])} ${END}\``, `upsert public.users ["id=rows.id","email=rows.email"] unknown (id)`],
    ["names: string[]", `sql\`insert into users \${sql(names.map((name) => ({ id: name, name })))} ${END}\``, `upsert public.users ["id=name","name=name"] many (id)`],
    ["rows: any[]", `sql\`insert into users \${sql(rows)} ${END}\``, `upsert public.users null unknown (id)`],
    ["row: any", `sql\`insert into \${sql("auth.keys")} \${sql(row, "id")} ${END}\``, `upsert auth.keys ["id=row.id"] unknown (id)`],
    ["row: any", `sql.begin((tx) => tx\`insert into users \${tx(row, "id")} on conflict (id) do update set \${tx(row, "email")}\`)`, `upsert public.users ["id=row.id"] unknown (id)`],
    ["ids: string[], email: string", `sql\`select * from users where id in \${sql(ids)} and email = \${email}\``, `lookup public.users where ["email=email"] and more`],
  ])("%s: %s", (parameters, text, expected) => {
    expect(of(parameters, text)).toEqual([expected]);
  });
});

describe("slonik", () => {
  test("names, lists and fragments", () => {
    const code = `import { sql } from "slonik"; export const f = (pool: any, shape: any, a: string) => pool.query(sql.type(shape)\`insert into \${sql.identifier(["auth", "keys"])} (\${sql.join([sql.identifier(["id"]), sql.identifier(["user_id"])], sql.fragment\`, \`)}) values (\${a}, 'u') ${END}\`)`;
    expect(read(code)).toEqual([`upsert auth.keys ["id=a","user_id='u'"] one (id)`]);
  });

  test("maybeOne answers with a row", () => {
    const { sites } = builderProject("x", `import { sql } from "slonik"; export async function f(pool: any, id: string) { const row = await pool.maybeOne(sql.unsafe\`select * from users where id = \${id}\`); if (!row) await pool.query(sql.unsafe\`insert into users (id) values (\${id})\`); }`);
    expect(sites.map((site) => [site.kind, site.lookup, site.guards])).toEqual([["lookup", "one", []], ["insert", null, [expect.objectContaining({ kind: "lookup", when: "absent" })]]]);
  });
});

describe("pg-promise", () => {
  const of = (method: string, text: string, values: string) => read(`import type { IDatabase } from "pg-promise"; export const f = (db: IDatabase<object>, id: string, ids: string[]) => db.${method}(${JSON.stringify(text)}, ${values});`);

  test("places by number and by name, one value by itself", () => {
    expect(of("none", `${UPSERT} ($1, $2) ${END}`, `[id, "e"]`)).toEqual([`upsert public.users ["id=id","email='e'"] one (id)`]);
    expect(of("one", `${UPSERT} ($<id>, $(email)) ${END}`, `{ id, email: "e" }`)).toEqual([`upsert public.users ["id=id","email='e'"] one (id)`]);
    expect(of("oneOrNone", "select * from users where id = $1", "id")).toEqual([`lookup public.users where ["id=id"]`]);
  });

  test("filters", () => {
    expect(of("none", "insert into $1:name ($2:name) values ($2:csv)", `["users", { id, email: "e" }]`)).toEqual([`insert public.users ["id=id","email='e'"] one`]);
    expect(of("any", "select * from $<t~> where id in ($<ids:csv>)", `{ t: "users", ids }`)).toEqual([`lookup public.users where [] and more`]);
  });
});

describe("texts that helpers make", () => {
  const END = "on conflict (id) do nothing";
  const HEAD = `import pgPromise from "pg-promise"; import format from "pg-format"; const pgp = pgPromise(); const db = pgp(""); const { ColumnSet } = pgp.helpers;`;
  test.each<[string, string[]]>([
    [`db.none(pgp.helpers.insert({ id, email: "e" }, null, "users") + " ${END}")`, [`upsert public.users ["id=id","email='e'"] one (id)`]],
    [`db.none(\`\${pgp.helpers.insert({ id, email: "e" }, ["id", "?email"], { table: "users", schema: "public" })} ${END}\`)`, [`upsert public.users ["id=id","email='e'"] one (id)`]],
    [`db.none(pgp.helpers.insert(rows, new ColumnSet(["id", { name: "email", prop: "mail" }], { table: "users" })) + " ${END}")`, [`upsert public.users ["id=…","email=…"] many (id)`]],
    [`db.none(pgp.helpers.insert(rows, null, "users"))`, [`insert public.users null many`]],
    [`db.query(format("insert into %I (id, email) values %L ${END}", "users", rows))`, [`upsert public.users ["id=…","email=…"] many (id)`]],
    [`db.query(format("select * from %I where id = %L limit 1", "users", id))`, [`lookup public.users where ["id=id"]`]],
  ])("%s", (text, expected) => {
    const found = read(`${HEAD} export const f = (id: string, rows: any[]) => ${text};`).map((each) => each.replace(/=rows[^"]*"/g, '=…"'));
    expect(found).toEqual(expected);
  });
});

describe("other tags and texts", () => {
  test.each<[string, string]>([
    [`import { neon } from "@neondatabase/serverless"; const sql = neon("");`, `sql("${UPSERT} ($1, $2) ${END}", [a, "e"])`],
    [`import { neon } from "@neondatabase/serverless"; const sql = neon("");`, `sql.query("${UPSERT} ($1, $2) ${END}", [a, "e"])`],
    [`import { sql } from "@vercel/postgres";`, `sql\`${UPSERT} (\${a}, 'e') ${END}\``],
    [`import SQL from "sql-template-strings"; declare const pool: any;`, `pool.query(SQL\`${UPSERT} (\${a}, 'e') ${END}\`)`],
    [`import { sql } from "kysely"; declare const db: any;`, `sql\`insert into \${sql.table("users")} (\${sql.ref("id")}, email) values (\${a}, 'e') ${END}\`.execute(db)`],
    [`import { CompiledQuery } from "kysely"; declare const db: any;`, `db.executeQuery(CompiledQuery.raw("${UPSERT} ($1, $2) ${END}", [a, "e"]))`],
    [`declare const knex: any;`, `knex.raw("${UPSERT} (?, ?) ${END}", [a, "e"])`],
    [`declare const knex: any;`, `knex.raw("insert into ?? (id, ??) values (?, ?) ${END}", ["users", "email", a, "e"])`],
    [`declare const knex: any;`, `knex.raw("insert into :t: (id, email) values (:a, :e) ${END}", { t: "users", a, e: "e" })`],
  ])("%s %s", (head, text) => {
    expect(read(`${head} export const f = (a: string) => ${text};`)).toEqual([`upsert public.users ["id=a","email='e'"] one (id)`]);
  });

  test("places stay where they are in the code", () => {
    const code = `declare const knex: any; export const f = (a: string) => knex.raw("insert into ?? (id) values (?) on conflict (email) do nothing", ["users", a]);`;
    const at = builderProject("x", code).sites[0]?.conflict?.at;
    expect(code.slice(at?.start, at?.end)).toContain("(email)");
  });

  test("PgTyped's tags", () => {
    const of = (text: string) => read(`import { sql } from "@pgtyped/runtime"; export const add = sql\`${text}\`;`);
    expect(of(`${UPSERT} ($id, $email!) ${END}`)).toEqual([`upsert public.users ["id=@id","email=@email"] one (id)`]);
    expect(of(`insert into users (id, email) values $$rows(id, email!) ${END}`)).toEqual([expect.stringMatching(/^upsert public\.users \["id=.*","email=.*"\] .* \(id\)$/)]);
    expect(of(`select * from users where email = $email! and id in $$ids`)).toEqual([`lookup public.users where ["email=@email"] and more`]);
  });

  test("jsonb's operators are no places", () => {
    expect(read(`export const f = (pool: any, a: string) => pool.query("select * from users where id = $1 and name ? 'a'", [a]);`)).toEqual([`lookup public.users where ["id=a"] and more`]);
  });
});
