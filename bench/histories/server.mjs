// An empty Postgres (PGlite) with the extensions that a history asks for, and stubs for what it expects of its host.
import { PGlite } from "@electric-sql/pglite";

/** Looked for at every place: the words stand in comments too, right before the statement. */
const asked = /(?=\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?)/gi;

/** Extensions of PGlite's contrib folder by the name that SQL has for them. */
async function loadExtensions(names) {
  const found = {};
  for (const name of names) {
    const file = name.replaceAll("-", "_");
    try {
      Object.assign(found, await import(`@electric-sql/pglite/contrib/${file}`));
    } catch {
      // Not among them: CREATE EXTENSION will be refused, and that is told.
    }
  }
  return found;
}

/** A server for these texts. `runner` decides which host is played. Gives what was stubbed from the start. */
export async function openServer(texts, runner) {
  const makesAuth = texts.some((text) => /\bcreate\s+schema\s+(?:if\s+not\s+exists\s+)?auth\b/i.test(text));
  const hosted = runner === "supabase" || (!makesAuth && texts.some((text) => /\bauth\.(?:uid|users|jwt|role)\b/.test(text)));
  const names = new Set([...texts.flatMap((text) => [...text.matchAll(asked)].map(([, name]) => name.toLowerCase())), ...(hosted ? ["uuid-ossp", "pgcrypto"] : [])]);
  const server = await PGlite.create({ extensions: await loadExtensions(names) });
  if (hosted) await server.exec(supabase);
  return { server, stubs: hosted ? ["Supabase's roles and schemas"] : [], searchPath: hosted ? '"$user", public, extensions' : '"$user", public' };
}

/** A type of a missing extension, modifier and all, on the functions of varchar. */
function typeStub(name) {
  return `create type ${name};
    create function ${name}_in(cstring, oid, integer) returns ${name} language internal immutable strict as 'varcharin';
    create function ${name}_out(${name}) returns cstring language internal immutable strict as 'varcharout';
    create function ${name}_typmod_in(cstring[]) returns integer language internal immutable strict as 'varchartypmodin';
    create function ${name}_typmod_out(integer) returns cstring language internal immutable strict as 'varchartypmodout';
    create type ${name} (input = ${name}_in, output = ${name}_out, typmod_in = ${name}_typmod_in, typmod_out = ${name}_typmod_out, storage = extended);`;
}

const extensionStubs = {
  vector: ["vector", "halfvec", "sparsevec"].map(typeStub).join("\n"),
  pg_cron: `create schema if not exists cron;
    create table cron.job (jobid bigserial primary key, schedule text, command text, jobname text);
    create function cron.schedule(text, text, text) returns bigint language sql as 'select 1::bigint';
    create function cron.schedule(text, text) returns bigint language sql as 'select 1::bigint';
    create function cron.unschedule(text) returns boolean language sql as 'select true';
    create function cron.unschedule(bigint) returns boolean language sql as 'select true';`,
};

/**
 * Makes up for what a refused statement missed: an extension's types, a role, a schema. Gives its name for the report and the statement to try now (null:
 * the stub is all that it was for); null: nothing is known that would help.
 */
export async function stubFor(server, error, statement) {
  const extension = /extension "([\w-]+)" is not available/.exec(error.message)?.[1];
  if (extension !== undefined) return stubExtension(server, extension, statement);
  const role = /role "([^"]+)" does not exist/.exec(error.message)?.[1];
  if (role !== undefined) {
    await server.exec(`create role "${role}"`);
    return { name: `role ${role}`, statement };
  }
  const schema = /\b(?:schema|namespace) "([^"]+)" does not exist/.exec(error.message)?.[1];
  if (schema === undefined) return null;
  await server.exec(`create schema "${schema}"`);
  return { name: `schema ${schema}`, statement };
}

async function stubExtension(server, extension, statement) {
  if (extensionStubs[extension] === undefined) return null;
  const asking = new RegExp(`create\\s+extension[^;]*?\\b${extension}\\b[^;]*;?`, "i").exec(statement)?.[0] ?? "";
  const into = /\bschema\s+"?(\w+)/i.exec(asking)?.[1];
  if (into !== undefined) await server.exec(`create schema if not exists "${into}"; set search_path to "${into}", public`);
  await server.exec(extensionStubs[extension]);
  return { name: `extension ${extension}`, statement: /^do\b/i.test(statement) ? statement.replace(asking, "null;") : null };
}

const supabase = `
  create role anon; create role authenticated; create role service_role; create role authenticator; create role supabase_admin superuser;
  create role supabase_auth_admin; create role supabase_storage_admin; create role dashboard_user;
  create schema extensions; create extension "uuid-ossp" with schema extensions; create extension pgcrypto with schema extensions;
  create publication supabase_realtime;
  create schema auth;
  create table auth.users (id uuid primary key, instance_id uuid, aud text, role text, email text, phone text unique, encrypted_password text,
    email_confirmed_at timestamptz, confirmed_at timestamptz, invited_at timestamptz, last_sign_in_at timestamptz, raw_app_meta_data jsonb,
    raw_user_meta_data jsonb, is_super_admin boolean, is_anonymous boolean not null default false, banned_until timestamptz,
    created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
  create table auth.identities (id uuid primary key, user_id uuid not null references auth.users, provider text, provider_id text, identity_data jsonb, created_at timestamptz);
  create table auth.sessions (id uuid primary key, user_id uuid not null references auth.users, created_at timestamptz);
  create table auth.mfa_factors (id uuid primary key, user_id uuid not null references auth.users, status text, created_at timestamptz);
  create function auth.uid() returns uuid language sql stable as 'select null::uuid';
  create function auth.role() returns text language sql stable as 'select null::text';
  create function auth.email() returns text language sql stable as 'select null::text';
  create function auth.jwt() returns jsonb language sql stable as 'select null::jsonb';
  create schema storage;
  create table storage.buckets (id text primary key, name text not null unique, owner uuid, public boolean default false, file_size_limit bigint,
    allowed_mime_types text[], avif_autodetection boolean, created_at timestamptz, updated_at timestamptz);
  create table storage.objects (id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets, name text, owner uuid, owner_id text,
    metadata jsonb, path_tokens text[], version text, created_at timestamptz, updated_at timestamptz, last_accessed_at timestamptz);
  create function storage.foldername(text) returns text[] language sql as 'select null::text[]';
  create function storage.filename(text) returns text language sql as 'select null::text';
  create function storage.extension(text) returns text language sql as 'select null::text';
  create schema realtime;
  create table realtime.messages (id uuid, topic text, extension text, payload jsonb, event text, private boolean, inserted_at timestamptz);
  create function realtime.topic() returns text language sql stable as 'select null::text';
  create schema vault;
  create table vault.secrets (id uuid primary key, name text unique, description text, secret text);
  create view vault.decrypted_secrets as select *, secret as decrypted_secret from vault.secrets;
  create function vault.create_secret(text, text default null, text default '') returns uuid language sql as 'select gen_random_uuid()';
  create schema net;
  create function net.http_post(url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 1000)
    returns bigint language sql as 'select 1::bigint';
  create schema graphql_public; create schema supabase_functions; create schema pgmq;
  create function pgmq.create(text) returns void language sql as '';
  create function pgmq.send(text, jsonb) returns setof bigint language sql as 'select 1::bigint';
  create function supabase_functions.http_request() returns trigger language plpgsql as 'begin return new; end';`;
