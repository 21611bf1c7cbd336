import fc from "fast-check";

/** A migration history: files, each a session of its own, of statements that a server accepts or refuses. */
export type RandomHistory = string[][];

type Text = fc.Arbitrary<string>;

const long = "a_table_name_so_long_that_nothing_else_fits_into_sixty_three_byt";
const longColumn = "a_column_name_that_is_rather_long_as_well_so_that_names_are_cut";

/** Names that statements share, so that they meet. Few: what is named at random must often exist. */
const plainTable = fc.constantFrom("t", "t", "t", "u", "u", "v");
const table = fc.oneof(
  { weight: 12, arbitrary: plainTable },
  { weight: 3, arbitrary: fc.constantFrom("app.t", "app.w", '"Mixed"', "public.t", '"Odd Schema".u') },
  { weight: 1, arbitrary: fc.constantFrom(long, "größenübersicht_für_alle_prüfstände_und_ähnliche_geräte_im_haus") },
);
const column = fc.oneof({ weight: 12, arbitrary: fc.constantFrom("id", "a", "a", "b", "c", "d") }, { weight: 2, arbitrary: fc.constantFrom('"Odd Col"', longColumn, "txt", "span", "state") });
const columns = fc.uniqueArray(column, { minLength: 1, maxLength: 2 }).map((names) => names.join(", "));
/** Also names that Postgres makes. */
const name = fc.constantFrom(
  "k1", "k2", "k3", "t_pkey", "t_a_key", "t_a_idx", "u_a_key", "u_a_idx", "t_a_b_key", "u_id_fkey", "t_check", "t_a_check", "t_a_not_null", "t_id_not_null", "p1_pkey", "p_id_idx", "t",
  '"Key"', "a_name_that_is_longer_than_the_sixty_three_bytes_that_the_server_keeps",
);
const schema = fc.constantFrom("public", "app", '"Odd Schema"');
const partition = fc.constantFrom("p1", "p2", "p3");
const parted = fc.constantFrom("p", "p", "p1", "q");
const view = fc.constantFrom("w1", "w2", "m1", "m2");
const any = fc.oneof({ weight: 6, arbitrary: table }, { weight: 3, arbitrary: fc.oneof(parted, partition) }, { weight: 1, arbitrary: fc.constantFrom("base", "heir", "m1") });

const predicate = fc.constantFrom(
  "", "", "", " where a is not null", " where b > 1 and c is null", " where a in (1, 2, 3)", " where not (a = 1 or b = 2)", " where txt = 'x' and a > 0", " where txt in ('x', 'y')",
  " where lower(txt) <> 'z'", " where a between 1 and 5", " where state = 'on'", "", " where coalesce(b, 0) = 0", " where a is distinct from 3", " where b = any (array[1, 2])",
);
const expression = fc.constantFrom(
  "(a + 1)", "lower(txt)", "coalesce(b, 0)", "(a::text)", "(txt || 'x')", "(lower(txt) || 'y')", "abs(a)", "(case when a > 0 then b else c end)", "make_key(a)", "(a * 2 + b)", "nullif(a, 0)", "(txt collate \"C\")",
  "greatest(a, b)", "(a::bigint)", "upper(txt)", "(-a)", "((a))",
);
const deferrable = fc.constantFrom("", "", "", " deferrable", " deferrable initially deferred", " not deferrable");
const cascade = fc.constantFrom("", " cascade", " cascade");
const only = fc.constantFrom("", "", "", "only ");
const ifNotExists = fc.constantFrom("", " if not exists");
const nulls = fc.constantFrom("", "", "", " nulls not distinct");
const include = fc.oneof({ weight: 4, arbitrary: fc.constant("") }, column.map((c) => ` include (${c})`));
const action = fc.constantFrom("", "", " on delete cascade", " on delete set null", " on delete restrict", " on delete set default");
const constraintName = fc.oneof({ weight: 2, arbitrary: fc.constant("") }, name.map((n) => `constraint ${n} `));

/** SQL with arbitraries in its holes. */
function sql(texts: TemplateStringsArray, ...holes: Text[]): Text {
  return fc.tuple(...holes).map((values) => texts.map((text, i) => text + (values[i] ?? "")).join(""));
}

const body = `id int, a int, b int, c int, d int, txt text, span int4range, "Odd Col" int, ${longColumn} int`;
const likeOption = fc.constantFrom("", " including indexes", " including all", " including constraints", " including generated", " including all excluding indexes");

