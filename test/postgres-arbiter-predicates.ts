import type { Random } from "./postgres-arbiter-random.ts";

/** A condition and how it is spelled: every call picks one of the spellings that people and tools have for it. */
export type Spelled = () => string;

/** Any condition on the columns of the generated tables: atoms, joined and negated. */
export function randomCondition(random: Random, depth = 2): Spelled {
  const kind = depth === 0 ? 0 : random.below(10);
  if (kind < 5) return randomAtom(random);
  if (kind === 9) {
    const inner = randomCondition(random, depth - 1);
    return () => `not (${inner()})`;
  }
  const arms = Array.from({ length: 2 + random.below(2) }, () => randomCondition(random, depth - 1));
  return joined(random, kind < 8 ? "and" : "or", arms);
}

/** Something near to a condition: itself in other spellings, stronger, weaker, or a part of it. */
export function nearCondition(random: Random, condition: Spelled): Spelled {
  const other = randomCondition(random, 1);
  return random.pick<Spelled>([condition, condition, joined(random, "and", [condition, other]), joined(random, "or", [condition, other]), () => `not (${condition()})`, other]);
}

function joined(random: Random, op: "and" | "or", arms: Spelled[]): Spelled {
  return () => random.shuffled(arms).map((arm) => `(${arm()})`).join(random.pick([` ${op} `, ` ${op.toUpperCase()} `]));
}

function randomAtom(random: Random): Spelled {
  const make = random.pick([nullTest, nullTest, booleanTest, booleanTest, wordEquals, wordEquals, wordList, wordList, wordOther, number, number, numberRange, computed, twoColumns, moment, identifier, json]);
  return make(random);
}

const words = ["a", "b", "c", "A", "open"];

function column(random: Random, names: string[]): Spelled {
  const name = random.pick(names);
  return () => random.pick([name, name, name, `u.${name}`, `"${name}"`, `(${name})`, name.toUpperCase()]);
}

function nullTest(random: Random): Spelled {
  const name = column(random, ["deleted_at", "email", "org", "st", "active", "mood", "status", "data", "price", "lower(email)", "(data ->> 'k')", "coalesce(email, kind)"].filter((one) => /^\w+$/.test(one)));
  const absent = random.chance(0.5);
  return () => random.pick(absent ? [`${name()} is null`, `${name()} ISNULL`, `not (${name()} is not null)`, `${name()} is not distinct from null`] : [`${name()} is not null`, `${name()} NOTNULL`, `NOT (${name()} IS NULL)`, `${name()} is distinct from null`]);
}

function booleanTest(random: Random): Spelled {
  const name = column(random, ["active", "f"]);
  const spellings: (() => string[])[] = [
    () => [name(), `${name()} = true`, `true = ${name()}`, `${name()} <> false`, `not (not ${name()})`, `${name()} = 't'`, `${name()} in (true)`, `${name()} = any (array[true])`, `${name()} = any ('{t}')`, `${name()}::boolean`, `${name()} != 'false'`],
    () => [`not ${name()}`, `${name()} = false`, `false = ${name()}`, `${name()} <> true`, `NOT (${name()} = TRUE)`, `${name()} = 'f'::boolean`, `${name()} <> all (array[true])`],
    () => [`${name()} in (true, false)`, `${name()} = any (array[true, false])`],
    () => [`${name()} is true`, `not (${name()} is not true)`],
    () => [`${name()} is false`, `not (${name()} is not false)`],
    () => [`${name()} is not true`, `not (${name()} is true)`],
    () => [`${name()} is not false`],
    () => [`${name()} is unknown`],
    () => [`${name()} is not unknown`],
  ];
  const made = random.chance(0.7) ? (spellings[random.below(2)] ?? nothing) : random.pick(spellings);
  return () => random.pick(made());
}

const nothing = (): string[] => ["true"];

