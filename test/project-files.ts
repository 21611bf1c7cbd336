import type { FileFacts } from "../src/model/facts.ts";
import type { DatabaseSource, PackageInfo, ProjectInput, TsconfigInfo } from "../src/model/input.ts";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";

/** A project held in memory: path → text. Each file is read once, when it is asked for. */
export function projectOf(texts: Record<string, string>, rest: Partial<Pick<ProjectInput, "packages" | "tsconfigs" | "databases">> = {}): ProjectInput & { read: string[] } {
  const known = new Map<string, FileFacts | null>();
  const read: string[] = [];
  return {
    paths: new Set(Object.keys(texts)),
    candidates: Object.keys(texts),
    packages: rest.packages ?? [],
    tsconfigs: rest.tsconfigs ?? [],
    databases: rest.databases ?? [],
    unread: [],
    read,
    facts(path) {
      const seen = known.get(path);
      if (seen !== undefined) return seen;
      const text = texts[path];
      const facts = text === undefined ? null : readTypeScriptFile({ path, text });
      if (facts !== null) read.push(path);
      known.set(path, facts);
      return facts;
    },
  };
}

export function packageInfo(dir: string, name: string | null, rest: Partial<PackageInfo> = {}): PackageInfo {
  return { dir, name, exports: {}, versions: {}, ...rest };
}

export function tsconfig(dir: string, paths: Record<string, string[]>, baseUrl: string | null = null): TsconfigInfo {
  return { dir, baseUrl, paths };
}

export function drizzleSource(schemaFiles: string[], rest: Partial<DatabaseSource> = {}): DatabaseSource {
  return { id: "db", orm: "drizzle", dialect: "postgres", dir: "", schemaFiles, migrations: [], queryFiles: [], casing: null, ormVersion: "0.44.2", ...rest };
}
