import type { Span } from "../../model/span.ts";
import type { ChainLink } from "../chains.ts";
import { asObject, asString } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { addRest, type State } from "./knex-state.ts";
import { columnsOf, namesOf, predicateText, rawText } from "./knex-values.ts";
import { piece, quote, quoteList, stringIn } from "./sql-text.ts";

/** `.unique()`, `.index()`, `.primary()`, `.references(…)` behind a column are the table's methods for that one column. */
export function readColumnKeys(state: State, column: string, links: ChainLink[], at: Span): void {
  const own: Evaluated = { kind: "string", at, value: column };
  for (const [index, link] of links.entries()) {
    if (link.args === null) continue;
    const place = state.reading.home(link.at);
    if (link.name === "unique" || link.name === "index" || link.name === "primary") readTableMethod(state, { ...link, args: [own, ...link.args] }, [], place);
    else if (link.name === "references") readForeign(state, [column], null, links.slice(index), place);
  }
}

export function readTableMethod(state: State, link: ChainLink, after: ChainLink[], at: Span): void {
  const args = link.args ?? [];
  const { text, reading } = state;
  const columns = columnsOf(reading, args[0]);
  const options = args[1];
  const given = asString(options) ?? stringIn(options, "indexName") ?? stringIn(options, "constraintName") ?? stringIn(options, "name");
  const isNamed = options === undefined || options.kind === "undefined" || options.kind === "object" || given !== null;
  const run = (sql: string | null): void => addRest(state, at, sql);
  const name = (kind: string): string => names(given ?? defaultName(state.name, columns?.names ?? [], kind));
  const known = (make: () => string | null): void => run(columns === null || !isNamed ? null : make());
  const ifExists = link.name.endsWith("IfExists") ? "if exists " : "";
  switch (link.name) {
    case "unique":
      return known(() => uniqueText(state, columns?.text ?? "", name("unique"), options));
    case "index":
      return known(() => indexText(state, columns?.text ?? "", name("index"), args[2]));
    case "primary":
      return readPrimary(state, columns?.text ?? null, isNamed ? names(given ?? `${state.name}_pkey`) : null, options, at);
    case "foreign":
      return readForeign(state, namesOf(args[0]), given, after, at);
    case "dropUnique":
    case "dropUniqueIfExists":
      return known(() => `alter table ${text} drop constraint ${ifExists}${name("unique")}`);
    case "dropForeign":
    case "dropForeignIfExists":
      return known(() => `alter table ${text} drop constraint ${ifExists}${name("foreign")}`);
    case "dropIndex":
      // The columns are not needed where there is a name.
      return run(columns === null && given === null ? null : `drop index ${state.schema === null ? "" : `${quote(state.schema)}.`}${name("index")}`);
    case "dropPrimary":
    case "dropPrimaryIfExists":
      return run(`alter table ${text} drop constraint ${ifExists}${names(asString(args[0]) ?? `${state.name}_pkey`)}`);
    case "dropColumn":
    case "dropColumns": {
      const dropped = args.flatMap((argument) => namesOf(argument) ?? []);
      return run(dropped.length === 0 ? null : `alter table ${text} ${dropped.map((column) => `drop column ${quote(column)}`).join(", ")}`);
    }
    case "dropTimestamps":
      return run(`alter table ${text} ${(args[0]?.kind === "boolean" && args[0].value ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"]).map((column) => `drop column ${quote(column)}`).join(", ")}`);
    case "renameColumn": {
      const [from, to] = [asString(args[0]), asString(args[1])];
      return run(from === null || to === null ? null : `alter table ${text} rename ${quote(from)} to ${quote(to)}`);
    }
    case "setNullable":
    case "dropNullable":
      return known(() => `alter table ${text} alter column ${columns?.text ?? ""} ${link.name === "setNullable" ? "drop" : "set"} not null`);
    case "check":
      return readCheck(state, args, at);
    case "inherits":
      state.complete = false;
      return;
    default:
  }
}

