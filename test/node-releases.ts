import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where fetched versions stay: they are fetched once a machine. */
const kept = join(tmpdir(), "uniqlint-node");

/** The program of another version of Node, out of the npm registry; null: the registry is out of reach, or has none for this machine. */
export function findNode(version: string): string | null {
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(kept, version, "node_modules", name, "bin/node");
  if (!existsSync(program)) fetchNode(name, version);
  return existsSync(program) ? program : null;
}

function fetchNode(name: string, version: string): void {
  mkdirSync(kept, { recursive: true });
  const fresh = mkdtempSync(join(kept, "fresh-"));
  const { status } = spawnSync("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--prefix", fresh, `${name}@${version}`], { cwd: fresh });
  try {
    if (status === 0) renameSync(fresh, join(kept, version));
  } catch {
    // Another run was faster.
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
