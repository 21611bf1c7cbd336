import type { Node } from "libpg-query";
import type { QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import type { Statement } from "../../model/statement.ts";
import { as, namesOf } from "./nodes.ts";
import { parseStatements } from "./parser.ts";
import type { SqlSource } from "./scope.ts";
import { madeSource } from "./sources.ts";

/** Stands for a name that only the running block knows. */
const hole = "uniqlint_hole";

type ReadText = (source: SqlSource, text: string, base: number) => Statement[];

/**
 * EXECUTE: constant text is read as what it is. Computed text is read with holes: what it changes is opaque, on the table that it names
 * where the name is constant.
 */
export function readDynamic(source: SqlSource, expression: string, at: number | null, readText: ReadText): Statement[] {
  const parsed = parseStatements(`select ${expression}`, 0);
  const place = at === null ? source.span(0, source.text.length) : source.span(at, at + expression.length);
  const node = "failure" in parsed ? undefined : as(as(parsed.statements[0]?.node, "SelectStmt")?.targetList?.[0], "ResTarget")?.val;
  const text = node ? evaluate(node) : null;
  if (text === null) return [changesOnly(place, [{ kind: "opaque", at: place, table: null }])];
  const made = { ...madeSource(text, place), variables: source.variables };
  const inner = parseStatements(text, 0);
  if ("failure" in inner) return [changesOnly(place, [{ kind: "opaque", at: place, table: null }])];
  const statements = readText(made, text, 0);
  return text.includes(hole) ? statements.map((statement) => ({ ...statement, changes: blur(statement.changes, place) })) : statements;
}

/** Text of a string expression, holes for what is not constant; null: nothing of it is. */
function evaluate(node: Node): string | null {
  const cast = as(node, "TypeCast");
  if (cast?.arg) return evaluate(cast.arg);
  const text = as(node, "A_Const")?.sval;
  if (text) return text.sval ?? "";
  const e = as(node, "A_Expr");
  if (e && namesOf(e.name).at(-1) === "||" && e.lexpr && e.rexpr) {
    const [left, right] = [evaluate(e.lexpr), evaluate(e.rexpr)];
    return left === null && right === null ? null : (left ?? hole) + (right ?? hole);
  }
  const call = as(node, "FuncCall");
  const name = namesOf(call?.funcname).at(-1);
  if (name === "concat") return (call?.args ?? []).map((arg) => evaluate(arg) ?? hole).join("");
  return name === "format" ? evaluateFormat(call?.args ?? []) : null;
}

function evaluateFormat([template, ...args]: Node[]): string | null {
  const text = template ? evaluate(template) : null;
  if (text === null) return null;
  let next = 0;
  return text.replace(/%(?:(\d+)\$)?-?\d*([sIL%])/g, (_all, position: string | undefined, kind: string) => {
    if (kind === "%") return "%";
    const argument = args[position === undefined ? next++ : Number(position) - 1];
    const value = argument ? evaluate(argument) : null;
    if (kind === "L") return `'${(value ?? hole).replaceAll("'", "''")}'`;
    if (kind === "I" && value !== null) return `"${value.replaceAll('"', '""')}"`;
    return value ?? hole;
  });
}

/** A change whose text was computed: only that it touches a table is certain. Changes without names in holes stay as they are. */
function blur(changes: SchemaChange[], at: Span): SchemaChange[] {
  return changes.map((change) => {
    if (!JSON.stringify(change).includes(hole)) return change;
    const table = "table" in change ? change.table : null;
    return { kind: "opaque", at, table: table && knownName(table) };
  });
}

/** A table of an unknown schema is looked for under its name alone. */
function knownName({ schema, name }: QualifiedName): QualifiedName | null {
  return name.includes(hole) ? null : { schema: schema?.includes(hole) ? null : schema, name };
}

/** A statement of which nothing is known but what it changes. */
export function changesOnly(at: Span, changes: SchemaChange[]): Statement {
  return {
    at, changes, transaction: null, isolation: null, queries: [], refresh: null, dedup: null, lock: null, refusesTransaction: false,
    nested: true, name: null, command: null, comments: [], chunk: 0,
  };
}
