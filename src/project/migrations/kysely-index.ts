import type { Span } from "../../model/span.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asString, returnOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { nameText, sqlText, tableText } from "./kysely-sql.ts";
import type { Reading } from "./library.ts";
import type { Piece } from "./sent.ts";
import { literalOf, piece, quote } from "./sql-text.ts";

/** CREATE INDEX; null: a part of it is not known. */
export function indexText(reading: Reading, schema: string | null, head: ChainLink, links: ChainLink[], at: Span): Piece[] | null {
  const has = (name: string): boolean => links.some((link) => link.name === name);
  const argument = (name: string): Evaluated | undefined => links.find((link) => link.name === name)?.args?.[0];
  const [name, table] = [asString(head.args?.[0]), asString(argument("on"))];
  const parts = links.flatMap((link) => partsOf(reading, link));
  const conditions = links.filter((link) => link.name === "where").map((link) => conditionText(reading, link.args ?? []));
  const using = argument("using");
  const method = using === undefined ? null : (asString(using) ?? sqlText(reading, using));
  if (name === null || table === null || parts.includes(null) || conditions.includes(null) || parts.length === 0 || has("unknown")) return null;
  const text = [
    `create ${has("unique") ? "unique " : ""}index ${has("ifNotExists") ? "if not exists " : ""}${quote(name)} on ${tableText(schema, table)}`,
    using === undefined ? "" : ` using ${method ?? "btree"}`,
    ` (${parts.join(", ")})`,
    has("nullsNotDistinct") ? " nulls not distinct" : "",
    conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`,
  ];
  return [piece(at, text.join(""))];
}

function partsOf(reading: Reading, { name, args }: ChainLink): (string | null)[] {
  const [first] = args ?? [];
  if (name === "column") return [columnText(asString(first))];
  if (name === "columns") return first?.kind === "array" && first.complete ? first.items.map((item) => columnText(asString(item)) ?? sqlText(reading, item)) : [null];
  if (name !== "expression") return [];
  const text = sqlText(reading, first);
  // The builder puts what is no plain column between parentheses.
  return [text === null ? null : `(${text})`];
}

/** `created_at desc` names an order too. */
function columnText(written: string | null): string | null {
  const match = written === null ? null : /^(\S+?)(\s+(?:asc|desc)(?:\s+nulls\s+(?:first|last))?)?$/i.exec(written.trim());
  return match === null ? null : `${nameText(match[1] ?? "")}${match[2] ?? ""}`;
}

const COMPARE = new Set(["=", "==", "!=", "<>", "<", ">", "<=", ">=", "is", "is not", "in", "not in", "like", "is distinct from", "is not distinct from"]);

/** `where("deleted_at", "is", null)`, `where(sql`…`)`, `where((eb) => …)`; values stand in the text. null: not known. */
export function conditionText(reading: Reading, args: Evaluated[]): string | null {
  const [left, operator, right] = args;
  if (left === undefined) return null;
  if (args.length === 1) return left.kind === "function" ? builderText(reading, returnOf(reading.program, left, [handleOf("expressions", left.at)])) : sqlText(reading, left);
  const column = asString(left) === null ? sqlText(reading, left) : nameText(asString(left) ?? "");
  const sign = asString(operator)?.toLowerCase() ?? "";
  const value = operandText(reading, right);
  return column === null || value === null || !COMPARE.has(sign) ? null : `${column} ${sign === "==" ? "=" : sign} ${value}`;
}

function operandText(reading: Reading, value: Evaluated | undefined): string | null {
  if (value?.kind !== "array") return literalOf(value) ?? sqlText(reading, value);
  const items = value.complete ? value.items.map(literalOf) : [null];
  return items.includes(null) ? null : `(${items.join(", ")})`;
}

/** `eb("a", "=", 1)`, `eb.and([…])`, `eb.or([…])`. */
function builderText(reading: Reading, value: Evaluated | null): string | null {
  if (value === null) return null;
  const { root, links } = callChain(value);
  const [first] = links;
  if (handleName(root) !== "expressions" || links.length !== 1 || first?.args == null) return sqlText(reading, value);
  if (first.name === "") return conditionText(reading, first.args);
  const [list] = first.args;
  if ((first.name !== "and" && first.name !== "or") || list?.kind !== "array" || !list.complete) return null;
  const parts = list.items.map((item) => builderText(reading, item));
  return parts.includes(null) || parts.length === 0 ? null : `(${parts.join(` ${first.name} `)})`;
}
