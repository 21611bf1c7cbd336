import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder for real repositories, which vanishes with `remove`. Nothing of the user's own git configuration counts in them. */
export function openGitFolder(name: string) {
  const base = realpathSync(mkdtempSync(join(tmpdir(), `uniqlint-${name}-`)));
  writeFileSync(join(base, "gitconfig"), "[user]\nname = n\nemail = n@example.com\n[init]\ndefaultBranch = main\n[protocol \"file\"]\nallow = always\n");
  const env = { ...process.env, GIT_CONFIG_GLOBAL: join(base, "gitconfig"), GIT_CONFIG_NOSYSTEM: "1" };
  const git = (dir: string, ...args: string[]): string => execFileSync("git", args, { cwd: dir, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const write = (dir: string, files: Record<string, string | Buffer | null>): void => {
    for (const [path, content] of Object.entries(files)) {
      if (content === null) {
        rmSync(join(dir, path));
        continue;
      }
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), content);
    }
  };
  let count = 0;
  return {
    base,
    env,
    git,
    write,
    /** An empty folder. */
    folder(): string {
      const dir = join(base, String((count += 1)));
      mkdirSync(dir);
      return dir;
    },
    /** A repository with these files in its first commit; without files there is no commit. */
    repository(files: Record<string, string>): string {
      const dir = this.folder();
      git(dir, "init", "-q");
      write(dir, files);
      if (Object.keys(files).length > 0) this.commit(dir);
      return dir;
    },
    /** Writes (null: removes) files and commits all that is there. */
    commit(dir: string, files: Record<string, string | Buffer | null> = {}): void {
      write(dir, files);
      git(dir, "add", "-A");
      git(dir, "commit", "-qm", "x");
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}
