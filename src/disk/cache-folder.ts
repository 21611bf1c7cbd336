import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { digestOf } from "./content-id.ts";

/** `location`: absolute; null: the usual one. */
export type CacheOptions = { location: string | null };

/** Files that are kept for the next run. Whatever is wrong with them or their folder, it is as if they were not there. */
export type CacheFolder = {
  /** Those of a group, the one that was used last first. */
  list(group: string): string[];
  /** null: there is none, or it is not as it was written. */
  read(name: string): unknown;
  /** `value`: plain data; as JSON, or, by a name's ending `.v8`, as Node clones it: then what stands in it twice is kept once. */
  write(name: string, value: unknown): void;
  /** Marks it as used. */
  touch(name: string): void;
};

/** Each group keeps as many, all groups together so many, and none longer. */
const MOST_OF_GROUP = 4;
const MOST = 32;
const LONGEST = 30 * 24 * 3600 * 1000;

const format = "uniqlint-cache-1";
const endings = /\.(?:json|v8)$/;

/** What is kept holds pieces of code, so it is its owner's alone. */
const folderMode = 0o700;
const fileMode = 0o600;

/** `root`: the project's folder. */
export function openCacheFolder({ location }: CacheOptions, root: string): CacheFolder {
  const dir = location ?? (existsSync(join(root, "node_modules")) ? join(root, "node_modules/.cache/uniqlint") : join(root, ".uniqlintcache"));
  return {
    list: (group) => entriesOf(dir).filter(({ name }) => name.startsWith(`${group}-`)).map(({ name }) => name),
    read: (name) => attempt(() => decodeBody(name, readFileSync(join(dir, name)))) ?? null,
    write: (name, value) => void attempt(() => {
      prepare(dir);
      const own = join(dir, `${name}.${randomBytes(6).toString("hex")}.tmp`);
      try {
        // Another run may read or write the same name meanwhile: it meets the old file or the new one, never a part.
        writeFileSync(own, encodeBody(name, value), { mode: fileMode, flag: "wx" });
        renameSync(own, join(dir, name));
      } finally {
        rmSync(own, { force: true });
      }
      prune(dir);
    }),
    touch: (name) => void attempt(() => utimesSync(join(dir, name), new Date(), new Date())),
  };
}

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** Git need not be told about a folder beside the sources. */
function prepare(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: folderMode });
  if (!existsSync(join(dir, ".gitignore"))) writeFileSync(join(dir, ".gitignore"), "*\n", { mode: fileMode });
}

function encodeBody(name: string, value: unknown): Buffer {
  const body = name.endsWith(".v8") ? serialize(value) : Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`${format} ${digestOf(body)}\n`), body]);
}

function decodeBody(name: string, bytes: Buffer): unknown {
  const end = bytes.indexOf("\n");
  const body = bytes.subarray(end + 1);
  if (bytes.toString("utf8", 0, end) !== `${format} ${digestOf(body)}`) return null;
  return name.endsWith(".v8") ? deserialize(body) : JSON.parse(body.toString());
}

type Entry = { name: string; used: number };

/** The one that was used last first. */
function entriesOf(dir: string, suffix = endings): Entry[] {
  const names = attempt(() => readdirSync(dir)) ?? [];
  return names
    .filter((name) => suffix.test(name))
    .flatMap((name): Entry[] => attempt(() => [{ name, used: statSync(join(dir, name)).mtimeMs }]) ?? [])
    .sort((a, b) => b.used - a.used);
}

function prune(dir: string): void {
  const old = Date.now() - LONGEST;
  const groups = new Map<string, number>();
  const entries = entriesOf(dir);
  const gone = entries.filter(({ name, used }, index) => {
    const group = name.slice(0, name.indexOf("-"));
    const rank = groups.get(group) ?? 0;
    groups.set(group, rank + 1);
    return rank >= MOST_OF_GROUP || index >= MOST || used < old;
  });
  // What a run that was killed left behind.
  const left = entriesOf(dir, /\.tmp$/).filter(({ used }) => used < Date.now() - 3600 * 1000);
  for (const { name } of [...gone, ...left]) attempt(() => rmSync(join(dir, name), { force: true }));
}
