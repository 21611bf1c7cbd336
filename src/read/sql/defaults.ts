import type { Node } from "libpg-query";
import type { ColumnDefault } from "../../model/catalog.ts";
import { quoteLiteral } from "./canonical-text.ts";
import { as, namesOf } from "./nodes.ts";

/**
 * Functions whose every call gives another value. `now()` and its kin are counted too: they are moments, not keys that a caller hands in.
 * Own generators (`generate_ulid()`, `new_id()`) are known by their names only.
 */
const generators = /^(gen_random_uuid|uuid_generate_v\d\w*|uuidv[1-9]|uuid_v[1-9]|nextval|now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|cuid2?|nanoid|n?ulid\w*|(?:\w+_)?(?:generate|gen|make|new|create)_\w*(?:id|ulid|uuid|key|token)\w*|\w*(?:ulid|uuid|nanoid|cuid|ksuid|snowflake|typeid)_?(?:generate|new|v\d)?\w*)$/;

/** Functions that make moments coarser: two rows of one day get the same value. */
const coarse = /^(date_trunc|date_bin|date|to_char|to_date|extract|date_part|age)$/;

/** Does the expression hold a value that is new for every row? Functions around it do not matter (`lower(gen_random_uuid()::text)`). */
export function isFresh(node: Node | undefined): boolean {
  if (!node) return false;
  const cast = as(node, "TypeCast");
  if (cast && namesOf(cast.typeName?.names).at(-1) === "date") return false;
  if (cast) return isFresh(cast.arg) || /^now$/i.test(as(cast.arg, "A_Const")?.sval?.sval ?? "");
  const value = as(node, "SQLValueFunction");
  if (value) return /TIME/.test(value.op ?? "");
  const call = as(node, "FuncCall");
  if (call) {
    const name = (namesOf(call.funcname).at(-1) ?? "").toLowerCase();
    return generators.test(name) || (!coarse.test(name) && (call.args ?? []).some(isFresh));
  }
  const operator = as(node, "A_Expr");
  return operator ? isFresh(operator.lexpr) || isFresh(operator.rexpr) : false;
}

/** What a DEFAULT clause gives; `default null` is none. */
export function readDefault(node: Node | undefined): ColumnDefault | null {
  const inner = as(node, "TypeCast")?.arg ?? node;
  if (!node || as(inner, "A_Const")?.isnull) return null;
  const literal = literalOf(inner);
  return { by: "database", fresh: isFresh(node), ...(literal === null ? {} : { literal }) };
}

/** The constant as canonical text spells it; null: it is computed. */
function literalOf(node: Node | undefined): string | null {
  const constant = as(node, "A_Const");
  if (constant?.boolval) return String(constant.boolval.boolval ?? false);
  if (constant?.sval) return quoteLiteral(constant.sval.sval ?? "");
  if (constant?.ival) return String(constant.ival.ival ?? 0);
  return null;
}
