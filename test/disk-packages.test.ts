import { describe, expect, test } from "vitest";
import { filesFrom } from "../src/disk/files.ts";
import { readPackages } from "../src/disk/packages.ts";
import { readTsconfigs } from "../src/disk/tsconfig.ts";

const json = (value: unknown): string => JSON.stringify(value);

/** Versions of the package in `dir`. */
function versions(texts: Record<string, string>, dir = ""): Record<string, string | null> | undefined {
  return readPackages(filesFrom(texts)).find(({ info }) => info.dir === dir)?.info.versions;
}

describe("versions", () => {
  test("without a lock file the lowest that the range allows", () => {
    const dependencies = { "drizzle-orm": "^0.44.2", pg: ">=8 <9", prisma: "latest", "@repo/db": "workspace:*", aliased: "npm:postgres@~3.4.1", any: "*" };
    expect(versions({ "package.json": json({ dependencies }) })).toEqual({
      "drizzle-orm": "0.44.2",
      pg: "8.0.0",
      prisma: null,
      "@repo/db": null,
      aliased: "3.4.1",
      any: null,
    });
  });

  test("pnpm: the importer's own, catalogs, peers in parentheses, links", () => {
    const lock = `lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      prisma: { specifier: ^6.0.0, version: 6.14.0 }
  packages/db:
    dependencies:
      drizzle-orm: { specifier: 'catalog:', version: 0.45.1(pg@8.11.0) }
      '@repo/config': { specifier: 'workspace:*', version: link:../config }
packages:
  broken: [
`;
    const texts = {
      "package.json": json({ devDependencies: { prisma: "^6.0.0" } }),
      "packages/db/package.json": json({ dependencies: { "drizzle-orm": "catalog:", "@repo/config": "workspace:*", kysely: "catalog:old" } }),
      "pnpm-workspace.yaml": "catalog:\n  drizzle-orm: ^0.40.0\ncatalogs:\n  old:\n    kysely: ^0.27.2\n",
      "pnpm-lock.yaml": lock,
    };
    expect(versions(texts)).toEqual({ prisma: "6.14.0" });
    expect(versions(texts, "packages/db")).toEqual({ "drizzle-orm": "0.45.1", "@repo/config": null, kysely: "0.27.2" });
  });

  test("npm: a workspace's own copy before the hoisted one", () => {
    const lock = { lockfileVersion: 3, packages: { "node_modules/pg": { version: "8.11.0" }, "apps/a/node_modules/pg": { version: "8.16.3" } } };
    const texts = {
      "package-lock.json": json(lock),
      "apps/a/package.json": json({ dependencies: { pg: "^8" } }),
      "apps/b/package.json": json({ dependencies: { pg: "^8" } }),
    };
    expect(versions(texts, "apps/a")).toEqual({ pg: "8.16.3" });
    expect(versions(texts, "apps/b")).toEqual({ pg: "8.11.0" });
  });

  test("yarn 1 and berry", () => {
    const one = `# yarn lockfile v1\n\n"@prisma/client@^6.0.0", "@prisma/client@^6.1.0":\n  version "6.19.3"\n  resolved "x"\n`;
    const berry = `__metadata:\n  version: 8\n\n"@prisma/client@npm:^6.0.0":\n  version: 6.2.1\n  resolution: "x"\n`;
    const own = json({ dependencies: { "@prisma/client": "^6.0.0" } });
    expect(versions({ "package.json": own, "yarn.lock": one })).toEqual({ "@prisma/client": "6.19.3" });
    expect(versions({ "package.json": own, "yarn.lock": berry })).toEqual({ "@prisma/client": "6.2.1" });
  });

  test("bun: a workspace's entry before the common one", () => {
    const lock = `{ "lockfileVersion": 1, "packages": { "pg": ["pg@8.11.0", "", {}], "web/pg": ["pg@8.16.0", "", {}], }, }`;
    const texts = { "bun.lock": lock, "web/package.json": json({ name: "web", dependencies: { pg: "^8" } }), "api/package.json": json({ name: "api", dependencies: { pg: "^8" } }) };
    expect(versions(texts, "web")).toEqual({ pg: "8.16.0" });
    expect(versions(texts, "api")).toEqual({ pg: "8.11.0" });
  });

  test("a broken package.json and a broken lock file are told", () => {
    const files = filesFrom({ "package.json": '{ "name": ', "pnpm-lock.yaml": "importers: [\n" });
    expect(readPackages(files)).toEqual([]);
    expect(files.unread.map(({ at }) => at.path)).toEqual(["pnpm-lock.yaml", "package.json"]);
  });
});

describe("exports", () => {
  const exportsOf = (texts: Record<string, string>) => readPackages(filesFrom(texts))[0]?.info.exports;

  test("compiled targets lead to their sources", () => {
    const own = { exports: { ".": { types: "./dist/index.d.ts", import: "./dist/index.js" }, "./schema": "./dist/schema/index.mjs", "./none": "./dist/none.js" } };
    expect(exportsOf({ "package.json": json(own), "src/index.ts": "", "src/schema/index.ts": "" })).toEqual({ ".": ["src/index.ts"], "./schema": ["src/schema/index.ts"] });
  });

  test("source targets and patterns stay", () => {
    const own = { exports: { ".": "./src/index.ts", "./*": "./src/*.ts" } };
    const found = exportsOf({ "package.json": json(own), "src/index.ts": "" });
    expect(found?.["."]).toEqual(["src/index.ts"]);
    expect(found?.["./*"]?.[0]).toBe("src/*.ts");
  });

  test("main, module, types, and index where nothing is said", () => {
    expect(exportsOf({ "package.json": json({ main: "lib/main.js" }), "src/main.ts": "" })).toEqual({ ".": ["src/main.ts"] });
    expect(exportsOf({ "package.json": "{}", "index.ts": "" })).toEqual({ ".": ["index.ts"] });
  });
});

describe("tsconfigs", () => {
  test("extends, comments, baseUrl and siblings", () => {
    const files = filesFrom({
      "tsconfig.base.json": '{ // shared\n "compilerOptions": { "paths": { "@db/*": ["./packages/db/src/*"] }, } }',
      "apps/web/tsconfig.json": json({ extends: "../../tsconfig.base.json", compilerOptions: { strict: true } }),
      "apps/api/tsconfig.json": json({ extends: "@repo/tsconfig/node.json", compilerOptions: { baseUrl: "./src" } }),
      "apps/api/tsconfig.test.json": json({ compilerOptions: { paths: { "#test/*": ["./test/*"] } } }),
      "packages/tsconfig/package.json": json({ name: "@repo/tsconfig" }),
      "packages/tsconfig/node.json": json({ compilerOptions: { paths: { "~/*": ["${configDir}/src/*"] } } }),
      "plain/tsconfig.json": "{}",
    });
    expect(readTsconfigs(files, readPackages(files))).toEqual([
      { dir: "", baseUrl: null, paths: { "@db/*": ["packages/db/src/*"] } },
      { dir: "apps/api", baseUrl: "apps/api/src", paths: { "~/*": ["apps/api/src/*"], "#test/*": ["apps/api/test/*"] } },
      { dir: "apps/web", baseUrl: null, paths: { "@db/*": ["packages/db/src/*"] } },
    ]);
  });

  test("a circle of extends ends", () => {
    const files = filesFrom({ "tsconfig.json": json({ extends: "./tsconfig.b.json", compilerOptions: { baseUrl: "." } }), "tsconfig.b.json": json({ extends: "./tsconfig.json" }) });
    expect(readTsconfigs(files, [])).toEqual([{ dir: "", baseUrl: "", paths: {} }]);
  });
});
