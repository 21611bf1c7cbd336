import { failure, isFailure } from "../lint/failure.ts";
import type { Finding } from "../model/finding.ts";
import type { RuleSource } from "../model/rule.ts";
import type { Unread } from "../model/span.ts";
import { addCounts } from "../report/report.ts";
import type { ProjectCounts } from "../report/report.ts";
import type { HistoryOptions } from "./applied.ts";
import { openHistory } from "./bringers.ts";
import type { CacheOptions } from "./cache-folder.ts";
import { filesAfter, filesBefore, keepBrought } from "./changed.ts";
import type { Config } from "./config-schema.ts";
import { openFolder } from "./files.ts";
import { isOfNoAccount, openGroundCache } from "./ground-cache.ts";
import type { Files } from "./files.ts";
import { isAdded, isTouched } from "./git-changes.ts";
import type { Change } from "./git-changes.ts";
import { isSource } from "./languages.ts";
import { isWithin } from "./paths.ts";
import type { Earlier } from "./sources.ts";
import { openStateCache } from "./state-cache.ts";
import type { Linted, State } from "./state.ts";
import type { Target } from "./targets.ts";

export type LintedFolder = {
  counts: ProjectCounts;
  /** Those within the target, sorted. */
  findings: Finding[];
  /** How many findings comments switch off, in the files of the target and of the change. */
  suppressed: number;
  unread: Unread[];
  /** Migrations that may have run long ago. */
  old: string[];
  text(path: string): string | null;
};

/** A state, and (null: it was kept from another run) how it was worked out. */
type Answer = { state: State; linted: Linted | null };

/**
 * Everything from a folder to findings, but for the printing. `change`: only what it can have brought; null: everything. `cache` null: states are
 * neither kept nor taken from earlier runs.
 */
export async function lintFolder(target: Target, config: Config, rules: RuleSource, change: Change | null, cache: CacheOptions | null): Promise<LintedFolder> {
  const disk = openFolder(target.root, config.ignore ?? []);
  const git = openHistory(target.root);
  // What is told about files that somebody names by hand is another matter than what is found.
  const states = cache === null || target.files.length > 0 ? null : openStateCache(cache, target, config, rules.names, git);
  const files = change === null ? disk : filesAfter(disk, change);
  const asked = (path: string): boolean => target.within.length === 0 || target.within.some((dir) => isWithin(path, dir));
  const shown = new Set(files.paths);
  const touched = (path: string): boolean => asked(path) && (change === null || isTouched(change, path));
  const linted = ({ findings, suppressed, unread, counts, old }: Omit<State, "nothing">): LintedFolder => ({
    counts,
    findings: findings.filter(({ at }) => asked(at.path) && shown.has(at.path)),
    suppressed: suppressed.filter(touched).length,
    unread: unread.filter(({ at }) => touched(at.path)),
    old,
    text: (path) => files.text(path),
  });
  let earlier: Earlier | null = null;
  // A commit of code alone concerns few files, and whoever commits waits.
  if (change?.index != null && target.files.length === 0) {
    const grounds = cache === null ? null : openGroundCache(cache, target, config);
    const kept = grounds?.find(files) ?? null;
    if (kept !== null && isOfNoAccount(kept, files, change)) return linted({ findings: [], suppressed: [], unread: files.unread, counts: addCounts(kept.built.databases, 0, []), old: [] });
    // The readers take longer to load than all else together.
    const { lintCode } = await import("./lint-code.ts");
    const request = { target, config, rules: await rules.load(), history: { through: config.migrations?.appliedThrough } };
    const { code, sources } = await lintCode(request, files, change, kept, grounds);
    if (code !== null) return linted({ ...code, findings: await keepBrought(code.findings, change, () => Promise.resolve(code.before())), old: [] });
    earlier = { sources, isSame: () => true };
  }
  const find = async (of: Files, history: HistoryOptions, earlier: Earlier | null): Promise<Answer> => {
    const known = states?.find(of, history) ?? null;
    if (known !== null) return { state: known, linted: null };
    const { lintState } = await import("./lint-state.ts");
    const made = await lintState(of, { target, config, rules: await rules.load(), history }, git, earlier);
    states?.keep(of, history, made);
    return { state: made.state, linted: made };
  };
  const { state, linted: made } = await find(files, { through: config.migrations?.appliedThrough, isNew: change === null ? undefined : (path: string) => isAdded(change, path) }, earlier);
  if (change === null) refuseEmpty(target, files.paths);
  const findings = change === null ? state.findings : await keepBrought(state.findings, change, () => findBefore(files, change, made, find));
  const found = linted({ ...state, findings });
  if (found.findings.length === 0 && state.nothing !== null) throw failure(state.nothing);
  return found;
}

/** What was found before the change, when no migration was new. Files that it leaves alone are not read again. */
async function findBefore(after: Files, change: Change, linted: Linted | null, find: (files: Files, history: HistoryOptions, earlier: Earlier | null) => Promise<Answer>): Promise<Finding[]> {
  const earlier = linted === null ? null : { sources: linted.sources, isSame: (path: string) => !isTouched(change, path) };
  try {
    return (await find(filesBefore(after, change), { isNew: () => false }, earlier)).state.findings;
  } catch (error) {
    // The configuration names what came only now.
    if (isFailure(error)) return [];
    throw error;
  }
}

/** A folder that the user named and that holds nothing to read. Of files that is fine: hooks name whatever was changed. */
function refuseEmpty(target: Target, paths: string[]): void {
  const sources = paths.filter(isSource);
  const empty = target.within.find((dir) => !target.files.includes(dir) && !sources.some((path) => isWithin(path, dir)));
  if (empty !== undefined) throw failure(`nothing to lint in ${empty}: it holds no SQL, no Prisma schema and no code`);
}