function readCheck(state: State, args: Evaluated[], at: Span): void {
  const predicate = rawText(state.reading, args[0], args[1]);
  const name = asString(args[2]);
  // Without a name it is only a condition on rows.
  if (predicate === null || name === null) return;
  const clause = [piece(at, `constraint ${name} check (`), ...predicate, piece(at, ")")];
  if (state.method === "alter") state.rest.push({ at, sql: [piece(at, `alter table ${state.text} add `), ...clause], conditional: state.conditional });
  else state.checks.push(clause);
}

function names(name: string): string {
  return name.split(".").map(quote).join(".");
}

/** `{table}_{columns}_{kind}`, lower case; dots and dashes of the table become underscores. */
function defaultName(table: string, columns: string[], kind: string): string {
  return `${table.replace(/\.|-/g, "_")}_${columns.join("_")}_${kind}`.toLowerCase();
}

function predicateOf(state: State, options: Evaluated | undefined): { text: string } | null {
  const predicate = asObject(options)?.entries.get("predicate");
  if (predicate === undefined || predicate.kind === "undefined") return { text: "" };
  const text = predicateText(state.reading, predicate);
  return text === null ? null : { text: ` where ${text}` };
}

/** A constraint; with a predicate or `useConstraint: false` an index. null: not known. */
function uniqueText(state: State, columns: string, name: string, options: Evaluated | undefined): string | null {
  const predicate = predicateOf(state, options);
  if (predicate === null) return null;
  const deferrable = stringIn(options, "deferrable");
  const asked = asObject(options)?.entries.get("useConstraint");
  const isConstraint = asked?.kind === "boolean" ? asked.value : deferrable !== null || predicate.text === "";
  if (!isConstraint) return `create unique index ${name} on ${state.text} (${columns})${predicate.text}`;
  return `alter table ${state.text} add constraint ${name} unique (${columns})${deferrable === null || deferrable === "not deferrable" ? "" : ` deferrable initially ${deferrable}`}`;
}

function indexText(state: State, columns: string, name: string, options: Evaluated | undefined): string | null {
  const predicate = predicateOf(state, options);
  const method = asString(options) ?? stringIn(options, "storageEngineIndexType");
  const isUnique = stringIn(options, "indexType")?.toLowerCase() === "unique";
  if (predicate === null) return null;
  return `create ${isUnique ? "unique " : ""}index ${name} on ${state.text}${method === null ? "" : ` using ${method}`} (${columns})${predicate.text}`;
}

function readPrimary(state: State, columns: string | null, name: string | null, options: Evaluated | undefined, at: Span): void {
  if (columns === null || name === null) return addRest(state, at, null);
  const deferrable = stringIn(options, "deferrable");
  const clause = `constraint ${name} primary key (${columns})${deferrable === null ? "" : ` deferrable initially ${deferrable}`}`;
  if (state.method === "alter") addRest(state, at, `alter table ${state.text} add ${clause}`);
  else state.primary ??= [piece(at, clause)];
}

/** `.references("id").inTable("orgs")` or `.references("orgs.id")`, with what follows. */
function readForeign(state: State, columns: string[] | null, given: string | null, links: ChainLink[], at: Span): void {
  const argument = (...methods: string[]): string | null => asString(links.find((link) => methods.includes(link.name))?.args?.[0]);
  const references = links.find((link) => link.name === "references")?.args?.[0];
  const single = asString(references)?.split(".");
  const table = argument("inTable", "on") ?? (single?.length === 2 ? single[0] : null) ?? null;
  const targets = single === undefined ? namesOf(references) : [single.at(-1) ?? ""];
  // Without a table Knex makes no foreign key.
  if (references !== undefined && table === null && !links.some((link) => link.name === "inTable" || link.name === "on")) return;
  if (columns === null || table === null || targets === null) return;
  const name = argument("withKeyName") ?? given ?? defaultName(state.name, columns, "foreign");
  const [onDelete, deferrable] = [argument("onDelete"), argument("deferrable")];
  const action = onDelete !== null && /^(?:cascade|restrict|no action|set null|set default)$/i.test(onDelete) ? ` on delete ${onDelete}` : "";
  const sql = `alter table ${state.text} add constraint ${names(name)} foreign key (${quoteList(columns)}) references ${names(table)} (${quoteList(targets)})${action}${deferrable === null ? "" : ` deferrable initially ${deferrable}`}`;
  addRest(state, at, sql);
}
