import { check } from "../lint/check.ts";
import type { CheckResult } from "../lint/check.ts";
import { failure, isFailure } from "../lint/failure.ts";
import type { Finding } from "../model/finding.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Project } from "../model/project.ts";
import type { Rule } from "../model/rule.ts";
import type { Unread } from "../model/span.ts";
import { buildProject } from "../project/build.ts";
import { loadSqlParser } from "../read/sql/parser.ts";
import { filesAfter, filesBefore, keepBrought } from "./changed.ts";
import type { Config } from "./config-schema.ts";
import { openFolder } from "./files.ts";
import { isAdded, isTouched } from "./git-changes.ts";
import type { Change } from "./git-changes.ts";
import { isCode, isSource } from "./languages.ts";
import { loadFiles, loadProject } from "./load.ts";
import type { Loaded, LoadOptions } from "./load.ts";
import { isWithin } from "./paths.ts";
import type { Target } from "./targets.ts";

export type LintedFolder = {
  project: Project;
  /** Those within the target, sorted. */
  findings: Finding[];
  /** How many findings comments switch off, in the files of the target and of the change. */
  suppressed: number;
  unread: Unread[];
  text(path: string): string | null;
};

/** Everything from a folder to findings, but for the printing. `change`: only what it can have brought; null: everything. */
export async function lintFolder(target: Target, config: Config, rules: Rule[], change: Change | null): Promise<LintedFolder> {
  await loadSqlParser();
  const disk = openFolder(target.root, config.ignore ?? []);
  const history = { through: config.migrations?.appliedThrough, isNew: change === null ? undefined : (path: string) => isAdded(change, path) };
  const input = loadFiles(change === null ? disk : filesAfter(disk, change), { ...loadOptions(target, config), history });
  const project = build(input);
  refuseUnreadable(target, project, input);
  if (change === null) refuseEmpty(target, input.files.paths);
  const { findings: all, suppressed } = checkInput(project, input, config, rules);
  const findings = change === null ? all : keepBrought(all, change, () => lintBefore(input, change, target, config, rules));
  const asked = ({ at }: { at: { path: string } }): boolean => target.within.length === 0 || target.within.some((dir) => isWithin(at.path, dir));
  const shown = new Set(input.files.paths);
  const found = findings.filter((finding) => asked(finding) && shown.has(finding.at.path));
  if (found.length === 0) refuseNothing(target, project, input.candidates);
  const unread = project.unread.filter((entry) => asked(entry) && (change === null || isTouched(change, entry.at.path)));
  const silenced = suppressed.filter((finding) => asked(finding) && (change === null || isTouched(change, finding.at.path)));
  return { project, findings: found, suppressed: silenced.length, unread, text: (path) => input.files.text(path) };
}

/** A folder's project, without any rule. */
export async function readFolder(target: Target, config: Config) {
  await loadSqlParser();
  const input = loadProject(target.root, loadOptions(target, config));
  return { project: build(input), input };
}

export function loadOptions(target: Target, config: Config): LoadOptions {
  return { asked: target.within, ignore: config.ignore ?? [], databases: config.databases ?? {}, tests: config.includeTests ?? false };
}

function build(input: ProjectInput): Project {
  const built = buildProject(input);
  return { ...built, unread: mergeUnread([...built.unread, ...input.unread]) };
}

export function checkInput(project: Project, input: Loaded, config: Config, rules: Rule[]): CheckResult {
  return check(project, rules, {
    preset: config.preset ?? "recommended",
    includeIncidental: config.includeTests ?? false,
    levels: config.rules ?? {},
    suppressions: { unused: config.suppressions?.unused ?? "off", withoutReason: config.suppressions?.withoutReason ?? "off" },
    text: (path) => input.files.text(path),
    statements: (path) => input.facts(path)?.sql?.statements.map(({ at }) => at) ?? [],
  });
}

/** What was found before the change. Files that it leaves alone are not read again. */
function lintBefore(after: Loaded, change: Change, target: Target, config: Config, rules: Rule[]): Finding[] {
  const files = filesBefore(after.files, change);
  try {
    const input = loadFiles(files, loadOptions(target, config), { sources: after.sources, isSame: (path) => !isTouched(change, path) });
    return checkInput(buildProject(input), input, config, rules).findings;
  } catch (error) {
    // The configuration names what came only now.
    if (isFailure(error)) return [];
    throw error;
  }
}

/** A file that the user named and of which nothing could be read. */
function refuseUnreadable(target: Target, project: Project, input: ProjectInput): void {
  for (const path of target.files) {
    const places = project.unread.filter(({ at }) => at.path === path);
    const facts = input.facts(path);
    const isEmpty = facts === null || facts.sql?.statements.length === 0 || facts.prisma?.models.length === 0;
    if (places[0] !== undefined && isEmpty) throw failure(`${path}: ${places[0].message}`);
  }
}

/** A folder that the user named and that holds nothing to read. Of files that is fine: hooks name whatever was changed. */
function refuseEmpty(target: Target, paths: string[]): void {
  const sources = paths.filter(isSource);
  const empty = target.within.find((dir) => !target.files.includes(dir) && !sources.some((path) => isWithin(path, dir)));
  if (empty !== undefined) throw failure(`nothing to lint in ${empty}: it holds no SQL, no Prisma schema and no code`);
}

/** Silence must not mean that nothing was compared. */
function refuseNothing({ root }: Target, project: Project, candidates: string[]): void {
  const tables = project.databases.reduce((sum, { catalog }) => sum + Object.keys(catalog.tables).length, 0);
  if (tables > 0 || project.databases.some(({ migrations }) => migrations.some(({ statements }) => statements.length > 0))) return;
  const reasons = project.unread.slice(0, 5).map(({ at, message }) => `\n  ${at.path}: ${message}`).join("");
  if (project.databases.length > 0) throw failure(`no table could be read out of the schema in ${root}${reasons}`);
  const looked = "a Drizzle or Prisma schema, entities of TypeORM or MikroORM, models of Sequelize, migrations in SQL or of Knex, Kysely, TypeORM, Sequelize, MikroORM, node-pg-migrate or db-migrate, Supabase, sqlc, schema.sql";
  const what = candidates.some(isCode) ? "nothing to compare the code with" : "nothing to lint";
  throw failure(`${what} in ${root}: no schema was found (${looked})${reasons}`);
}

function mergeUnread(unread: Unread[]): Unread[] {
  const known = new Map(unread.map((entry) => [JSON.stringify([entry.at.path, entry.at.start, entry.at.end, entry.message]), entry]));
  return [...known.values()].sort((a, b) => (a.at.path < b.at.path ? -1 : a.at.path > b.at.path ? 1 : a.at.start - b.at.start));
}
