import type { Node } from "libpg-query";
import type { SchemaChange } from "../../model/schema-change.ts";
import type { Statement } from "../../model/statement.ts";
import { changesOnly, readDynamic } from "./dynamic.ts";
import { as } from "./nodes.ts";
import { parseProcedure, parseStatements } from "./parser.ts";
import { collectParts, scanParts, type ProcedurePart } from "./procedure.ts";
import { readQueries } from "./query.ts";
import type { Scope, SqlSource } from "./scope.ts";
import { madeSource, quotedSource } from "./sources.ts";
import { splitStatements } from "./split.ts";
import { readStatement } from "./statement.ts";

/** Statements of a DO block's body, in order, each `nested`; what they change is done when the block runs. */
export function readDoBody(scope: Scope, node: Node): Statement[] {
  const body = (as(node, "DoStmt")?.args ?? []).map((arg) => as(arg, "DefElem")).find((option) => option?.defname === "as");
  const source = quotedSource(scope, scope.offset(body?.location));
  if (!source) return [];
  const statements = readProcedure(scope, source);
  addMentioned(source, statements);
  return statements;
}

/** Where computed DDL names no table, it may touch those that the block names in strings: `FOREACH name IN ARRAY ARRAY['a', 'b']`. */
function addMentioned(source: SqlSource, statements: Statement[]): void {
  const changes = statements.flatMap((statement) => statement.changes);
  const unknown = statements.findLast((statement) => statement.changes.some((change) => change.kind === "opaque" && change.table === null));
  if (!unknown) return;
  const known = new Set(changes.flatMap((change) => (change.kind === "opaque" && change.table !== null ? [change.table.name] : [])));
  for (const { kind, start, end } of source.segments) {
    const [, schema, name] = kind === "string" ? (/^'(?:"?(\w+)"?\.)?"?(\w+)"?'$/.exec(source.text.slice(start, end)) ?? []) : [];
    if (name === undefined || known.has(name)) continue;
    known.add(name);
    unknown.changes.push({ kind: "opaque", at: source.span(start, end), table: { schema: schema ?? null, name }, mentioned: true });
  }
}

/** Queries of a function's body: they run when it is called, so its schema changes are not counted. */
export function readFunctionBody(scope: Scope, node: Node): Statement[] {
  const definition = as(node, "CreateFunctionStmt");
  if (!definition) return [];
  if (definition.sql_body) return readAtomicBody(scope, definition.sql_body);
  const options = (definition.options ?? []).flatMap((option) => as(option, "DefElem") ?? []);
  const language = as(options.find((option) => option.defname === "language")?.arg, "String")?.sval?.toLowerCase();
  const source = quotedSource(scope, scope.offset(options.find((option) => option.defname === "as")?.location));
  if (!source || (language !== "plpgsql" && language !== "sql")) return [];
  const parameters = (definition.parameters ?? []).flatMap((parameter) => as(parameter, "FunctionParameter")?.name ?? []);
  const named: SqlSource = { ...source, variables: new Set(parameters) };
  const statements = language === "sql" ? readSqlBody(named) : readProcedure(scope, named);
  return statements.filter((s) => s.queries.length > 0 || s.lock !== null || s.refresh !== null).map((s) => ({ ...s, changes: [], dedup: null, refusesTransaction: false }));
}

function readAtomicBody(scope: Scope, body: Node): Statement[] {
  const nodes = as(body, "List")?.items?.flatMap((item) => as(item, "List")?.items ?? [item]) ?? [body];
  return nodes.flatMap((node) => {
    const queries = readQueries(scope, node);
    return queries.length > 0 ? [{ ...readStatement(scope, node), queries, nested: true }] : [];
  });
}

function readSqlBody(source: SqlSource): Statement[] {
  return splitStatements(source.text, source.segments).flatMap(({ start, end }) => readText(source, source.text.slice(start, end), start));
}

