import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { digestOf } from "./content-id.ts";
import { ownPackage } from "./own-package.ts";

/** What uniqlint itself is: other code, other parsers or another Node may find something else in the same files. */
export function ownState(): string {
  const { version, dir, dependencies } = ownPackage();
  const installed = dependencies.map((name) => `${name}@${versionOf(dir, name)}`);
  // An installed package's code does not change under its version; a checkout's does.
  const code = /[\\/]node_modules[\\/]/.test(dir) ? [] : [join(import.meta.dirname, ".."), join(import.meta.dirname, "../../rules")].flatMap(stateOf);
  return digestOf(JSON.stringify([version, process.version, installed, code]));
}

function versionOf(from: string, name: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    const file = join(dir, "node_modules", name, "package.json");
    if (existsSync(file)) return String((JSON.parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
    if (dir === dirname(dir)) return "";
  }
}

function stateOf(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => /\.[jt]s$/.test(name)).sort();
  return names.map((name) => {
    const { mtimeMs, size } = statSync(join(dir, name));
    return `${name} ${mtimeMs} ${size}`;
  });
}
