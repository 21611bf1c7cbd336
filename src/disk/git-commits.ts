import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import type { Repository } from "./git.ts";

/** The commit at which the current branch and REF parted; a `failure` says why there is none, and what to do. */
export function findMergeBase(repository: Repository, ref: string): string {
  const named = commitOf(repository, ref);
  if (named === null) throw failure(`--since: git knows no commit, branch or tag "${ref}"${hint(repository, ref)}`);
  const head = commitOf(repository, "HEAD");
  if (head === null) throw failure("--since: there is no commit yet that could be compared");
  const { status, stdout } = repository.run(["merge-base", named, head]);
  const base = stdout.toString().trim();
  if (status === 0 && isObjectName(base)) return base;
  if (repository.shallow) throw failure(`--since: this clone is shallow and does not reach the commit at which HEAD and ${ref} parted; ${deepen}`);
  throw failure(`--since: HEAD and ${ref} have no commit in common`);
}

const deepen = "get the history with `git fetch --unshallow` (fetch-depth: 0 in actions/checkout)";

/** The commit that a name stands for; null: none. Names that git would take for an option stand for none. */
export function commitOf(repository: Repository, name: string): string | null {
  if (name === "" || name.startsWith("-") || name.includes("\0")) return null;
  const { status, stdout } = repository.run(["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  const commit = stdout.toString().trim();
  return status === 0 && isObjectName(commit) ? commit : null;
}

/** The tree without files. Git knows it in every repository. */
export function emptyTree(objectName: string): string {
  return objectName.length === 64 ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" : "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

function isObjectName(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function hint(repository: Repository, ref: string): string {
  const { stdout } = repository.run(["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"]);
  const names = stdout.toString().split("\n").filter((name) => name !== "");
  const remote = names.find((name) => name.endsWith(`/${ref}`));
  const near = remote === undefined ? didYouMean(ref, names) : ` (did you mean "${remote}"?)`;
  return near === "" && repository.shallow ? `; this clone is shallow: ${deepen}` : near;
}
