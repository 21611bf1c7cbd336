import { Chalk } from "chalk";
import type { Catalog, KeyPart, Table, UniqueKey } from "../model/catalog.ts";
import type { Span } from "../model/span.ts";
import { locate } from "./sources.ts";
import type { Sources } from "./sources.ts";

/** A database's catalog with its name, as `uniqlint schema` prints it. */
export type NamedCatalog = { id: string; catalog: Catalog };

/** `uniqlint schema --format json`: shape and key order are a promise to other programs. */
export function formatSchemaJson(catalogs: NamedCatalog[], sources: Sources): string {
  const tables = catalogs.flatMap(({ catalog }) => sorted(catalog).map((table) => describeTable(table, catalog, sources)));
  return `${JSON.stringify({ version: 1, tables }, null, 2)}\n`;
}

function describeTable(table: Table, catalog: Catalog, sources: Sources) {
  return {
    schema: table.schema,
    name: table.name,
    columns: table.columns.map(({ name, type, nullable, generated }) => ({ name, type, nullable, generated })),
    keys: table.keys.map((key) => describeKey(key, sources)),
    indexes: table.indexes.map(({ name, parts, where }) => ({ name, columns: parts.map(partText), where: where?.text ?? null })),
    foreignKeys: table.foreignKeys.map((key) => ({
      columns: key.columns,
      table: key.table,
      references: key.references.length > 0 ? key.references : primaryColumns(catalog.tables[key.table]),
      onDelete: key.onDelete,
    })),
  };
}

function describeKey(key: UniqueKey, sources: Sources) {
  const places = (spans: Span[]) => spans.map((at) => ({ file: at.path, line: locate(sources, at).start.line }));
  return {
    name: key.name,
    kind: key.kind,
    columns: key.parts.flatMap((part) => (part.kind === "column" ? [part.column] : [])),
    expressions: key.parts.flatMap((part) => (part.kind === "expression" ? [part.expression] : [])),
    where: key.where?.text ?? null,
    nullsNotDistinct: key.nullsNotDistinct,
    deferrable: key.deferrable,
    declared: places(key.declared),
    built: places(key.built),
  };
}

function primaryColumns(table: Table | undefined): string[] {
  return table?.keys.find((key) => key.kind === "primary")?.parts.map(partText) ?? [];
}

function partText(part: KeyPart): string {
  return part.kind === "column" ? part.column : part.expression;
}

function sorted(catalog: Catalog): Table[] {
  return Object.values(catalog.tables).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** `--format markdown`: one section a table, keys first. */
export function formatSchemaMarkdown(catalogs: NamedCatalog[]): string {
  const sections = catalogs.flatMap(({ id, catalog }) => [
    ...(catalogs.length > 1 ? [`# ${id}`] : []),
    ...sorted(catalog).map((table) => [`## ${table.schema}.${table.name}`, keyTable(table), columnTable(table)].filter((part) => part !== "").join("\n\n")),
  ]);
  return `${sections.join("\n\n")}\n`;
}

function keyTable(table: Table): string {
  if (table.keys.length === 0) return "No unique key.";
  const rows = table.keys.map((key) => [code(key.name ?? "?"), key.kind, code(key.parts.map(partText).join(", ")), notes(key).map(code).join(", ")]);
  return markdownTable(["Key", "Kind", "Columns", "Notes"], rows);
}

function columnTable(table: Table): string {
  if (table.columns.length === 0) return "";
  const rows = table.columns.map(({ name, type, nullable }) => [code(name), type === null ? "" : code(type), nullable === null ? "?" : nullable ? "" : "not null"]);
  return markdownTable(["Column", "Type", "Null"], rows);
}

function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

function notes(key: UniqueKey): string[] {
  return [
    ...(key.where === null ? [] : [`where ${key.where.text}`]),
    ...(key.nullsNotDistinct ? ["nulls not distinct"] : []),
    ...(key.deferrable ? ["deferrable"] : []),
    ...(key.valid === false ? ["invalid"] : []),
  ];
}

/** `--format pretty`: tables with their unique keys; the rest is in the other formats. */
export function formatSchemaPretty(catalogs: NamedCatalog[], colours: boolean): string {
  const colour = new Chalk({ level: colours ? 1 : 0 });
  const blocks = catalogs.flatMap(({ id, catalog }) => [
    ...(catalogs.length > 1 ? [colour.underline(`${id} (${catalog.dialect})`)] : []),
    ...sorted(catalog).map((table) => {
      const keys = table.keys.map((key) => {
        const details = notes(key).map((note) => `, ${note}`).join("");
        return `  ${colour.cyan(key.kind.padEnd(10))} (${key.parts.map(partText).join(", ")})${details}  ${colour.dim(key.name ?? "")}`.trimEnd();
      });
      return [colour.bold(`${table.schema}.${table.name}`), ...(keys.length > 0 ? keys : [`  ${colour.yellow("no unique key")}`])].join("\n");
    }),
  ]);
  return `${blocks.join("\n\n")}\n`;
}