const newTables = [
  sql`create table${ifNotExists} ${table} (${fc.constant(body)}, unique (${columns})${deferrable}, primary key (${column}))`,
  sql`create table ${table} (id serial, a int unique, b int not null, c int, d int, txt text, span int4range, ${constraintName}unique${nulls} (${columns})${include})`,
  sql`create table ${table} (id int generated always as identity primary key, a int references ${table}, b int, c int check (c > 0), d int generated always as (a + 1)${fc.constantFrom(" stored", "", " virtual")}, check (a > b))`,
  sql`create unlogged table ${table} (id int, a int, b int not null, ${constraintName}check (${column} > 0), ${constraintName}unique (${columns}))`,
  sql`create temp table ${table} (id int primary key, a int unique, b int)`,
  sql`create table ${table} (a int, b int, txt text, like ${any}${likeOption})`,
  sql`create table ${table} (like ${any}${likeOption}, z int unique)`,
  sql`create table${ifNotExists} ${table} as select * from ${any}`,
  sql`create table ${table} as select id, a as b, lower(txt), a + 1, coalesce(b, 0), txt::varchar, case when a > 0 then b end, now() from ${any}`,
  sql`create table ${table} (x, y) as with z as (select a, b from ${any}) select z.*, 1, count(*) over () from z`,
  sql`select * into ${table} from (select a, b as c from ${any}) x`,
  sql`create table ${table} (id int, span int4range, during int4range, exclude using gist (span with &&), ${constraintName}exclude using gist (span with =, during with &&) where (id > 0))`,
  sql`create table ${table} (span int4range, during int4range, a int, ${constraintName}${fc.constantFrom("primary key", "unique")} (span, during without overlaps))`,
  sql`create table ${table} of pair`,
  sql`create table ${table} of pair (a with options not null, ${constraintName}unique (b))`,
  sql`create table ${table} (id int primary key, state mood, a positive, b int)`,
  sql`create table ${table} (id int, a int ${constraintName}not null, b int, ${constraintName}not null b${fc.constantFrom("", " no inherit")})`,
];

const keys = [
  sql`alter table ${only}${any} add ${constraintName}unique${nulls} (${columns})${include}${deferrable}`,
  sql`alter table ${only}${any} add ${constraintName}primary key (${columns})`,
  sql`alter table ${any} add ${constraintName}${fc.constantFrom("unique", "primary key")} using index ${name}${deferrable}`,
  sql`alter table ${any} add ${constraintName}exclude using gist (span with &&)${predicate.map((text) => (text === "" ? "" : ` where (${text.slice(7)})`))}`,
  sql`alter table ${any} add ${constraintName}exclude (${column} with =)`,
  sql`alter table ${any} add ${constraintName}unique (span, during without overlaps)`,
  sql`create unique index${ifNotExists} ${name} on ${only}${any} (${columns})${include}${nulls}${predicate}`,
  sql`create unique index on ${only}${any} (${columns})${include}${predicate}`,
  sql`create unique index on ${any} (${expression}, ${column})${predicate}`,
  sql`create unique index ${name} on ${any} (${expression})`,
  sql`create unique index on ${any} (${column} desc nulls last, ${expression}, ${expression})`,
  sql`create unique index on ${any} (txt collate "C" text_pattern_ops)`,
  sql`create index${ifNotExists} ${name} on ${any} (${columns})${include}${predicate}`,
  sql`create index on ${only}${any} (${columns})${predicate}`,
  sql`create index on ${any} using ${fc.constantFrom("hash", "brin", "gist", "btree")} (${column})`,
  sql`drop index${fc.constantFrom("", " if exists")} ${name}${cascade}`,
  sql`alter index ${name} rename to ${name}`,
  sql`alter table ${any} rename constraint ${name} to ${name}`,
  sql`alter table ${only}${any} drop constraint${fc.constantFrom("", " if exists")} ${name}${cascade}`,
  sql`alter table ${any} alter constraint ${name}${deferrable}`,
];

const columnChanges = [
  sql`alter table ${any} add column${ifNotExists} ${column} int${fc.constantFrom("", " unique", " not null", " primary key", " check (a > 0)", " generated always as identity", " generated always as (b + 1) stored")}`,
  sql`alter table ${any} add column ${column} int not null references ${any}${action}`,
  sql`alter table ${any} add column ${column} ${fc.constantFrom("mood", "positive", "pair", "serial", "text", "mood[]")}`,
  sql`alter table ${only}${any} drop column${fc.constantFrom("", " if exists")} ${column}${cascade}`,
  sql`alter table ${any} rename column ${column} to ${column}`,
  sql`alter table ${any} alter column ${column} ${fc.constantFrom("drop", "set")} not null`,
  // Not to bigint: casts that the server puts into expressions are no difference.
  sql`alter table ${any} alter column ${column} type ${fc.constantFrom("int", "text", "varchar(20)")}`,
  sql`alter table ${any} alter column ${column} ${fc.constantFrom("add generated always as identity", "drop identity", "drop identity if exists", "drop expression", "drop expression if exists", "set expression as (a + b)", "set default 1", "drop default")}`,
  sql`alter table ${any} add ${constraintName}check (${column} > ${fc.oneof(column, fc.constant("0"))})${fc.constantFrom("", "", " no inherit", " not valid")}`,
  sql`alter table ${any} add ${constraintName}not null ${column}${fc.constantFrom("", "", " no inherit", " not valid")}`,
  sql`alter table ${any} drop column ${column}, add column ${column} int, add ${constraintName}unique (${column})`,
  sql`alter table ${any} add ${constraintName}unique (${column}), add column ${column} int, alter ${column} set not null, add check (${column} > 0)`,
];

