import type { Column, Table } from "../model/catalog.ts";
import type { ErrorTest, Project, Site } from "../model/project.ts";
import { partColumns } from "./keys.ts";
import { databaseOf, tableOf } from "./tables.ts";
import { isAtLeast } from "./versions.ts";

/**
 * Why a test is false for every error. `by`: the part of the error that it reads is never there, or never holds this value. `sure` false: only
 * where the client is built the way that the packages suggest.
 */
export type NeverTrue = { why: string; by: "path" | "value"; sure: boolean };

type Named = Extract<ErrorTest, { kind: "target" | "name" }>;

/**
 * Where Prisma tells which key was hit (reference §5.5): `meta.target` without a driver adapter; with one, Prisma 6 keeps Postgres' quotes in it and
 * Prisma 7 has `constraint.fields`, quoted too, or from adapter-pg 7.10 on `constraint.index`.
 */
export function whyNeverPrisma(project: Project, versions: Record<string, string>, sites: Site[], test: ErrorTest): NeverTrue | null {
  const adapter = versions["@prisma/adapter-pg"];
  const version = versions["@prisma/client"] ?? versions["prisma"] ?? adapter;
  if (version === undefined || (test.kind !== "target" && test.kind !== "name")) return null;
  const adapted = sites.every((site) => databaseOf(project, site.database)?.prisma?.adapter === true);
  const path = test.path.join(".");
  if (isAtLeast(version, 7, 0)) return adapted ? whyNeverAdapted(project, version, adapter, sites, test, path) : null;
  if (adapter === undefined || !/^meta\.target(\.0)?$/.test(path)) return null;
  const name = quotedColumn(project, sites, test);
  return name === null ? null : { why: `@prisma/adapter-pg ${adapter} gives the column with Postgres' quotes, ${JSON.stringify(`"${name}"`)}.`, by: "value", sure: false };
}

function whyNeverAdapted(project: Project, version: string, adapter: string | undefined, sites: Site[], test: Named, path: string): NeverTrue | null {
  if (/^meta\.target/.test(path)) return { why: `Prisma ${version} with a driver adapter sets no meta.target; the key is in meta.driverAdapterError.cause.constraint.`, by: "path", sure: true };
  if (adapter === undefined || !/\.constraint\.fields(\.0)?$/.test(path)) return null;
  if (isAtLeast(adapter, 7, 10)) return { why: `@prisma/adapter-pg ${adapter} gives constraint.index, not constraint.fields.`, by: "path", sure: true };
  const name = quotedColumn(project, sites, test);
  return name === null ? null : { why: `@prisma/adapter-pg ${adapter} gives the column with Postgres' quotes, ${JSON.stringify(`"${name}"`)}.`, by: "value", sure: true };
}

/** The column of a key that the test compares as a whole, when Postgres writes its name in quotes; null: another one. */
function quotedColumn(project: Project, sites: Site[], test: Named): string | null {
  if ((test.how !== "equals" && test.how !== "includes") || !/[^a-z0-9_$"]/.test(test.value) || test.value.includes('"')) return null;
  const isKeyed = (table: Table, column: Column): boolean => column.name === test.value && table.keys.some((key) => partColumns(key).includes(column.name));
  const tables = sites.flatMap((site) => tableOf(project, site) ?? []);
  return tables.some((table) => table.columns.some((column) => isKeyed(table, column))) ? test.value : null;
}
