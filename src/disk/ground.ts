import type { FileFacts } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Database, Project } from "../model/project.ts";
import type { Rule } from "../model/rule.ts";
import type { Unread } from "../model/span.ts";
import type { CheckResult } from "../lint/check.ts";
import { buildAround, buildBase, filesAround } from "../project/build.ts";
import type { Base } from "../project/build.ts";
import { replaceCalls, searchCalls } from "../project/call-index.ts";
import { createProgram } from "../project/modules.ts";
import type { Program } from "../project/program.ts";
import type { Config } from "./config-schema.ts";
import { checkInput } from "./lint-state.ts";
import type { Loaded } from "./load.ts";
import type { Content } from "./questions.ts";
import { mentionsIn } from "./words.ts";

/** A project without its code: what was read for its schemas and migrations, which stays the same as long as only code changes. */
export type Ground = {
  input: Loaded;
  base: Base;
  /** Every file that schemas and migrations were read from, as far as they were asked for. */
  deps: ReadonlySet<string>;
  program: Program;
};

/** `built`: the databases, where an earlier run built them of the same files. */
export function openGround(input: Loaded, built: { databases: Database[]; unread: Unread[] } | null = null): Ground {
  const deps = new Set<string>();
  const watched: ProjectInput = { ...input, facts: (path) => (deps.add(path), input.facts(path)) };
  const mentions = mentionsIn(input.candidates, input.sources.text, input.sources.words);
  const program = createProgram(watched, { calls: searchCalls(watched, mentions) });
  const base = buildBase(program, built);
  for (const { schemaFiles, migrations, queryFiles } of input.databases) for (const path of [...schemaFiles, ...queryFiles, ...migrations.flatMap((list) => list.files)]) deps.add(path);
  return { input, base, deps, program: createProgram(input, { resolve: program.resolve, calls: searchCalls(input, mentions) }) };
}

/** The code above a ground, with other contents of some files (null: it is not there) than the ground's own. */
export type Above = { ground: Ground; program: Program; text(path: string): string | null; edited: ReadonlyMap<string, Content | null> };

export function editCode(ground: Ground, edited: ReadonlyMap<string, Content | null>): Above {
  const { input, program } = ground;
  const text = (path: string, limit?: number): string | null => (edited.has(path) ? (edited.get(path)?.text ?? null) : input.files.text(path, limit));
  if (edited.size === 0) return { ground, program, text, edited };
  const facts = (path: string): FileFacts | null => (edited.has(path) ? (edited.get(path)?.facts ?? null) : input.facts(path));
  const calls = [...edited].reduce((index, [path, content]) => replaceCalls(index, path, content?.facts?.code ?? null), program.calls);
  return { ground, program: createProgram({ ...input, facts }, { resolve: program.resolve, calls }), text, edited };
}

/** What is found in some files of code by rules about code. Of what is found in others nothing is to be trusted. */
export function lintAround({ ground: { input, base }, program, text }: Above, paths: readonly string[], config: Config, rules: Rule[]): CheckResult & Pick<Project, "counts"> {
  const project = buildAround(program, base, paths);
  const own = rules.filter(({ family }) => family !== "migrations");
  const { findings, suppressed } = checkInput(project, { ...input, facts: program.facts, files: { ...input.files, text } }, config, own);
  const here = ({ at }: { at: { path: string } }): boolean => paths.includes(at.path);
  return { findings: findings.filter(here), suppressed: suppressed.filter(here), counts: project.counts };
}

/** Other files in which something may be found or not as this one is: those that it calls, and those that call it. */
export function filesAbout({ ground: { base }, program }: Above, path: string): Set<string> {
  return filesAround(program, base, path);
}
