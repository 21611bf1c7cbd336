import type { KeyPart } from "../../model/catalog.ts";
import { readSqlText } from "../../read/sql/text.ts";
import { isSqlParserReady } from "../../read/sql/parser.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asStrings } from "../evaluate.ts";
import { rawText } from "../migrations/knex-values.ts";
import { UNKNOWN_VALUE } from "../migrations/sent.ts";
import type { Evaluated } from "../program.ts";
import type { CallView, DraftConflict, DraftWritten, Linked } from "./adapter.ts";
import { linkNamed } from "./builder-links.ts";
import type { NamedTable } from "./builder-table.ts";
import { rowsOf } from "./rows.ts";

type Target = DraftConflict["target"];

/** `.onConflict(…).merge(…)` and `.ignore()` (reference §9.2); null: there is none. `perhaps`: links that only some ways have put there. */
export function readConflict(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[], perhaps: ChainLink[][]): DraftConflict | null {
  const own = conflictIn(view, linked, table, links);
  const others = perhaps.flatMap((each) => conflictIn(view, linked, table, each) ?? []);
  const [first] = others;
  if (own !== null || first === undefined) return own;
  const targets = others.map(({ target }) => target);
  if (targets.length === 1 || targets.some(({ by }) => by === "unknown")) return { ...first, target: { by: "unknown" } };
  return { ...first, target: { by: "unknown" }, oneOf: targets };
}

function conflictIn(view: CallView, linked: Linked, table: NamedTable, links: ChainLink[]): DraftConflict | null {
  const index = links.findIndex((link) => link.name === "onConflict" && link.args !== null);
  const link = links[index];
  if (link === undefined) return null;
  const after = links.slice(index + 1);
  const merge = linkNamed(after, "merge");
  const [given] = link.args ?? [];
  const at = given?.at.path === view.path ? given.at : { path: view.path, start: link.at.start, end: link.at.end };
  const made: DraftConflict = { action: merge === undefined ? "nothing" : "update", target: targetOf(table, given), prepared: false, sets: [], setWhere: false, native: "yes", reasons: [], at };
  if (merge === undefined) return linkNamed(after, "ignore") === undefined ? { ...made, target: { by: "unknown" }, sets: null } : made;
  // `.onConflict().merge()` is sent as `on conflict ("true")`.
  if (made.target.by === "none") made.target = { by: "columns", parts: [column("true")], where: null, selector: null };
  return { ...made, sets: setsOf(linked, table, merge.args?.[0]), setWhere: after.slice(after.indexOf(merge) + 1).some((each) => /^(?:and|or)?where/i.test(each.name)) };
}

function column(name: string): KeyPart {
  return { kind: "column", column: name, collation: null, opclass: null };
}

function targetOf(table: NamedTable, given: Evaluated | undefined): Target {
  if (given === undefined || given.kind === "undefined") return { by: "none" };
  const names = asStrings(given);
  if (names !== null) return { by: "columns", parts: names.map((name) => column(table.nameOf(name))), where: null, selector: null };
  const raw = callChain(given).links.at(-1);
  return raw?.name === "raw" ? rawTarget(raw) : { by: "unknown" };
}

/** `knex.raw("(email) where deleted_at is null")`, also `on constraint`. */
function rawTarget({ args }: ChainLink): Target {
  const [given, bindings] = args ?? [];
  const text = rawText({ home: (at) => at, unread: () => undefined }, given, bindings)?.map((piece) => piece.text).join("") ?? null;
  if (text === null || !isSqlParserReady()) return { by: "unknown" };
  const { statements } = readSqlText(`insert into t (a) values (1) on conflict ${text.replaceAll(UNKNOWN_VALUE, "$1")} do nothing`, { path: "", map: (offset) => offset });
  const target = statements[0]?.queries[0]?.conflict?.target;
  if (target == null) return { by: "unknown" };
  if (target.by === "constraint") return { by: "constraint", name: target.name };
  const bound = bindings !== undefined && bindings.kind !== "undefined";
  return { ...target, by: "columns", selector: null, where: target.where === null ? null : { ...target.where, parameters: target.where.parameters || bound } };
}

/** Without an argument every inserted column, with names those, with an object its values. */
function setsOf(linked: Linked, table: NamedTable, given: Evaluated | undefined): DraftConflict["sets"] {
  if (given === undefined || given.kind === "undefined") return "all";
  const names = asStrings(given);
  if (names !== null) return names.map((name) => ({ column: table.nameOf(name), at: given.at, source: null, value: { text: `excluded.${table.nameOf(name)}`, origin: "excluded", nullable: null } }));
  const { columns } = rowsOf(linked, given, table.nameOf, given.at);
  return columns === null || columns.length === 0 ? null : columns.map(settled);
}

/** `knex.raw("excluded.n")`. */
export function settled(written: DraftWritten): DraftWritten {
  const raw = written.source === null ? undefined : callChain(written.source).links.at(-1);
  const text = raw?.name === "raw" || raw?.name === "ref" ? raw.args?.[0] : undefined;
  return text?.kind === "string" && /^\s*"?excluded"?\./i.test(text.value) ? { ...written, source: null, value: { text: text.value, origin: "excluded", nullable: null } } : written;
}