function wordEquals(random: Random): Spelled {
  const plain = random.pick(["kind", "email", "b", "status", "code", "mood"]);
  const name = column(random, [plain]);
  const word = plain === "mood" ? random.pick(["a", "b", "c"]) : random.pick(words);
  const not = random.chance(0.3);
  const cast = (): string[] => {
    const own = plain === "mood" || plain === "code" ? [`${name()} ${not ? "<>" : "="} '${word}'::${plain === "mood" ? "mood" : "bpchar"}`] : [];
    if (plain === "mood") return [...own, ...own, `(${name()})::text ${not ? "<>" : "="} '${word}'::text`];
    return [...own, `(${name()})::text ${not ? "<>" : "="} '${word}'::text`, `${name()} ${not ? "<>" : "="} '${word}'::text`, `${name()}::text ${not ? "!=" : "="} '${word}'`, `${name()}::varchar ${not ? "!=" : "="} '${word}'`];
  };
  return () =>
    random.pick([
      ...(not ? [`${name()} <> '${word}'`, `${name()} != '${word}'`, `'${word}' <> ${name()}`, `not (${name()} = '${word}')`, `${name()} not in ('${word}')`] : [`${name()} = '${word}'`, `'${word}' = ${name()}`, `not (${name()} <> '${word}')`, `${name()} IN ('${word}')`]),
      ...cast(),
    ]);
}

function wordList(random: Random): Spelled {
  const plain = random.pick(["kind", "status", "mood", "code"]);
  const name = column(random, [plain]);
  const chosen = random.shuffled(plain === "mood" ? ["a", "b", "c"] : words).slice(0, 2 + random.below(2));
  const not = random.chance(0.4);
  const list = (cast = ""): string => random.shuffled(chosen).map((word) => `'${word}'${cast}`).join(", ");
  const type = { kind: "text", status: "character varying", mood: "mood", code: "bpchar" }[plain] ?? "text";
  return () => {
    const chain = random.shuffled(chosen).map((word) => `${name()} ${not ? "<>" : "="} '${word}'`).join(not ? " and " : " or ");
    const operator = not ? "<> all" : "= any";
    const deparsed = plain === "status" ? `(${name()})::text ${operator} ((array[${list("::character varying")}])::text[])` : `${name()} ${operator} (array[${list(`::${type}`)}])`;
    return random.pick([`${name()} ${operator} (array[${list()}])`, `${name()} ${not ? "not in" : "in"} (${list()})`, deparsed, chain, `${name()} ${operator} ('{${random.shuffled(chosen).join(",")}}')`, `not (${name()} ${not ? "in" : "not in"} (${list()}))`]);
  };
}

function wordOther(random: Random): Spelled {
  const name = column(random, ["kind", "status", "email"]);
  const word = random.pick(words);
  const made = random.pick<() => string[]>([
    () => [`${name()} like '${word}%'`, `${name()} ~~ '${word}%'`, `not (${name()} not like '${word}%')`],
    () => [`${name()} not like '${word}%'`, `${name()} !~~ '${word}%'`],
    () => [`${name()} ilike '${word}%'`],
    () => [`${name()} ~ '^${word}'`],
    () => [`${name()} >= '${word}'`, `'${word}' <= ${name()}`],
    () => [`${name()} > '${word}'`, `not (${name()} <= '${word}')`],
    () => [`${name()} is distinct from '${word}'`, `not (${name()} is not distinct from '${word}')`],
    () => [`${name()} is not distinct from '${word}'`],
    () => [`${name()} <> ''`, `${name()} != ''::text`],
  ]);
  return () => random.pick(made());
}

