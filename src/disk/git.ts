import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { failure } from "../lint/failure.ts";

/** A work tree as seen from one of its folders. */
export type Repository = {
  /** The folder that paths are relative to, absolute. */
  dir: string;
  /** The work tree's top, absolute. */
  top: string;
  /** Its history ends somewhere. */
  shallow: boolean;
  /** Runs git in `dir`; throws a `failure` when git cannot be started. `input`: for its standard input. */
  run(args: string[], input?: string): GitAnswer;
};

export type GitAnswer = { status: number | null; stdout: Buffer; stderr: string };

/**
 * Repositories come from anywhere: nothing that their configuration names is executed (monitors, filters and drivers of diffs; only plumbing is
 * called, which runs no others), nothing is fetched and nothing is written.
 */
const safely = ["--no-pager", "--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"];
/** A hook's environment speaks of the hook's folder; git finds the repository of ours by itself. GIT_INDEX_FILE stays: it is what is committed. */
const foreign = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_IMPLICIT_WORK_TREE"];

/** Opens the repository that a folder lies in, or says why it cannot. `option`: for messages. `nested`: one inside of another, with an index of its own. */
export function openRepository(dir: string, option: string, nested = false): Repository {
  const run = (args: string[], input = ""): GitAnswer => {
    const { error, status, stdout, stderr } = spawnSync("git", [...safely, "-C", dir, ...args], {
      input,
      env: environment(nested),
      maxBuffer: Infinity,
      windowsHide: true,
      // Windows looks for programs in the working folder first, and a repository may hold a git.exe.
      ...(process.platform === "win32" ? { cwd: dirname(process.execPath) } : {}),
    });
    if (error === undefined) return { status, stdout, stderr: stderr.toString() };
    const missing = "code" in error && error.code === "ENOENT";
    throw failure(missing ? `${option} needs git, and there is none on the PATH` : `${option}: git cannot be started: ${error.message}`, error);
  };
  const answer = run(["rev-parse", "--is-shallow-repository", "--show-toplevel"]);
  const [shallow, top] = answer.stdout.toString().split("\n");
  if (answer.status !== 0 || top === undefined) throw failure(`${option} ${whyNot(dir, answer.stderr)}`);
  return { dir, top, shallow: shallow === "true", run };
}

/** What a command prints; a command that fails is a `failure`. */
export function read(repository: Repository, option: string, args: string[], input?: string): Buffer {
  const { status, stdout, stderr } = repository.run(args, input);
  if (status !== 0) throw failure(`${option}: git ${args[0] ?? ""} failed in ${repository.dir}: ${firstLine(stderr)}`);
  return stdout;
}

/** The parts of an answer that ends each with NUL. */
export function parts(stdout: Buffer): string[] {
  return stdout.toString().split("\0").slice(0, -1);
}

function environment(nested: boolean): NodeJS.ProcessEnv {
  const left = nested ? [...foreign, "GIT_INDEX_FILE"] : foreign;
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !left.includes(name)));
  return { ...own, LC_ALL: "C", GIT_NO_LAZY_FETCH: "1", GIT_TERMINAL_PROMPT: "0" };
}

function whyNot(dir: string, stderr: string): string {
  if (stderr.includes("not a git repository")) return `needs a git repository, and ${dir} lies in none`;
  if (stderr.includes("must be run in a work tree")) return `needs a work tree, and ${dir} lies in none`;
  if (stderr.includes("dubious ownership")) return `cannot read the repository of ${dir}: it belongs to another user (git config --global --add safe.directory ${dir})`;
  return `cannot read the repository of ${dir}: ${firstLine(stderr)}`;
}

/** What went wrong; warnings may stand before it. */
function firstLine(text: string): string {
  return /^(?:fatal|error): (.*)$/m.exec(text)?.[1] ?? text.split("\n")[0] ?? "";
}
