import type { Column, Table } from "../model/catalog.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Database, ProjectClaim } from "../model/project.ts";
import { isIncidental } from "./files.ts";
import { LIBRARIES, type Library, type LibraryModel } from "./library-keys.ts";

/** What the installed libraries count on in tables that the project declares for them. */
export function libraryClaims(input: ProjectInput, databases: Database[]): ProjectClaim[] {
  const installed = LIBRARIES.filter(({ packages }) => input.packages.some((info) => Object.keys(info.versions).some((name) => packages.test(name))));
  return installed.flatMap((library) => databases.flatMap((database) => claimsOf(library, database)));
}

function claimsOf(library: Library, database: Database): ProjectClaim[] {
  const tables = Object.values(database.catalog.tables);
  // One table each: of two that fit, nobody can tell which is the library's.
  const fitting = (model: LibraryModel): Table | null => {
    const found = tables.filter((table) => table.kind === "table" && model.table.test(table.name) && model.marks.every((name) => columnNamed(table, name)));
    return found.length === 1 ? (found[0] ?? null) : null;
  };
  if (!library.core.every((model) => fitting(model) !== null)) return [];
  return [...library.core, ...library.others].flatMap((model) => {
    const table = fitting(model);
    return table === null ? [] : (claimOf(library, database, table, model) ?? []);
  });
}

function claimOf(library: Library, database: Database, table: Table, model: LibraryModel): ProjectClaim | null {
  const columns = model.unique.flatMap((name) => columnNamed(table, name) ?? []);
  const at = columns.at(-1)?.at ?? table.declared[0] ?? table.built[0];
  if (at === undefined) return null;
  return {
    at,
    text: library.source,
    kind: "key",
    library: library.name,
    columns: columns.map((column) => column.name),
    denies: false,
    function: null,
    declaration: null,
    database: database.id,
    table: table.id,
    resolved: columns.map((column) => column.name),
    incidental: isIncidental(at.path),
  };
}

function columnNamed(table: Table, name: string): Column | undefined {
  const folded = fold(name);
  return table.columns.find((column) => fold(column.property ?? column.name) === folded || fold(column.name) === folded);
}

function fold(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
