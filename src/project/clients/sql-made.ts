import { asString, asStrings, callChain, elementOf, memberOf } from "../evaluate.ts";
import { objectOfParameter } from "../parameter-keys.ts";
import type { Evaluated, Program } from "../program.ts";

type Call = Extract<Evaluated, { kind: "call" }>;
type Template = Extract<Evaluated, { kind: "template" }>;

/** Texts that helpers of pg-promise and pg-format make are put in as the templates that they stand for; anything else stays what it is. */
export function writtenOut(program: Program, value: Evaluated): Evaluated {
  if (value.kind === "call") return insertText(program, value) ?? formatted(value) ?? value;
  if (value.kind !== "template" || value.tag !== null || !value.holes.some((hole) => hole.kind === "call")) return value;
  return { ...value, holes: value.holes.map((hole) => writtenOut(program, hole)) };
}

/** As a list of rows is written, whose number is not known. */
const SEVERAL = " from generate_series(1, 2)";

/** `pgp.helpers.insert(data, columns, table)`; `new pgp.helpers.ColumnSet([…], { table })` may tell both. */
function insertText(program: Program, call: Call): Template | null {
  const links = callChain(call).links;
  if (links.at(-1)?.name !== "insert" || links.at(-2)?.name !== "helpers" || call.args.length === 0) return null;
  const [data, columns, named] = call.args;
  const set = columns?.kind === "call" && columns.new ? columns.args : [];
  const table = tableText(named) ?? tableText(set[1]?.kind === "object" ? set[1].entries.get("table") : undefined);
  if (table === null || data === undefined) return null;
  const row = rowOf(program, data);
  const names = namesIn(set.length > 0 ? set[0] : columns) ?? (set.length === 0 && row?.kind === "object" && row.complete ? [...row.entries.keys()].map((name) => ({ name, property: name })) : null);
  const holes = (names ?? []).map(({ property }) => memberOf(program, row ?? data, property));
  const end = data.kind === "object" ? "" : SEVERAL;
  // Without columns nothing is known of what is written.
  if (names === null || names.length === 0) return template(call, [`insert into ${table} select `, end], [data]);
  const ends = holes.map((_, index) => (index + 1 === holes.length ? end : ", "));
  return template(call, [`insert into ${table} (${names.map(({ name }) => quote(name)).join(", ")}) select `, ...ends], holes);
}

function rowOf(program: Program, data: Evaluated): Evaluated | null {
  if (data.kind === "object") return data;
  if (data.kind === "array") return data.items[0] ?? null;
  return elementOf(program, data) ?? (data.kind === "parameter" ? objectOfParameter(program, data) : null);
}

/** `"t"`, `{ table: "t", schema: "s" }`, `new TableName({ … })`. */
function tableText(value: Evaluated | undefined): string | null {
  if (value?.kind === "call" && value.new) return tableText(value.args[0]);
  if (value?.kind === "string") return quote(value.value);
  const name = value?.kind === "object" ? asString(value.entries.get("table")) : null;
  const schema = value?.kind === "object" ? asString(value.entries.get("schema")) : null;
  return name === null ? null : [...(schema === null ? [] : [schema]), name].map(quote).join(".");
}

/** `["id", "?name", "data:json", { name: "n", prop: "p" }]`; null: not all of them are known. */
function namesIn(value: Evaluated | undefined): { name: string; property: string }[] | null {
  if (value?.kind !== "array" || !value.complete) return null;
  const found = value.items.flatMap((item) => {
    const name = asString(item.kind === "object" ? item.entries.get("name") : item);
    const plain = name === null ? undefined : /^\??(\w+)/.exec(name)?.[1];
    return plain === undefined ? [] : [{ name: plain, property: (item.kind === "object" ? asString(item.entries.get("prop")) : null) ?? plain }];
  });
  return found.length === value.items.length ? found : null;
}

/** pg-format's `format("insert into %I (a, b) values %L", table, rows)`. */
function formatted(call: Call): Template | null {
  const { root } = callChain(call);
  const [text, ...values] = call.args;
  if (root.kind !== "external" || root.package !== "pg-format" || text?.kind !== "string") return null;
  const [quasis, holes]: [string[], Evaluated[]] = [[""], []];
  let from = 0;
  let next = 0;
  const add = (part: string): void => void quasis.push(`${quasis.pop() ?? ""}${part}`);
  for (const match of text.value.matchAll(/%(?:(\d+)\$)?([%ILs])/g)) {
    add(text.value.slice(from, match.index));
    from = match.index + match[0].length;
    const value = match[2] === "%" ? undefined : values[match[1] === undefined ? next++ : Number(match[1]) - 1];
    const known = match[2] === "I" ? (asStrings(value)?.map(quote).join(", ") ?? null) : match[2] === "s" ? asString(value) : match[2] === "%" ? "%" : null;
    const width = match[2] === "L" ? rowWidth(quasis.join("x")) : 0;
    if (known !== null) add(known);
    else if (value !== undefined) {
      if (width > 0) quasis.push((quasis.pop() ?? "").replace(/values\s*$/i, "select "));
      for (let at = 0; at < Math.max(1, width); at++) {
        if (at > 0) add(", ");
        holes.push(value);
        quasis.push("");
      }
      if (width > 0) add(SEVERAL);
    }
  }
  add(text.value.slice(from));
  return template(call, quasis, holes);
}

/** Columns of `(a, b) values ` at the end of a text, as a list of rows goes behind it; 0: it does not end so. */
function rowWidth(before: string): number {
  return /\(([^()]*)\)\s*values\s*$/i.exec(before)?.[1]?.split(",").length ?? 0;
}

/** What is known to be a text is written as one: in a hole it would be SQL. */
function template({ at }: Evaluated, quasis: string[], holes: Evaluated[]): Template {
  const [texts, rest]: [string[], Evaluated[]] = [[quasis[0] ?? ""], []];
  for (const [i, hole] of holes.entries()) {
    const after = quasis[i + 1] ?? "";
    if (hole.kind === "string") texts.push(`${texts.pop() ?? ""}'${hole.value.replaceAll("'", "''")}'${after}`);
    else {
      texts.push(after);
      rest.push(hole);
    }
  }
  return { kind: "template", at, tag: null, quasis: texts, quasiStarts: texts.map(() => at.start), holes: rest };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
