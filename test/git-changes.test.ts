import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readBlobs } from "../src/disk/git-blobs.ts";
import type { Blob } from "../src/disk/git-blobs.ts";
import { findChange, isAdded } from "../src/disk/git-changes.ts";
import type { Change } from "../src/disk/git-changes.ts";
import { openGitFolder } from "./git-folder.ts";

const { base, git, folder, repository, commit, write, remove } = bind(openGitFolder("changes"));
afterAll(remove);

function bind(made: ReturnType<typeof openGitFolder>) {
  return { ...made, folder: () => made.folder(), repository: made.repository.bind(made), commit: made.commit.bind(made) };
}

/** Changed paths; `+` those that are new. */
function since(dir: string, ref = "main"): string[] {
  const change = findChange(dir, { kind: "since", ref });
  return shown(change);
}

function shown(change: Change): string[] {
  return [...change.before.keys()].map((path) => (isAdded(change, path) ? `+${path}` : path)).sort();
}

function staged(dir: string): string[] {
  const change = findChange(dir, { kind: "staged" });
  return shown(change);
}

function textOf(blob: Blob | null | undefined): string | null {
  return blob == null ? null : (readBlobs([blob], "--since").get(blob.id)?.toString() ?? null);
}

function orphan(dir: string): string {
  git(dir, "checkout", "-q", "--orphan", "work");
  commit(dir, { "b.sql": "b" });
  return "main";
}

function onlyRemote(dir: string): string {
  git(dir, "update-ref", "refs/remotes/origin/trunk", "HEAD");
  return "trunk";
}

