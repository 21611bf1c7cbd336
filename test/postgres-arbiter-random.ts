import { nearCondition, randomCondition, type Spelled } from "./postgres-arbiter-predicates.ts";

/** Numbers out of a seed, so that every case can be made again. */
export type Random = {
  below(bound: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
};

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    chance: (share) => next() < share,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    shuffled: (items) => {
      const left = [...items];
      return items.map(() => left.splice(below(left.length), 1)[0] as (typeof items)[number]);
    },
  };
}

/** A table `u` with keys, and conflict clauses to ask about it. `duplicates`: rows that make the first key's concurrent build fail. */
export type Question = { table: string[]; keys: string[]; invalid: string | null; clauses: string[] };

const body = `(id int not null, a int, b text, st int, big bigint, small smallint, price numeric(10,2), ratio double precision, email text, kind text, status varchar(20) collate "POSIX", code char(8), mood mood, active boolean, f boolean not null, deleted_at timestamptz, made_at timestamp, day date, org uuid, data jsonb, r int4range)`;

const shapes: Record<"plain" | "partitioned" | "partition" | "child", string[]> = {
  plain: [`create table u ${body}`],
  partitioned: [`create table u ${body} partition by list (id)`, "create table u_1 partition of u for values in (1)", "create table u_rest partition of u default"],
  partition: [`create table parent ${body} partition by list (id)`, "create table u partition of parent for values in (1)"],
  child: [`create table parent ${body}`, "create table u () inherits (parent)"],
};

type Key = { parts: string[]; where: Spelled | null; names: string[] };

export function questionOf(random: Random, size: number): Question {
  const shape = random.chance(0.75) ? "plain" : random.pick(["partitioned", "partition", "child"] as const);
  const split = shape === "partitioned" || shape === "partition";
  const keys = Array.from({ length: 1 + random.below(4) }, () => randomKey(random, split));
  const owner = shape === "partition" && random.chance(0.7) ? "parent" : "u";
  const statements = keys.flatMap((key, i) => (shape === "partitioned" && random.chance(0.3) ? onOnly(random, key, i) : keyStatements(random, key, owner, i)));
  const invalid = shape === "plain" && random.chance(0.15) ? `k_invalid` : null;
  if (invalid !== null) keys.push({ parts: ["a"], where: null, names: [invalid] });
  const checks = random.chance(0.2) ? [`alter table u add constraint u_check check (a > -100)`] : [];
  return { table: shapes[shape], keys: [...statements, ...checks], invalid, clauses: Array.from({ length: size }, () => randomClause(random, keys)) };
}

const plainParts = ["a", "b", "st", "email", "kind", "status", "org", "big", "mood", "day", "f"];
const expressions = ["lower(email)", "lower(status)", "coalesce(kind, '')", "coalesce(st, 0)", "(a + 1)", "(data ->> 'k')", "upper(email)", "(email || kind)", "date_trunc('day', made_at)", "(active is true)", "md5(email)"];

function randomKey(random: Random, split: boolean): Key {
  const parts = random.shuffled(plainParts).slice(0, 1 + random.below(2));
  if (random.chance(0.3) && !split) parts[0] = random.pick(expressions);
  if (split) parts.push("id");
  return { parts, where: random.chance(0.6) && !split ? randomCondition(random) : null, names: [] };
}

function keyStatements(random: Random, key: Key, table: string, number: number): string[] {
  const name = `k${number}`;
  key.names.push(name);
  const plain = key.where === null && key.parts.every((part) => /^\w+$/.test(part));
  const kind = random.below(10);
  const columns = key.parts.join(", ");
  if (plain && kind < 5) {
    return [random.pick([
      `alter table ${table} add constraint ${name} unique (${columns})`,
      `alter table ${table} add constraint ${name} unique nulls not distinct (${columns})`,
      `alter table ${table} add constraint ${name} primary key (${columns})`,
      `alter table ${table} add constraint ${name} unique (${columns}) include (r)`,
      `alter table ${table} add constraint ${name} unique (${columns}) deferrable`,
      `alter table ${table} add constraint ${name} unique (${columns}) deferrable initially deferred`,
      `alter table ${table} add constraint ${name} exclude (${key.parts[0]} with =)`,
      `alter table ${table} add constraint ${name} exclude using gist (r with &&)`,
      `alter table ${table} add constraint ${name} exclude (${key.parts[0]} with =) deferrable`,
    ])];
  }
  const made = key.parts.map((part) => part + random.pick(["", "", "", "", detail(random, part), " desc", " desc nulls last", " nulls first"]));
  const where = key.where === null ? "" : ` where ${key.where()}`;
  const create = (as: string): string => `create unique index ${as} on ${table} (${made.join(", ")})${random.chance(0.1) ? " include (r)" : ""}${random.chance(0.1) ? " nulls not distinct" : ""}${where}`;
  if (!random.chance(0.1)) return [create(name)];
  key.names.push(`${name}_twin`);
  return [create(name), create(`${name}_twin`)];
}

