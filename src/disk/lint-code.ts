import { compareFindings } from "../lint/check.ts";
import type { Finding } from "../model/finding.ts";
import type { Unread } from "../model/span.ts";
import { collectUnread } from "../project/unread.ts";
import { readFile } from "../read/index.ts";
import { loadSqlParser } from "../read/sql/parser.ts";
import type { ProjectCounts } from "../report/report.ts";
import { addCounts } from "../report/report.ts";
import { filesBefore } from "./changed.ts";
import type { Files } from "./files.ts";
import type { Change } from "./git-changes.ts";
import { editCode, filesAbout, lintAround, openGround } from "./ground.ts";
import type { Above, Ground } from "./ground.ts";
import { holdsTables } from "./ground-cache.ts";
import type { GroundCache, KeptGround } from "./ground-cache.ts";
import { isCode, isSource } from "./languages.ts";
import { loadOptions } from "./lint-state.ts";
import type { Request } from "./lint-state.ts";
import { loadFiles, reloadFiles } from "./load.ts";
import { answersStay } from "./questions.ts";
import type { Content } from "./questions.ts";
import { scanText } from "./scan.ts";
import type { Sources } from "./sources.ts";

/** What a change of code brought. */
export type LintedCode = {
  /** In the files that it touches all, in others those that may be new. */
  findings: Finding[];
  /** What was found before it in the others. */
  before(): Finding[];
  /** Path of each finding that a comment switches off. */
  suppressed: string[];
  unread: Unread[];
  counts: ProjectCounts;
};

/** In more files than this it is cheaper to link all of the project once. */
const MANY = 60;

/**
 * Lints what a change of code concerns: the files that it touches, those whose functions they call, and those that call theirs. `kept`: the ground, where an earlier run kept it. `code` null: it
 * changes more than code, or concerns much of it, so that everything is to be linted; `sources` are what was read.
 */
export async function lintCode(request: Request, files: Files, change: Change, kept: KeptGround | null, grounds: GroundCache | null): Promise<{ code: LintedCode | null; sources: Sources }> {
  await loadSqlParser();
  const ground = openKept(request, files, kept, grounds);
  const { sources } = ground.input;
  const before = holdsTables(ground.base.databases) ? contentsBefore(ground, files, change) : null;
  if (before === null) return { code: null, sources };
  const [now, then] = [editCode(ground, new Map()), editCode(ground, before)];
  const candidates = new Set(ground.input.candidates);
  const touched = [...before.keys()].filter((path) => candidates.has(path));
  const others = new Set(touched.flatMap((path) => [now, then].flatMap((above) => [...filesAbout(above, path)])).filter((path) => candidates.has(path) && !before.has(path)));
  if (others.size > MANY) return { code: null, sources };
  const lint = (above: Above, paths: readonly string[]) => lintAround(above, paths, request.config, request.rules);
  const { findings, suppressed, counts } = lint(now, [...touched, ...others]);
  const elsewhere = [...new Set(findings.map(({ at }) => at.path))].filter((path) => others.has(path));
  // A table of one of these files was asked for, so the schemas are not only what they were read as.
  if ([...before.keys()].some((path) => ground.deps.has(path))) return { code: null, sources };
  const code: LintedCode = {
    findings: findings.sort(compareFindings),
    before: () => lint(then, elsewhere).findings,
    suppressed: suppressed.map(({ at }) => at.path).filter((path) => before.has(path)),
    unread: [...ground.input.unread, ...collectUnread(ground.input, touched)],
    counts: addCounts(ground.base.databases, touched.length + others.size, [counts]),
  };
  return { code, sources };
}

/** The project as it is with the change, but for its code; as none of its migrations were new, for then more than code changes. */
function openKept({ target, config, history }: Request, files: Files, kept: KeptGround | null, grounds: GroundCache | null): Ground {
  const options = { ...loadOptions(target, config), history: { ...history, isNew: () => false } };
  if (kept !== null) return openGround(reloadFiles(files, options, kept.found), kept.built);
  // A stamp has to be older than what is read.
  for (const path of files.all) files.stamp(path);
  const input = loadFiles(files, options);
  const ground = openGround(input);
  const { packages, tsconfigs, databases, applied, questions, sources, candidates } = input;
  const choice = { candidates: sources.candidates, writers: sources.writers, links: sources.links };
  const words = new Map(candidates.map((path) => [path, sources.words(path)]));
  const found = { packages, tsconfigs, databases, ...(applied === undefined ? {} : { applied }), questions, choice, candidates, words };
  const { base: { databases: built, unread } } = ground;
  grounds?.keep(files, { found, built: { databases: built, unread }, counting: new Set([...ground.deps, ...questions.texts, ...questions.links]) }, sources.read.scans);
  return ground;
}

/** The files of code that a change touches as they were (null: not there); null: it touches more, or makes another project of it. */
function contentsBefore({ input, deps }: Ground, files: Files, change: Change): Map<string, Content | null> | null {
  const { questions, facts } = input;
  const earlier = filesBefore(files, change);
  const contents = new Map<string, Content | null>();
  for (const path of change.before.keys()) {
    if (deps.has(path) || questions.texts.has(path) || !(files.has(path) || earlier.has(path))) return null;
    const text = earlier.text(path);
    const now = files.text(path);
    if (!isCode(path)) {
      // Of another kind, and nobody asked for it.
      if (isSource(path) || now === null) return null;
      continue;
    }
    const [was, is] = [scanText(path, text ?? ""), scanText(path, now ?? "")];
    if (was.generated !== is.generated && text !== null && now !== null) return null;
    const before: Content | null = text === null ? null : { text, facts: readFile({ path, text }) };
    // What is gone may have been part of a schema.
    if (now === null && was.holds) return null;
    if (!answersStay(questions, path, before ?? nothing, { text: now ?? "", facts: now === null ? null : facts(path) })) return null;
    contents.set(path, before);
  }
  return contents;
}

const nothing: Content = { text: "", facts: null };
