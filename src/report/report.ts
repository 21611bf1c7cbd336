import type { Finding } from "../model/finding.ts";
import type { Database, Project } from "../model/project.ts";
import type { Unread } from "../model/span.ts";
import type { Sources } from "./sources.ts";

/** All that a format needs: one plain value for every one of them. Paths are relative to the current folder. */
export type Report = {
  /** Sorted; those that are to be shown. */
  findings: Finding[];
  unread: Unread[];
  /** What is to be told beside the findings, a line each. */
  notes: string[];
  summary: Summary;
  sources: Sources;
  tool: { name: string; version: string };
};

export type Summary = {
  /** Files whose facts were read. */
  files: number;
  tables: number;
  keys: number;
  migrations: number;
  sites: Project["counts"];
  errors: number;
  warnings: number;
  suppressed: number;
  durationMs: number;
};

/** What a project holds. */
export type ProjectCounts = Pick<Summary, "files" | "tables" | "keys" | "migrations" | "sites">;

export function countProject({ databases, files, counts }: Project): ProjectCounts {
  return addCounts(databases, files.length, [counts]);
}

/** `files`: how many were looked at; `sites`: those of some of them. */
export function addCounts(databases: Database[], files: number, sites: ProjectCounts["sites"][]): ProjectCounts {
  const tables = databases.flatMap((database) => Object.values(database.catalog.tables));
  return {
    files,
    tables: tables.length,
    keys: tables.reduce((sum, table) => sum + table.keys.length, 0),
    migrations: databases.reduce((sum, database) => sum + database.migrations.length, 0),
    sites: addSites(sites),
  };
}

function addSites(all: ProjectCounts["sites"][]): ProjectCounts["sites"] {
  const sum = (kind: keyof ProjectCounts["sites"]) => ({ seen: all.reduce((total, sites) => total + sites[kind].seen, 0), resolved: all.reduce((total, sites) => total + sites[kind].resolved, 0) });
  return { conflict: sum("conflict"), insert: sum("insert"), lookup: sum("lookup"), handler: sum("handler") };
}

/** Counts what was found in a project. */
export function summarize(counts: ProjectCounts, findings: Finding[], suppressed: number, durationMs: number): Summary {
  const count = (severity: Finding["severity"]): number => findings.filter((finding) => finding.severity === severity).length;
  return { ...counts, errors: count("error"), warnings: count("warning"), suppressed, durationMs };
}

/** The report with these findings in place of its own, and with more notes. */
export function withFindings(report: Report, findings: Finding[], notes: string[] = []): Report {
  const count = (severity: Finding["severity"]): number => findings.filter((finding) => finding.severity === severity).length;
  return { ...report, findings, notes: [...report.notes, ...notes], summary: { ...report.summary, errors: count("error"), warnings: count("warning") } };
}

/** `--quiet`. */
export function onlyErrors(report: Report): Report {
  return { ...withFindings(report, report.findings.filter(({ severity }) => severity === "error")), notes: [] };
}

/** Migrations that may have run long ago. The last one of a database is most likely new. */
export function oldMigrations(project: Project): string[] {
  return [...new Set(project.databases.flatMap(({ migrations }) => migrations.slice(0, -1).flatMap(({ path, applied }) => (applied === undefined ? [path] : []))))];
}

/** How many findings are about such migrations. */
export function countOld(old: readonly string[], findings: Finding[]): number {
  const paths = new Set(old);
  return findings.filter(({ family, at }) => family === "migrations" && paths.has(at.path)).length;
}

/** The summary of several projects. */
export function addSummaries(all: Summary[]): Summary {
  const sum = (of: (summary: Summary) => number): number => all.reduce((total, summary) => total + of(summary), 0);
  return {
    files: sum((s) => s.files),
    tables: sum((s) => s.tables),
    keys: sum((s) => s.keys),
    migrations: sum((s) => s.migrations),
    sites: addSites(all.map(({ sites }) => sites)),
    errors: sum((s) => s.errors),
    warnings: sum((s) => s.warnings),
    suppressed: sum((s) => s.suppressed),
    durationMs: sum((s) => s.durationMs),
  };
}

/** Findings by the path of their file, in their order. */
export function groupByFile(findings: Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.at.path, [...(groups.get(finding.at.path) ?? []), finding]);
  return groups;
}
