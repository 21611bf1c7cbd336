import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { failure, isFailure } from "../lint/failure.ts";
import { checkConfig } from "./config-schema.ts";
import type { Config } from "./config-schema.ts";
import { messageOf } from "./errors.ts";
import { asObject, parseJson } from "./json.ts";

const names = ["ts", "mts", "js", "mjs", "json"].map((extension) => `uniqlint.config.${extension}`);

/**
 * The configuration of the first of these folders that has one, or of the file that the user named. TypeScript and JavaScript are executed: they are uniqlint's own
 * configuration, and nothing else of a project ever is. What is wrong with it is a `failure`.
 */
export async function loadConfig(folders: string[], named: string | null, rules: string[]): Promise<Config> {
  const path = named ?? folders.map(findConfig).find((found) => found !== null) ?? null;
  if (path === null) return {};
  if (!existsSync(path)) throw failure(`no such configuration file: ${show(path)}`);
  const value = /\.json$/.test(path) ? readJsonConfig(path) : await execute(path);
  if (basename(path) !== "package.json") return checkConfig(value, show(path), rules);
  return checkConfig(asObject(value)?.["uniqlint"] ?? {}, `${show(path)}, "uniqlint"`, rules);
}

/** The configuration of a folder: a file of one of the usual names, or package.json with the key `uniqlint`. */
export function findConfig(root: string): string | null {
  const found = names.map((name) => join(root, name)).find((path) => existsSync(path));
  return found ?? (hasPackageKey(root) ? join(root, "package.json") : null);
}

/** A broken package.json is told as an unread place, so here it has no key. */
function hasPackageKey(root: string): boolean {
  const path = join(root, "package.json");
  if (!existsSync(path)) return false;
  const parsed = parseJson(path, readFileSync(path, "utf8"));
  return "value" in parsed && asObject(parsed.value)?.["uniqlint"] !== undefined;
}

function readJsonConfig(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw failure(`cannot read the configuration ${show(path)}: ${messageOf(error)}`, error);
  }
  const parsed = parseJson(path, text);
  if ("value" in parsed) return parsed.value;
  throw failure(`${show(path)}:${text.slice(0, parsed.offset).split("\n").length}: ${parsed.problem}`);
}

async function execute(path: string): Promise<unknown> {
  try {
    // Configurations import `defineConfig` from "uniqlint", installed or not.
    const { createJiti } = await import("jiti");
    const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false, alias: { uniqlint: ownHelper() } });
    const loaded: unknown = await jiti.import(path);
    return asObject(loaded)?.["default"] ?? loaded;
  } catch (error) {
    if (isFailure(error)) throw error;
    throw failure(`${show(path)}${lineOf(error, path)}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`, error);
  }
}

/** What they import it from: a file of its own, compiled or not. */
function ownHelper(): string {
  return join(import.meta.dirname, "../disk", import.meta.url.endsWith(".ts") ? "define-config.ts" : "define-config.js");
}

/** `:3` when the error tells where in the file it arose. */
function lineOf(error: unknown, path: string): string {
  if (!(error instanceof Error)) return "";
  const places = [...`${error.message}\n${error.stack ?? ""}`.matchAll(/([^\s()]+?):(\d+):\d+/g)];
  const own = places.find(([, file]) => file !== undefined && file.replace(/^file:\/\//, "") === path);
  const parse = /\((\d+):\d+\)/.exec(error.message);
  const line = own?.[2] ?? parse?.[1];
  return line === undefined ? "" : `:${line}`;
}

function show(path: string): string {
  const own = relative(process.cwd(), resolve(path));
  return own.startsWith("..") ? path : own.replaceAll("\\", "/");
}
