import { check } from "../lint/check.ts";
import type { CheckResult } from "../lint/check.ts";
import { failure } from "../lint/failure.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Project } from "../model/project.ts";
import type { Rule } from "../model/rule.ts";
import type { Unread } from "../model/span.ts";
import { doubtfulMigrations, withDeploys } from "../catalog/deploys.ts";
import { buildProject } from "../project/build.ts";
import { loadSqlParser } from "../read/sql/parser.ts";
import { countProject, oldMigrations } from "../report/report.ts";
import type { HistoryOptions } from "./applied.ts";
import type { GitHistory } from "./bringers.ts";
import type { Config } from "./config-schema.ts";
import type { Files } from "./files.ts";
import { isCode } from "./languages.ts";
import { loadFiles, loadProject } from "./load.ts";
import type { Loaded, LoadOptions } from "./load.ts";
import type { Earlier } from "./sources.ts";
import type { Linted, State } from "./state.ts";
import type { Target } from "./targets.ts";

export type Request = { target: Target; config: Config; rules: Rule[]; history: HistoryOptions };

/**
 * Reads, links and lints one state of a project's files. `earlier`: another one, of which files that are the same are not read again. `git`: asked where
 * it matters which migrations came together.
 */
export async function lintState(files: Files, { target, config, rules, history }: Request, git: GitHistory, earlier: Earlier | null): Promise<Linted> {
  await loadSqlParser();
  const input = loadFiles(files, { ...loadOptions(target, config), history }, earlier);
  const { project, doubts } = askDeploys(build(input), git);
  refuseUnreadable(target, project, input);
  const asked = new Set<string>();
  const { findings, suppressed } = checkInput(project, { ...input, files: noteTexts(files, asked) }, config, rules);
  const state: State = {
    findings,
    suppressed: suppressed.map(({ at }) => at.path),
    unread: project.unread,
    counts: countProject(project),
    old: oldMigrations(project),
    nothing: nothingToLint(target, project, input.candidates),
  };
  return { state, sources: input.sources, made: { ...madeOf(input, asked), doubts } };
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

/** The project with what is known of deploys, and the files that git was asked about. */
export function askDeploys(project: Project, git: GitHistory): { project: Project; doubts: string[] } {
  const doubts = doubtfulMigrations(project.databases);
  return { project: doubts.length === 0 ? project : { ...project, databases: withDeploys(project.databases, git.bringers(doubts)) }, doubts };
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

function noteTexts(files: Files, asked: Set<string>): Files {
  return { ...files, text: (path, limit) => (asked.add(path), files.text(path, limit)) };
}

/** Every file whose content counted, but for those that only a look was taken at. */
function madeOf({ sources, questions, databases }: Loaded, asked: ReadonlySet<string>): Omit<Linted["made"], "doubts"> {
  return {
    read: new Set([...sources.read.facts.keys(), ...questions.texts, ...questions.looks.keys(), ...asked]),
    scans: sources.read.scans,
    migrations: databases.flatMap(({ migrations }) => migrations.flatMap((list) => list.files)),
  };
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

/** Silence must not mean that nothing was compared. null: something was. */
function nothingToLint({ root }: Target, project: Project, candidates: string[]): string | null {
  const tables = project.databases.reduce((sum, { catalog }) => sum + Object.keys(catalog.tables).length, 0);
  if (tables > 0 || project.databases.some(({ migrations }) => migrations.some(({ statements }) => statements.length > 0))) return null;
  const reasons = project.unread.slice(0, 5).map(({ at, message }) => `\n  ${at.path}: ${message}`).join("");
  if (project.databases.length > 0) return `no table could be read out of the schema in ${root}${reasons}`;
  const looked = "a Drizzle or Prisma schema, entities of TypeORM or MikroORM, models of Sequelize, migrations in SQL or of Knex, Kysely, TypeORM, Sequelize, MikroORM, node-pg-migrate or db-migrate, Supabase, sqlc, schema.sql";
  const what = candidates.some(isCode) ? "nothing to compare the code with" : "nothing to lint";
  return `${what} in ${root}: no schema was found (${looked})${reasons}`;
}

function mergeUnread(unread: Unread[]): Unread[] {
  const known = new Map(unread.map((entry) => [JSON.stringify([entry.at.path, entry.at.start, entry.at.end, entry.message]), entry]));
  return [...known.values()].sort((a, b) => (a.at.path < b.at.path ? -1 : a.at.path > b.at.path ? 1 : a.at.start - b.at.start));
}