/** A key of the parent alone, which is invalid until every partition has its own attached. */
function onOnly(random: Random, key: Key, number: number): string[] {
  const [name, columns] = [`k${number}`, key.parts.join(", ")];
  key.names.push(name);
  const kind = random.pick(["index", "index", "unique"]);
  const make = (as: string, on: string): string => (kind === "index" ? `create unique index ${as} on ${on} (${columns})` : `alter table ${on} add constraint ${as} ${kind} (${columns})`);
  const attached = random.pick([[], ["u_1"], ["u_1", "u_rest"], ["u_rest", "u_1"]]);
  return [make(name, "only u"), ...attached.flatMap((partition) => [make(`${name}_${partition}`, partition), `alter index ${name} attach partition ${name}_${partition}`])];
}

const textual = /^(b|email|kind|status)$|^lower|^upper|^md5/;

/** A collation or operator class of the part's type. */
function detail(random: Random, part: string): string {
  if (textual.test(part)) return random.pick([' collate "C"', ' collate "POSIX"', " text_pattern_ops", " text_ops", " varchar_pattern_ops"]);
  return { a: " int4_ops", st: " int4_ops", org: " uuid_ops", big: " int8_ops", day: " date_ops" }[part] ?? "";
}

function randomClause(random: Random, keys: Key[]): string {
  const action = random.pick(["do nothing", "do nothing", "do update set small = 1"]);
  const kind = random.below(20);
  if (kind === 0) return action;
  if (kind === 1) return `on constraint ${random.pick([...keys.flatMap((key) => key.names), "nothing", "u_check", "u_f_not_null"])} ${action}`;
  const key = random.pick(keys);
  const parts = random.chance(0.85) ? key.parts : random.shuffled(plainParts).slice(0, 1 + random.below(2));
  const named = random.shuffled(random.chance(0.1) ? [...parts, random.pick([...parts, "b"])] : random.chance(0.05) && parts.length > 1 ? parts.slice(1) : parts).map((part) => respell(random, part));
  const where = key.where === null ? (random.chance(0.2) ? randomCondition(random, 1) : null) : random.chance(0.9) ? nearCondition(random, key.where) : null;
  return `(${named.join(", ")})${where === null ? "" : ` where ${where()}`} ${action}`;
}

/** Other ways to write a part, and details that the clause may ask for. */
function respell(random: Random, part: string): string {
  const ways: Record<string, string[]> = {
    "lower(email)": ["LOWER(email)", "((lower((email))))", "lower(email::text)"],
    "lower(status)": ["lower((status)::text)"],
    "coalesce(kind, '')": ["COALESCE(kind, ''::text)", "coalesce(kind,'')"],
    "coalesce(st, 0)": ["coalesce(st, '0')"],
    "(a + 1)": ["((a) + 1)", "(1 + a)"],
    "(data ->> 'k')": ["(data->>'k')", "((data ->> 'k'::text))"],
    "date_trunc('day', made_at)": ["date_trunc('day'::text, made_at)"],
  };
  const spelled = random.chance(0.4) ? random.pick([part, ...(ways[part] ?? [`"${part}"`, `(${part})`].filter(() => /^\w+$/.test(part)))]) : part;
  return spelled + (random.chance(0.08) ? detail(random, part) : "") + (random.chance(0.01) ? random.pick([" asc", " desc", " nulls first", " desc nulls last"]) : "");
}