function readText(source: SqlSource, text: string, base: number): Statement[] {
  const parsed = parseStatements(text, base);
  if ("failure" in parsed) return [];
  return parsed.statements.map(({ node, start, end, offset }) => {
    const statement = readStatement({ source, start, end, offset }, node);
    const query = as(node, "SelectStmt");
    if (query) source.loops?.push(query);
    return { ...statement, changes: withoutVariables(node, statement.changes), nested: true };
  });
}

/** SELECT … INTO fills variables in PL/pgSQL: no table is made. */
function withoutVariables(node: Node, changes: SchemaChange[]): SchemaChange[] {
  return as(node, "SelectStmt")?.intoClause ? [] : changes;
}

function readProcedure(scope: Scope, body: SqlSource): Statement[] {
  const tree = parseProcedure(scope.source.text.slice(scope.start, scope.end));
  const { parts, variables } = tree === null ? { parts: scanParts(body), variables: [] } : collectParts(tree);
  const source: SqlSource = { ...body, variables: new Set([...body.variables, ...variables]), loops: [] };
  let cursor = 0;
  return parts.flatMap((part) => {
    if (part.kind === "block") return markBlock(source, part, cursor);
    const found = place(source.text, part, cursor);
    if (found !== null) cursor = Math.max(cursor, found);
    const statements = readPart(source, part, found);
    const { condition } = part;
    return condition === null ? statements : statements.map((statement) => ({ ...statement, changes: statement.changes.map((change) => tolerate(change, condition)) }));
  });
}

type TextPart = Exclude<ProcedurePart, { kind: "block" }>;

/** `exception when duplicate_object then`: what is refused undoes the block, and no more. */
function markBlock(source: SqlSource, { part, catches }: Extract<ProcedurePart, { kind: "block" }>, cursor: number): Statement[] {
  const at = source.span(cursor, cursor);
  return [changesOnly(at, [{ kind: "block", at, part, catches: catches.map((name) => conditions[name.toLowerCase()] ?? name) }])];
}

/** SQLSTATEs of the conditions that a change of the schema may raise (appendix A of the manual); `others` is any. */
const conditions: Record<string, string> = {
  others: "*", duplicate_object: "42710", duplicate_table: "42P07", duplicate_column: "42701", duplicate_schema: "42P06", duplicate_function: "42723",
  invalid_table_definition: "42P16", undefined_table: "42P01", undefined_column: "42703", undefined_object: "42704", wrong_object_type: "42809",
  invalid_foreign_key: "42830", invalid_schema_name: "3F000", dependent_objects_still_exist: "2BP01",
};

/** Where a part stands in the body: the compiler gives its text, not its place. */
function place(body: string, part: TextPart, cursor: number): number | null {
  const text = part.kind === "perform" ? part.text.replace(/^\s*select\s/i, "") : part.text;
  const shift = text.length - part.text.length;
  const forward = body.indexOf(text, cursor);
  const found = forward >= 0 ? forward : body.indexOf(text);
  return found < 0 ? null : found + shift;
}

function readPart(source: SqlSource, part: TextPart, at: number | null): Statement[] {
  if (part.kind === "execute") return readDynamic(source, part.text, at, readText);
  const text = part.kind === "expression" ? `select ${part.text}` : part.text;
  const base = part.kind === "expression" && at !== null ? at - "select ".length : at;
  if (base === null) {
    const made = { ...source, ...madeSource(text, source.span(0, source.text.length)), variables: source.variables };
    return readText(made, text, 0);
  }
  const read = readText(source, text, base);
  return part.kind === "expression" ? read.filter((s) => s.queries.length > 0 || s.lock !== null) : read;
}

/** Behind a condition, which usually asks first whether it is already done: of a name in a system catalog, often without its schema. */
export function tolerate(change: SchemaChange, condition = ""): SchemaChange {
  const anywhere = /\b(?:conname|relname|indexname|constraint_name)\b/i.test(condition) && !/nspname|namespace|schema|regclass|conrelid|indrelid/i.test(condition);
  const conditional = anywhere ? "anywhere" : "here";
  if ("ifNotExists" in change) return { ...change, conditional, ifNotExists: true };
  if ("ifExists" in change) return { ...change, conditional, ifExists: true };
  return { ...change, conditional };
}
