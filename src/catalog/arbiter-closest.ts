import type { KeyPart, Predicate, Table, UniqueKey } from "../model/catalog.ts";
import type { ArbiterMismatch } from "./arbiter-mismatch.ts";
import { matchParts } from "./arbiter-parts.ts";
import { partColumns } from "./keys.ts";
import { nearestNames } from "./nearest.ts";
import { implies } from "./predicate.ts";
import { typesOf } from "./predicate-types.ts";

type Closest = { key: UniqueKey; why: ArbiterMismatch };

/** The key that a refused target comes closest to, and what keeps them apart; null: none shares a column with it. */
export function closestKey(table: Table, parts: readonly KeyPart[], where: Predicate | null): Closest | null {
  const scored = table.keys.flatMap((key) => {
    const why = mismatch(table, key, parts, where);
    return why ? [{ key, why, score: score(why, key, parts) }] : [];
  });
  scored.sort((a, b) => b.score - a.score);
  const [best] = scored;
  return best ? { key: best.key, why: best.why } : null;
}

/** The constraint whose name a wrong name most likely meant. */
export function closestName(table: Table, name: string): Closest | null {
  const constraints = table.keys.filter((key) => key.kind !== "index" && key.name !== null);
  const [near] = nearestNames(name, constraints.map((key) => key.name ?? ""));
  const key = constraints.find((one) => one.name === near);
  return key && near !== undefined ? { key, why: { kind: "near-name", name: near } } : null;
}

function mismatch(table: Table, key: UniqueKey, parts: readonly KeyPart[], where: Predicate | null): ArbiterMismatch | null {
  const [own, named] = [partColumns(key), partColumns({ parts })];
  const missing = own.filter((column) => !named.includes(column));
  const extra = named.filter((column) => !own.includes(column));
  if (missing.length === own.length) return null;
  if (missing.length > 0 && extra.length > 0) return { kind: "other-columns" };
  if (missing.length > 0) return { kind: "missing-columns", columns: missing };
  if (extra.length > 0) return { kind: "extra-columns", columns: extra };
  if (key.valid === false) return { kind: "invalid" };
  const apart = [...key.parts, ...parts].find((part) => part.kind === "expression" && !(holds(key.parts, part) && holds(parts, part)));
  if (apart?.kind === "expression") return { kind: "expression", expression: apart.expression };
  if (key.where !== null && implies(where, key.where, typesOf(table)) !== "yes") return { kind: "predicate", needs: key.where.text };
  if (matchParts(table, key.parts, parts) !== "yes") return { kind: "collation-or-opclass" };
  return { kind: "other-columns" };
}

function holds(parts: readonly KeyPart[], expression: KeyPart): boolean {
  return parts.some((part) => part.kind === "expression" && expression.kind === "expression" && part.expression === expression.expression);
}

const order: ArbiterMismatch["kind"][] = ["other-columns", "extra-columns", "missing-columns", "expression", "collation-or-opclass", "invalid", "predicate"];

/** The kind of difference first, then how many columns the two share. */
function score(why: ArbiterMismatch, key: UniqueKey, parts: readonly KeyPart[]): number {
  const named = partColumns({ parts });
  const own = partColumns(key);
  const shared = own.filter((column) => named.includes(column)).length;
  return order.indexOf(why.kind) * 10 + shared - Math.abs(own.length - named.length) / 10;
}
