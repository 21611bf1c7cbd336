import type { Project, Site } from "../src/model/project.ts";
import { projectOf, targetOf } from "./clients-project.ts";

const TABLES = `
  create table users (id text primary key, org_id text, email text, name text, active boolean, n int, deleted_at timestamptz);
  create table posts (id text primary key, user_id text, slug text);
  create schema auth; create table auth.keys (id text primary key, user_id text);
`;

/** A project with the tables that the snippets of these tests write to. */
export function builderProject(dependency: string, code: string, more: Record<string, string> = {}): Project {
  return projectOf({
    "package.json": JSON.stringify({ dependencies: { pg: "8.11.0", [dependency]: "*" }, devDependencies: { supabase: "2.45.5" } }),
    "supabase/config.toml": "",
    "supabase/migrations/20240101000000_a.sql": TABLES,
    "src/app.ts": code,
    ...more,
  });
}

/** What a site says of its statement, in words that do not depend on how it is spelled. */
export function sentBy(site: Site | undefined) {
  if (site === undefined) return null;
  const names = (list: { column: string }[] | null): string[] | null => list?.map(({ column }) => column).sort() ?? null;
  const target = site.conflict?.target;
  return {
    kind: site.kind,
    table: site.table,
    columns: names(site.columns),
    match: site.kind === "insert" || site.kind === "upsert" ? [] : names(site.match),
    narrowed: site.matchRest.length > 0,
    target: targetOf(site),
    parameters: target?.by === "columns" && target.where?.parameters === true,
    action: site.conflict?.action ?? null,
    sets: site.conflict === null || site.conflict.sets === "all" ? null : names(site.conflict.sets),
    setWhere: site.conflict?.setWhere ?? false,
  };
}

/** The same of a statement that a library has compiled, its parameters put in; whether a conflict target has any is told apart. */
export function sentAs({ sql, values }: { sql: string; values: readonly unknown[] }): ReturnType<typeof sentBy> {
  const of = (text: string): ReturnType<typeof sentBy> => sentBy(builderProject("pg", `export const f = (pool: any) => pool.query(${JSON.stringify(text)}, [])`).sites[0]);
  const literal = (value: unknown): string => (typeof value === "string" ? `'${value}'` : String(value));
  const found = of(sql.replace(/\$(\d+)/g, (_, n: string) => literal(values[Number(n) - 1])));
  return found === null ? null : { ...found, parameters: of(sql)?.parameters ?? false };
}