describe("--since", () => {
  test("committed, staged and uncommitted changes since the branches parted; what REF got meanwhile is no change", () => {
    const dir = repository({ "m/1.sql": "one", "m/2.sql": "two", "src/a.ts": "a", "readme.md": "r" });
    git(dir, "checkout", "-qb", "work");
    commit(dir, { "m/3.sql": "three", "readme.md": "changed" });
    git(dir, "checkout", "-q", "main");
    commit(dir, { "m/4.sql": "theirs" });
    git(dir, "checkout", "-q", "work");
    write(dir, { "m/5.sql": "staged", "m/2.sql": null });
    git(dir, "add", "m/5.sql");
    write(dir, { "m/6.sql": "untracked", "src/a.ts": "b", "m/notes.txt": "n" });
    expect(since(dir)).toEqual(["+m/3.sql", "+m/5.sql", "+m/6.sql", "m/2.sql", "src/a.ts"]);
    const { before } = findChange(dir, { kind: "since", ref: "main" });
    expect([textOf(before.get("src/a.ts")), textOf(before.get("m/2.sql")), before.get("m/3.sql")]).toEqual(["a", "two", null]);
  });

  test("ignored files are no changes; files of other dates with the same content neither, in whichever line ends", () => {
    const dir = repository({ ".gitignore": "out/\n", "m/1.sql": "one\n", "m/2.sql": "two\n" });
    write(dir, { "out/x.sql": "x", "m/2.sql": "two\r\n" });
    utimesSync(join(dir, "m/1.sql"), 1, 1);
    expect(since(dir)).toEqual([]);
    write(dir, { "m/2.sql": "other\r\n" });
    expect(since(dir)).toEqual(["m/2.sql"]);
  });

  test("a file under another name is not new, committed or not; one with another content is", () => {
    const dir = repository({ "old/1.sql": "one", "old/2.sql": "two", "old/3.sql": "three" });
    git(dir, "checkout", "-qb", "work");
    git(dir, "mv", "old/1.sql", "moved.sql");
    commit(dir);
    renameSync(join(dir, "old/2.sql"), join(dir, "by-hand.sql"));
    write(dir, { "old/3.sql": null, "edited.sql": "three and more", "copy.sql": "one" });
    expect(since(dir)).toEqual(["+edited.sql", "by-hand.sql", "copy.sql", "moved.sql", "old/1.sql", "old/2.sql", "old/3.sql"]);
  });

  test("below a folder of the repository: its own files, relative to it", () => {
    const dir = repository({ "apps/a/m/1.sql": "one", "apps/b/m/1.sql": "one" });
    git(dir, "checkout", "-qb", "work");
    commit(dir, { "apps/a/m/2.sql": "two", "apps/b/m/2.sql": "two" });
    write(dir, { "apps/a/m/3.sql": "three" });
    expect(since(join(dir, "apps/a"))).toEqual(["+m/2.sql", "+m/3.sql"]);
  });

  test("names with spaces, quotes, line breaks and letters of any alphabet", () => {
    const dir = repository({ "m/1.sql": "one" });
    const names = ['m/a "b".sql', "m/ä ß.sql", "m/new\nline.sql", "-m.sql", ":(top)x.sql"];
    write(dir, Object.fromEntries(names.map((name) => [name, name])));
    expect(since(dir)).toEqual(names.map((name) => `+${name}`).sort());
    git(dir, "add", "-A");
    expect(staged(dir)).toEqual(names.map((name) => `+${name}`).sort());
  });

  test("in a linked worktree", () => {
    const dir = repository({ "m/1.sql": "one" });
    const tree = join(folder(), "tree");
    git(dir, "worktree", "add", "-q", "-b", "work", tree);
    write(tree, { "m/2.sql": "two" });
    expect(since(tree)).toEqual(["+m/2.sql"]);
    git(tree, "add", "-A");
    expect([staged(tree), staged(dir)]).toEqual([["+m/2.sql"], []]);
  });

  test("submodules: their own commits, uncommitted files, and new ones", () => {
    const library = repository({ "m/1.sql": "one" });
    const dir = repository({ "a.sql": "a" });
    git(dir, "submodule", "add", "-q", library, "db");
    commit(dir);
    git(dir, "checkout", "-qb", "work");
    commit(join(dir, "db"), { "m/2.sql": "two" });
    write(dir, { "db/m/3.sql": "three" });
    expect(since(dir)).toEqual(["+db/m/2.sql", "+db/m/3.sql"]);
    git(dir, "add", "db");
    expect(staged(dir)).toEqual(["+db/m/2.sql"]);
    git(dir, "commit", "-qm", "x");
    git(dir, "submodule", "add", "-q", library, "other");
    expect(since(dir)).toEqual(["+db/m/2.sql", "+db/m/3.sql", "+other/m/1.sql"]);
    expect(since(join(dir, "other"))).toEqual([]);
  });

  test("a repository in an untracked folder is new as a whole", () => {
    const dir = repository({ "a.sql": "a" });
    mkdirSync(join(dir, "inner"));
    git(join(dir, "inner"), "init", "-q");
    commit(join(dir, "inner"), { "m/1.sql": "one" });
    expect(isAdded(findChange(dir, { kind: "since", ref: "main" }), "inner/m/1.sql")).toBe(true);
  });

  test("a shallow clone that reaches far enough", () => {
    const origin = repository({ "m/1.sql": "one" });
    commit(origin, { "m/2.sql": "two" });
    git(origin, "checkout", "-qb", "work");
    commit(origin, { "m/3.sql": "three" });
    const clone = join(folder(), "clone");
    git(base, "clone", "-q", "--depth", "2", "--no-single-branch", `file://${origin}`, clone);
    expect(since(clone, "origin/main")).toEqual(["+m/3.sql"]);
  });

  test("a partial clone fetches nothing: what it lacks is told when it is needed", () => {
    const origin = repository({ "a.sql": "one", "b.sql": "b" });
    git(origin, "config", "uploadpack.allowFilter", "true");
    git(origin, "checkout", "-qb", "work");
    commit(origin, { "a.sql": "two" });
    const clone = join(folder(), "clone");
    git(base, "clone", "-q", "--filter=blob:none", "-b", "work", `file://${origin}`, clone);
    expect(since(clone, "origin/main")).toEqual(["a.sql"]);
    const { before } = findChange(clone, { kind: "since", ref: "origin/main" });
    expect(() => textOf(before.get("a.sql"))).toThrow("--since: this clone is partial and lacks files as they were before; `git fetch --refetch --no-filter` gets them");
    git(clone, "fetch", "-q", "--refetch", "--no-filter");
    expect(textOf(before.get("a.sql"))).toBe("one");
  });

  test.each<[string, (dir: string) => string, string]>([
    ["a name that git does not know", () => "mian", 'git knows no commit, branch or tag "mian" (did you mean "main"?)'],
    ["a name that begins with a dash", () => "--output=x", 'git knows no commit, branch or tag "--output=x"'],
    ["an empty name", () => "", 'git knows no commit, branch or tag ""'],
    ["a range", () => "main..work", 'git knows no commit, branch or tag "main..work"'],
    ["a file", () => "HEAD:a.sql", 'git knows no commit, branch or tag "HEAD:a.sql"'],
    ["unrelated histories", orphan, "HEAD and main have no commit in common"],
    ["a branch that is only at a remote", onlyRemote, '"trunk" (did you mean "origin/trunk"?)'],
  ])("refuses %s", (_, prepare, message) => {
    const dir = repository({ "a.sql": "a" });
    const ref = prepare(dir);
    expect(() => since(dir, ref)).toThrow(message);
    expect(existsSync(join(dir, "x"))).toBe(false);
  });

  test("refuses a shallow clone that does not reach the common commit, and says what to do", () => {
    const origin = repository({ "m/1.sql": "one" });
    git(origin, "checkout", "-qb", "work");
    commit(origin, { "m/2.sql": "two" });
    git(origin, "checkout", "-q", "main");
    commit(origin, { "m/3.sql": "three" });
    git(origin, "checkout", "-q", "work");
    const clone = join(folder(), "clone");
    git(base, "clone", "-q", "--depth", "1", "--no-single-branch", `file://${origin}`, clone);
    expect(() => since(clone, "origin/main")).toThrow(/this clone is shallow and does not reach .* origin\/main parted; .*`git fetch --unshallow` \(fetch-depth: 0/);
    git(clone, "branch", "-rd", "origin/main");
    expect(() => since(clone, "develop")).toThrow(/no commit, branch or tag "develop"; this clone is shallow: .*--unshallow/);
  });

  test("refuses a folder that is no repository, one of a bare one, and one without a commit", () => {
    expect(() => since(folder())).toThrow(/^--since needs a git repository, and .* lies in none$/);
    const bare = folder();
    git(bare, "init", "-q", "--bare");
    expect(() => since(bare)).toThrow("--since needs a work tree");
    expect(() => since(repository({}))).toThrow('git knows no commit, branch or tag "main"');
  });

  test("refuses to go without git", () => {
    const dir = repository({ "a.sql": "a" });
    const path = process.env["PATH"];
    process.env["PATH"] = folder();
    try {
      expect(() => since(dir)).toThrow("--since needs git, and there is none on the PATH");
    } finally {
      process.env["PATH"] = path;
    }
  });

  test("runs nothing that the repository's configuration names, and leaves the index as it is", () => {
    const dir = repository({ ".gitattributes": "*.sql filter=evil diff=evil\n", "a.sql": "a", "b.sql": "b" });
    const evil = join(folder(), "evil");
    writeFileSync(evil, `#!/bin/sh\ntouch "${evil}.ran"\ncat\n`);
    chmodSync(evil, 0o755);
    const settings = ["core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager", "core.sshCommand"];
    for (const name of settings) git(dir, "config", name, evil);
    git(dir, "config", "filter.evil.required", "true");
    write(dir, { "a.sql": "changed", "c.sql": "c" });
    utimesSync(join(dir, "b.sql"), 1, 1);
    expect(since(dir)).toEqual(["+c.sql", "a.sql"]);
    expect(staged(dir)).toEqual([]);
    expect(existsSync(`${evil}.ran`)).toBe(false);
  });
});

describe("--staged", () => {
  test("what the index has and the last commit has not", () => {
    const dir = repository({ "m/1.sql": "one", "m/2.sql": "two", "a.ts": "a" });
    write(dir, { "m/3.sql": "three", "m/2.sql": null, "a.ts": "staged" });
    git(dir, "add", "-A");
    write(dir, { "a.ts": "later", "m/4.sql": "untracked" });
    expect(staged(dir)).toEqual(["+m/3.sql", "a.ts", "m/2.sql"]);
    const { before, index } = findChange(dir, { kind: "staged" });
    expect([textOf(before.get("a.ts")), textOf(index?.contents.get("a.ts"))]).toEqual(["a", "staged"]);
    expect(["m/1.sql", "m/2.sql", "m/3.sql", "m/4.sql"].map((path) => index?.has(path))).toEqual([true, false, true, false]);
  });

  test("a file that the disk has lost is still staged; one that is only intended to be added is not", () => {
    const dir = repository({ "m/1.sql": "one" });
    write(dir, { "m/2.sql": "two", "m/3.sql": "three" });
    git(dir, "add", "m/2.sql");
    git(dir, "add", "-N", "m/3.sql");
    rmSync(join(dir, "m/2.sql"));
    expect(staged(dir)).toEqual(["+m/2.sql"]);
    const { index } = findChange(dir, { kind: "staged" });
    expect([textOf(index?.contents.get("m/2.sql")), index?.contents.get("m/3.sql")]).toEqual(["two", null]);
  });

  test("a moved file is not new", () => {
    const dir = repository({ "old/1.sql": "one" });
    git(dir, "mv", "old/1.sql", "1.sql");
    expect(staged(dir)).toEqual(["1.sql", "old/1.sql"]);
  });

  test("everything, before the first commit; with SHA-256 as well", () => {
    const dir = folder();
    git(dir, "init", "-q", "--object-format=sha256");
    expect(staged(dir)).toEqual([]);
    write(dir, { "m/1.sql": "one" });
    git(dir, "add", "-A");
    expect(staged(dir)).toEqual(["+m/1.sql"]);
    commit(dir);
    utimesSync(join(dir, "m/1.sql"), 1, 1);
    expect(since(dir)).toEqual([]);
  });

  test("the index that a hook is given, from any folder", () => {
    const dir = repository({ "db/m/1.sql": "one" });
    write(dir, { "db/m/2.sql": "two", "db/m/3.sql": "three" });
    git(dir, "add", "db/m/2.sql");
    const seen = { GIT_DIR: ".git", GIT_INDEX_FILE: ".git/other", GIT_PREFIX: "db/" };
    git(dir, "read-tree", "--index-output=.git/other", "HEAD");
    const before = { ...process.env };
    try {
      Object.assign(process.env, seen);
      expect(staged(join(dir, "db"))).toEqual([]);
    } finally {
      for (const name of Object.keys(seen)) delete process.env[name];
      Object.assign(process.env, before);
    }
    expect(staged(join(dir, "db"))).toEqual(["+m/2.sql"]);
  });
});
