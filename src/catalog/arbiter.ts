import type { Dialect, KeyPart, Predicate, Table, UniqueKey } from "../model/catalog.ts";
import type { Conflict } from "../model/project.ts";
import { closestKey, closestName } from "./arbiter-closest.ts";
import type { ArbiterMismatch } from "./arbiter-mismatch.ts";
import { matchParts } from "./arbiter-parts.ts";
import { cutName } from "./names.ts";
import { implies } from "./predicate.ts";
import { typesOf } from "./predicate-types.ts";
import { columnOf } from "./tables.ts";

export type { ArbiterMismatch } from "./arbiter-mismatch.ts";

/**
 * What Postgres answers to an ON CONFLICT clause (https://www.postgresql.org/docs/current/sql-insert.html, "conflict_target").
 * `match`: the keys that are arbiters (with no target every key; none, where a table without a primary key gets supabase's default target).
 * `none`: refused, with the SQLSTATE and the key that comes closest; `unknown`: outside of the decision procedure, so say nothing.
 */
export type ArbiterVerdict =
  /** `perhaps`: those of which it cannot be told; absent: none. */
  | { kind: "match"; keys: UniqueKey[]; perhaps?: UniqueKey[] }
  | {
      kind: "none";
      sqlstate: "42P10" | "42704" | "42809" | "42601" | "55000";
      /** Postgres' words. */
      answer: string;
      closest: { key: UniqueKey; why: ArbiterMismatch } | null;
    }
  | { kind: "unknown"; why: string };

type Refusal = Extract<ArbiterVerdict, { kind: "none" }>;

const words = {
  "42P10": "there is no unique or exclusion constraint matching the ON CONFLICT specification",
  "42601": "ON CONFLICT DO UPDATE requires inference specification or constraint name",
  "42809": "ON CONFLICT DO UPDATE not supported with exclusion constraints",
  "55000": "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters",
} as const;

/** Which keys of `table` does this conflict target infer, as Postgres does it (reference §2.1–2.3)? MySQL has no targets: unknown. */
export function inferArbiter(table: Table, conflict: Pick<Conflict, "action" | "target">, dialect: Dialect = "postgres"): ArbiterVerdict {
  if (dialect !== "postgres" && dialect !== "sqlite") return { kind: "unknown", why: "the dialect has no conflict targets" };
  if (table.kind !== "table") return { kind: "unknown", why: "not a table" };
  const { target } = conflict;
  switch (target.by) {
    case "unknown":
      return { kind: "unknown", why: "the conflict target could not be read" };
    case "none":
      return conflict.action === "update" && dialect === "postgres" ? refusal("42601") : settle(table.keys);
    case "primary":
      return byPrimary(table);
    case "constraint":
      return byConstraint(table, target.name, conflict.action);
    case "columns":
      if (target.order !== undefined && dialect === "postgres") return { ...refusal("42P10"), answer: `${target.order} is not allowed in ON CONFLICT clause` };
      return byParts(table, target.parts, target.where, dialect);
  }
}

/** All that match are arbiters, and one that is deferrable fails when the statement runs. */
function settle(keys: UniqueKey[], perhaps: UniqueKey[] = []): ArbiterVerdict {
  const deferrable = keys.find((key) => key.deferrable);
  return deferrable ? refusal("55000", { key: deferrable, why: { kind: "deferrable" } }) : { kind: "match", keys, ...(perhaps.length > 0 ? { perhaps } : {}) };
}

function refusal(sqlstate: keyof typeof words, closest: Refusal["closest"] = null): Refusal {
  return { kind: "none", sqlstate, answer: words[sqlstate], closest };
}

/** PostgREST names the primary key's columns; on a table that has none it writes a plain INSERT. */
function byPrimary(table: Table): ArbiterVerdict {
  const keys = table.keys.filter((key) => key.kind === "primary");
  return keys.length === 0 && !table.complete ? { kind: "unknown", why: "the table's keys are not all known" } : settle(keys);
}

function byConstraint(table: Table, asked: string, action: Conflict["action"]): ArbiterVerdict {
  const name = cutName(asked);
  const key = table.keys.find((one) => one.name === name);
  if (key && key.kind !== "index") {
    if (key.valid === false) return refusal("42P10", { key, why: { kind: "invalid" } });
    return key.kind === "exclusion" && action === "update" ? refusal("42809") : settle([key]);
  }
  if (!key && (!table.complete || table.keys.some((one) => one.name === null))) return { kind: "unknown", why: "the table's keys are not all known by name" };
  if (!key && hasOtherConstraint(table, name)) {
    return { kind: "none", sqlstate: "42809", answer: "constraint in ON CONFLICT clause has no associated index", closest: null };
  }
  const closest = key ? { key, why: { kind: "not-a-constraint" } as const } : closestName(table, name);
  return { kind: "none", sqlstate: "42704", answer: `constraint "${name}" for table "${table.name}" does not exist`, closest };
}

/** One without an index. NOT NULL is one since Postgres 18; the releases before refuse the name, too, as one that does not exist. */
function hasOtherConstraint(table: Table, name: string): boolean {
  return [...table.checks, ...table.foreignKeys, ...table.columns.flatMap((column) => column.notNull ?? [])].some((one) => one.name === name);
}

function byParts(table: Table, parts: KeyPart[], where: Predicate | null, dialect: Dialect): ArbiterVerdict {
  const stranger = parts.find((part) => part.kind === "column" && table.columns.length > 0 && !columnOf(table, part.column));
  if (stranger?.kind === "column") return { kind: "unknown", why: `column "${stranger.column}" is not known` };
  const judged = table.keys.map((key) => ({ key, answer: judge(table, key, parts, where, dialect) }));
  const matching = judged.flatMap(({ key, answer }) => (answer === "yes" ? [key] : []));
  const perhaps = judged.flatMap(({ key, answer }) => (answer === "unknown" ? [key] : []));
  if (matching.length > 0) return settle(matching, perhaps);
  const [unsure] = perhaps;
  if (unsure) return { kind: "unknown", why: `it cannot be told whether "${unsure.name ?? "a key"}" matches` };
  if (!table.complete) return { kind: "unknown", why: "the table's keys are not all known" };
  return refusal("42P10", closestKey(table, parts, where));
}

/** `infer_arbiter_indexes`: valid, unique and no exclusion constraint; the parts as sets; the predicate implied. */
function judge(table: Table, key: UniqueKey, parts: KeyPart[], where: Predicate | null, dialect: Dialect): "yes" | "no" | "unknown" {
  if (key.kind === "exclusion" || key.valid === false) return "no";
  if (key.parts.length === 0) return "unknown";
  const same = matchParts(table, key.parts, parts);
  if (same === "no" || key.where === null) return same;
  const implied = implies(where, key.where, typesOf(table));
  // SQLite compares the two conditions as they are written.
  const predicate = dialect === "sqlite" && implied === "yes" && where?.text !== key.where.text ? "unknown" : implied;
  return predicate === "yes" ? same : predicate;
}