const foreignKeys = [
  sql`alter table ${any} add ${constraintName}foreign key (${column}) references ${any}${action}`,
  sql`alter table ${any} add ${constraintName}foreign key (${column}) references ${any} (${column})${action}`,
  sql`alter table ${any} add ${constraintName}foreign key (${columns}) references ${any} (${columns})`,
];

const tableChanges = [
  sql`alter table ${any} rename to ${plainTable}`,
  sql`alter table ${any} rename to ${fc.oneof(name, partition)}`,
  sql`alter table ${any} set schema ${schema}`,
  sql`drop table${fc.constantFrom("", " if exists")} ${any}${cascade}`,
  sql`drop table ${any}, ${any} cascade`,
  sql`set search_path to ${fc.constantFrom("app, public", "public", `"Odd Schema", public`, `"$user", public`, "public, app")}`,
  fc.constant("select pg_catalog.set_config('search_path', '', false)"),
  fc.constant("reset search_path"),
  sql`create schema${ifNotExists} ${schema}`,
  sql`drop schema ${schema} cascade`,
  sql`alter schema ${schema} rename to ${schema}`,
  sql`create schema extra create table e (id int primary key, a int unique)`,
];

const trees = [
  sql`create table ${partition} partition of ${parted} for values in (${fc.constantFrom("1", "2", "3")})`,
  sql`create table ${partition} partition of ${parted} (b not null, ${constraintName}unique (id, a), check (a > 0)) for values in (${fc.constantFrom("4", "5", "6")})`,
  sql`create table ${partition} partition of ${parted} default partition by list (id)`,
  sql`create table ${partition} (like p${likeOption})`,
  sql`create table ${partition} (id int not null, a int, b int, c int, d int, txt text, unique (id), unique (id, a))`,
  sql`alter table ${parted} attach partition ${fc.oneof(partition, table)} for values in (${fc.constantFrom("7", "8", "9")})`,
  sql`alter table ${parted} detach partition ${partition}`,
  sql`alter index ${name} attach partition ${name}`,
  sql`create index p_id_idx on only p (id)`,
  sql`create unique index k1 on only p (id, ${column})`,
  sql`create unique index k2 on p1 (id, ${column})`,
  sql`create index on p1 (id)`,
  fc.constant("alter index p_id_idx attach partition p1_id_idx"),
  fc.constant("alter index k1 attach partition k2"),
  sql`alter table only p add constraint k1 unique (id)`,
  sql`alter table p1 add constraint k2 unique (id)`,
  sql`create table q (${fc.constant(body)}) partition by range (a)`,
  sql`create table heir (z int unique) inherits (${fc.constantFrom("base", "t", "base, t")})`,
  sql`create table heir (a int not null, y int, ${constraintName}check (a > 0)) inherits (${fc.constantFrom("base", "u", "base, u")})`,
  sql`alter table ${fc.oneof(table, fc.constant("heir"))} ${fc.constantFrom("", "", "no ")}inherit ${fc.oneof(table, fc.constant("base"))}`,
  sql`create table grandheir () inherits (heir)`,
];

const others = [
  sql`create view ${view} as select id, a as x from ${any}${predicate}`,
  sql`create or replace view ${view} as select id, a as x, b from ${any}`,
  sql`create materialized view${ifNotExists} ${view} as select * from ${any}`,
  sql`create materialized view ${view} (x) as select t.a, u.b from ${any} t join ${any} u on t.id = u.id`,
  sql`create unique index on ${view} (${fc.constantFrom("x", "id", "a", "b")})`,
  sql`drop ${fc.constantFrom("view", "materialized view")} ${view}${cascade}`,
  sql`alter ${fc.constantFrom("view", "materialized view")} ${view} rename to ${view}`,
  sql`alter materialized view ${view} ${fc.constantFrom("rename column x to z", "set schema app")}`,
  sql`create type ${fc.constantFrom("mood", "app.mood", "pair", "extra")} as ${fc.constantFrom("enum ('on', 'off')", "(a int, b text)")}`,
  sql`create domain positive as ${fc.constantFrom("int check (value > 0)", "mood")}`,
  sql`drop ${fc.constantFrom("type mood", "type pair", "domain positive")}${cascade}`,
  sql`alter type ${fc.constantFrom("mood", "pair")} ${fc.constantFrom("rename to feeling", "set schema app")}`,
  sql`drop function ${fc.constantFrom("make_key", "public.make_key(int)")}${cascade}`,
  fc.constant("create function make_key(int) returns int language sql immutable as 'select $1'"),
  fc.constant("select make_key(1)"),
];

