import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { lintInProject, openProject, refreshProject } from "../src/eslint/kept-project.ts";
import { openGitFolder } from "./git-folder.ts";
import { runCli } from "./run-cli.ts";

const made = openGitFolder("deploys");
const { git, write } = made;
afterAll(() => made.remove());

const first = { "package.json": '{ "name": "app", "dependencies": { "@prisma/client": "6.19.0" } }', [file("20260101000000_first")]: "CREATE TABLE orgs (id text PRIMARY KEY);\n" };
const create = "CREATE TABLE users (id text PRIMARY KEY, email text);\n";
const index = "CREATE UNIQUE INDEX users_email ON users (email);\n";

function file(name: string): string {
  return `prisma/migrations/${name}/migration.sql`;
}

const table = file("20260201000000_users");
const key = file("20260203000000_email");

/** Rules of what is found, each with its file's name; as the command line says, cached or not, and as the editor does. */
async function found(dir: string, ...args: string[]): Promise<string[]> {
  const run = async (...more: string[]): Promise<string[]> => {
    const { stdout } = await runCli(dir, "--format", "json", ...args, ...more);
    return (JSON.parse(stdout) as { findings: { rule: string; file: string }[] }).findings.map(({ rule, file: path }) => `${path.split("/").at(-2) ?? ""} ${rule}`);
  };
  const all = await run("--no-cache");
  expect(await run()).toEqual(all);
  expect(await run()).toEqual(all);
  return all;
}

const lock = "20260203000000_email require-concurrent-unique-index";

describe("a key on a table that another migration shortly before creates", () => {
  test("that came with the same commit holds no row yet", async () => {
    const dir = made.repository(first);
    made.commit(dir, { [table]: create, [key]: index });
    expect(await found(dir)).toEqual([]);
  });

  test("that came with a commit of its own may hold rows", async () => {
    const dir = made.repository(first);
    made.commit(dir, { [table]: create });
    made.commit(dir, { [key]: index });
    expect(await found(dir)).toEqual([lock]);
  });

  test("is judged anew when what nobody had committed is committed apart", async () => {
    const dir = made.repository(first);
    write(dir, { [table]: create, [key]: index });
    expect(await found(dir)).toEqual([]);
    git(dir, "add", table);
    expect(await found(dir)).toEqual([]);
    git(dir, "commit", "-qm", "x");
    expect(await found(dir)).toEqual([lock]);
  });

  test("is judged in an editor as the command line judges it, also after a commit", () => {
    const dir = made.repository(first);
    write(dir, { [table]: create, [key]: index });
    const project = openProject(dir, {}, undefined);
    const rules = (): string[] => lintInProject(refreshProject(project), key, index).map(({ rule }) => rule);
    expect(rules()).toEqual([]);
    git(dir, "add", table);
    git(dir, "commit", "-qm", "x");
    expect(rules()).toEqual(["require-concurrent-unique-index"]);
  });

  test("in a folder below the repository's top, after a merge, in a linked work tree", async () => {
    const dir = made.repository(Object.fromEntries(Object.entries(first).map(([path, text]) => [`packages/ü db/${path}`, text])));
    git(dir, "checkout", "-qb", "work");
    made.commit(dir, { [`packages/ü db/${table}`]: create, [`packages/ü db/${key}`]: index });
    git(dir, "checkout", "-q", "main");
    made.commit(dir, { "readme.md": "r" });
    git(dir, "merge", "-q", "--no-edit", "work");
    expect(await found(join(dir, "packages/ü db"))).toEqual([]);
    const linked = `${dir}-linked`;
    git(dir, "worktree", "add", "-q", linked);
    expect(await found(join(linked, "packages/ü db"))).toEqual([]);
  });

  test("that another branch made in a commit of its own came with that branch's merge", async () => {
    const dir = made.repository(first);
    git(dir, "checkout", "-qb", "work");
    made.commit(dir, { [table]: create });
    made.commit(dir, { [key]: index });
    expect(await found(dir)).toEqual([lock]);
    git(dir, "checkout", "-q", "main");
    git(dir, "merge", "-q", "--no-ff", "--no-edit", "work");
    expect(await found(dir)).toEqual([]);
  });

  const together: [string, (dir: string) => string | undefined][] = [
    ["the repository's first commit", (dir) => void (git(dir, "init", "-q"), made.commit(dir, { ...first, [table]: create, [key]: index }))],
    ["a commit that brings the list's first one as well", (dir) => {
      git(dir, "init", "-q");
      made.commit(dir, { "readme.md": "r" });
      made.commit(dir, { ...first, [table]: create, [key]: index });
    }],
    ["a commit that brings very many", (dir) => {
      git(dir, "init", "-q");
      made.commit(dir, first);
      const others = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [file(`20260301${String(at).padStart(6, "0")}_more`), "SELECT 1;\n"]));
      made.commit(dir, { [table]: create, [key]: index, ...others });
    }],
    ["a commit that gives both another name", (dir) => {
      git(dir, "init", "-q");
      made.commit(dir, first);
      made.commit(dir, { [file("20260202000000_users")]: create });
      made.commit(dir, { [file("20260202010000_email")]: index });
      made.commit(dir, { [file("20260202000000_users")]: null, [file("20260202010000_email")]: null, [table]: create, [key]: index });
    }],
    ["a clone that knows no earlier commit", (dir) => {
      git(dir, "init", "-q");
      made.commit(dir, first);
      made.commit(dir, { [table]: create, [key]: index });
      const clone = `${dir}-clone`;
      git(made.base, "clone", "-q", "--depth", "1", pathToFileURL(dir).href, clone);
      return clone;
    }],
    ["a repository without a commit", (dir) => void (git(dir, "init", "-q"), write(dir, { ...first, [table]: create, [key]: index }))],
    ["no repository", (dir) => write(dir, { ...first, [table]: create, [key]: index })],
    ["a broken repository", (dir) => {
      git(dir, "init", "-q");
      made.commit(dir, first);
      made.commit(dir, { [table]: create, [key]: index });
      rmSync(join(dir, ".git/objects"), { recursive: true });
    }],
  ] as [string, (dir: string) => string | undefined][];
  test.each(together)("that came with it in %s tells nothing", async (_, make) => {
    const dir = made.folder();
    expect(await found(make(dir) ?? dir)).toEqual([lock]);
  });

  test("that was written months before tells nothing", async () => {
    const dir = made.repository(first);
    made.commit(dir, { [table]: create, [file("20260403000000_email")]: index });
    expect(await found(dir)).toEqual([lock.replace("20260203", "20260403")]);
  });
});