const operators = ["=", "<>", "<", "<=", ">", ">="];
const mirrored: Record<string, string> = { "=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const opposite: Record<string, string> = { "=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<" };

function number(random: Random): Spelled {
  const plain = random.pick(["st", "a", "big", "small", "price", "ratio"]);
  const name = column(random, [plain]);
  const op = random.pick(operators);
  const value = random.pick([-1, 0, 1, 2, 3]);
  const fraction = random.chance(0.15) ? random.pick([".0", ".5"]) : "";
  const spelled = (): string => (fraction !== "" ? `${value}${fraction}` : random.pick([`${value}`, `${value}`, `'${value}'`, `(${value})`, `'${value}'::integer`, ...(plain === "price" ? [`(${value})::numeric`, `'${value}'::numeric`, `${value}.0`] : []), ...(plain === "ratio" ? [`(${value})::double precision`] : []), ...(plain === "big" ? [`'${value}'::bigint`, `${value}::bigint`] : [])]));
  return () => random.pick([`${name()} ${op} ${spelled()}`, `${spelled()} ${mirrored[op]} ${name()}`, `not (${name()} ${opposite[op]} ${spelled()})`]);
}

function numberRange(random: Random): Spelled {
  const name = column(random, ["st", "a", "price"]);
  const [low, high] = [random.below(3), 2 + random.below(3)];
  return () => random.pick([`${name()} between ${low} and ${high}`, `${name()} >= ${low} and ${name()} <= ${high}`, `not (${name()} < ${low} or ${name()} > ${high})`, `not (${name()} not between ${low} and ${high})`]);
}

function computed(random: Random): Spelled {
  const word = random.pick(words);
  const value = random.below(3);
  const made = random.pick<() => string[]>([
    () => [`lower(email) = '${word}'`, `LOWER(u.email) = '${word}'::text`, `'${word}' = lower((email))`],
    () => [`lower(status) = '${word}'`, `lower((status)::text) = '${word}'::text`],
    () => [`upper(email) = '${word}'`],
    () => [`coalesce(st, 0) = ${value}`, `COALESCE(st, '0') = ${value}`],
    () => [`coalesce(email, '') = '${word}'`, `COALESCE(email, ''::text) = '${word}'::text`],
    () => [`st + 1 > ${value}`, `(st + 1) > ${value}`, `${value} < st + 1`],
    () => [`length(kind) > ${value}`, `char_length(kind) > ${value}`].slice(0, 1),
    () => [`length(btrim(email)) > ${value}`, `length(trim(email)) > ${value}`, `length(trim(both from email)) > ${value}`],
    () => [`case when active then st else 0 end = ${value}`],
    () => [`nullif(email, '') is not null`],
    () => [`small & 1 = ${value}`, `((small)::integer & 1) = ${value}`],
    () => [`small::integer = ${value}`, `(small)::int = ${value}`],
    () => [`small + 1 = ${value}`],
    () => [`small::integer + 1 = ${value}`],
    () => [`st::numeric > ${value}`, `st > ${value}.0`],
    () => [`price + 1 > ${value}`, `(price + 1.0) > ${value}`],
    () => [`ratio * 2 > ${value}`, `(ratio * (2)::double precision) > ${value}`],
    () => [`abs(st) = ${value}`],
    () => [`st % 2 = ${value}`],
    () => [`email || kind = '${word}'`, `(email || kind) = '${word}'::text`],
  ]);
  return () => random.pick(made());
}

function twoColumns(random: Random): Spelled {
  const op = random.pick(operators);
  const [left, right] = random.shuffled(["a", "st"]);
  return () => random.pick([`${left} ${op} ${right}`, `${right} ${mirrored[op]} ${left}`, `not (${left} ${opposite[op]} ${right})`]);
}

function moment(random: Random): Spelled {
  const op = random.pick(operators);
  const day = random.pick(["2020-01-01", "2021-06-30"]);
  const name = random.pick(["day", "deleted_at", "made_at"]);
  const values: Record<string, string[]> = {
    day: [`'${day}'`, `'${day}'::date`],
    deleted_at: [`'${day} 00:00:00+00'`, `'${day}T00:00:00Z'`, `'${day} 00:00:00+00'::timestamptz`, `'${day} 00:00:00+00'::timestamp with time zone`],
    made_at: [`'${day}'`, `'${day} 00:00:00'::timestamp`, `'${day} 00:00:00'::timestamp without time zone`],
  };
  return () => `${name} ${op} ${random.pick(values[name] ?? [])}`;
}

function identifier(random: Random): Spelled {
  const value = random.pick(["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000a"]);
  const op = random.pick(["=", "<>"]);
  return () => random.pick([`org ${op} '${value}'`, `org ${op} '${value}'::uuid`, `'${value}' ${op} u.org`, `org ${op} '${value.toUpperCase()}'`]);
}

function json(random: Random): Spelled {
  const word = random.pick(words);
  const made = random.pick<() => string[]>([
    () => [`data ->> 'k' = '${word}'`, `(data ->> 'k'::text) = '${word}'::text`],
    () => [`data ->> 'k' is not null`, `(data ->> 'k') is not null`],
    () => [`data -> 'k' ->> 'l' = '${word}'`],
    () => [`data ? 'k'`],
    () => [`data @> '{"k": 1}'`, `data @> '{"k": 1}'::jsonb`],
    () => [`(data ->> 'n')::int > 1`, `((data ->> 'n'::text))::integer > 1`],
    () => [`jsonb_typeof(data) = 'object'`],
  ]);
  return () => random.pick(made());
}
