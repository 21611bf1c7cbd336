import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** uniqlint's own package.json: it stands above the sources and above the compiled files alike. */
export function ownPackage(): { name: string; version: string; dir: string; dependencies: string[] } {
  let dir = import.meta.dirname;
  while (!existsSync(join(dir, "package.json"))) dir = dirname(dir);
  const { name, version, dependencies = {} } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as { name: string; version: string; dependencies?: Record<string, string> };
  return { name, version, dir, dependencies: Object.keys(dependencies) };
}