const plain = fc.oneof(
  { weight: 3, arbitrary: fc.oneof(...newTables) },
  { weight: 6, arbitrary: fc.oneof(...keys) },
  { weight: 5, arbitrary: fc.oneof(...columnChanges) },
  { weight: 2, arbitrary: fc.oneof(...foreignKeys) },
  { weight: 2, arbitrary: fc.oneof(...tableChanges) },
  { weight: 3, arbitrary: fc.oneof(...trees) },
  { weight: 2, arbitrary: fc.oneof(...others) },
);

/** Errors that people catch when they make changes repeatable. */
const caught = fc.constantFrom("duplicate_object", "duplicate_table", "duplicate_object or duplicate_table", "others", "duplicate_column", "duplicate_table or invalid_table_definition");
const quoted = (text: Text): Text => text.map((inner) => `'${inner.replaceAll("'", "''")}'`);
/** Changes that are refused, if they are, because they were made already; not for want of an operator, which is another reason that `others` catches. */
const repeatable = fc.oneof(
  sql`alter table t add constraint ${name} unique (${fc.constantFrom("id", "a", "b")})`,
  sql`create unique index ${name} on t (${fc.constantFrom("id", "a", "b")})`,
  sql`alter table t add column ${fc.constantFrom("a", "b", "e", "f")} int unique`,
  sql`create table ${fc.constantFrom("t", "x")} (id int primary key, a int, b int)`,
  sql`alter table t add constraint ${name} check (id is not null)`,
  sql`alter table t add primary key (id)`,
);

const blocks = fc.oneof(
  sql`do $$ begin ${repeatable}; exception when ${caught} then null; end $$`,
  sql`do $$ begin ${repeatable}; ${repeatable}; exception when ${caught} then raise notice 'there'; end $$`,
  sql`do $$ begin begin ${repeatable}; exception when ${caught} then ${repeatable}; end; ${plain}; end $$`,
  sql`do $$ begin if not exists (select 1 from pg_class where relname = 'k1') then create unique index k1 on t (a); end if; end $$`,
  sql`do $$ begin if not exists (select from pg_constraint where conname = 'k2') then alter table t add constraint k2 unique (a, b); end if; end $$`,
  sql`do $$ begin execute ${quoted(plain)}; end $$`,
  sql`do $$ begin execute format('alter table %I add constraint %I unique (%I)', 't', ${quoted(fc.constantFrom("k1", "k3", "Key"))}, 'a'); end $$`,
);

const statement = fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: blocks });

const schemas = ["create schema app", 'create schema "Odd Schema"'];
const functions = ["create function make_key(int) returns int language sql immutable as 'select $1'"];
const types = ["create type mood as enum ('on', 'off')", "create type pair as (a int, b int)", "create domain positive as int check (value > 0)"];
const plainTables = [
  `create table t (id int primary key, a int unique, b int, c int, d int, txt text, span int4range, "Odd Col" int, state text)`,
  `create table u (id int primary key, a int not null, b int, c int, txt text, ${longColumn} int, unique (a, b))`,
];
const parents = [
  "create table p (id int not null, a int, b int, c int, d int, txt text) partition by list (id)",
  "create table p1 partition of p for values in (1)",
];
const inherited = ["create table base (id int primary key, a int not null, b int, c int, txt text, check (a > 0))", "create table heir (b int unique, z int) inherits (base)"];

const start = fc
  .tuple(fc.constant(schemas), fc.subarray([...functions, ...types]), fc.constant(plainTables), fc.constantFrom([], parents), fc.constantFrom([], [], inherited))
  .map((parts) => parts.flat());

/** A beginning that gives the rest something to work on, then anything, in up to three files. */
export const history: fc.Arbitrary<RandomHistory> = fc
  .tuple(start, fc.array(statement, { minLength: 4, maxLength: 18 }), fc.array(statement, { maxLength: 6 }), fc.array(statement, { maxLength: 4 }))
  .map(([first, ...files]) => [first, ...files].filter((file) => file.length > 0));
