import { describe, expect, it } from "vitest";
import type { Symbol } from "../src/project/program.ts";
import { createProgram } from "../src/project/modules.ts";
import { packageInfo, projectOf, tsconfig } from "./project-files.ts";

function place(symbol: Symbol | null): string {
  if (symbol === null) return "nowhere";
  if (symbol.kind === "declaration") return `${symbol.path}#${symbol.name}`;
  return symbol.kind === "module" ? symbol.path : `${symbol.package}/${symbol.subpath}:${symbol.name}`;
}

describe("import specifiers", () => {
  const program = createProgram(
    projectOf(
      {
        "apps/web/src/a.ts": "",
        "apps/web/src/b.tsx": "",
        "apps/web/src/lib/index.ts": "",
        "packages/db/src/index.ts": "",
        "packages/db/src/schema/users.ts": "",
        "packages/ui/src/button.tsx": "",
        "plain/x.js": "",
      },
      {
        tsconfigs: [tsconfig("apps/web", { "@/*": ["apps/web/src/*"], "~lib": ["apps/web/src/lib"] }), tsconfig("plain", {}, "plain")],
        packages: [
          packageInfo("", "root"),
          packageInfo("packages/db", "@acme/db", { exports: { ".": ["src/index.ts"], "./schema/*": ["src/schema/*.ts"] } }),
          packageInfo("packages/ui", "ui"),
        ],
      },
    ),
  );
  const from = (specifier: string, file = "apps/web/src/a.ts"): string => {
    const target = program.resolve(file, specifier);
    return target === null ? "nowhere" : target.kind === "file" ? target.path : `${target.name}:${target.subpath}`;
  };

  it.each([
    ["./b", "apps/web/src/b.tsx"],
    ["./b.js", "apps/web/src/b.tsx"],
    ["./lib", "apps/web/src/lib/index.ts"],
    ["./lib/", "apps/web/src/lib/index.ts"],
    ["./gone", "nowhere"],
    ["../../../../out", "nowhere"],
    ["@/b", "apps/web/src/b.tsx"],
    ["~lib", "apps/web/src/lib/index.ts"],
    ["@acme/db", "packages/db/src/index.ts"],
    ["@acme/db/schema/users", "packages/db/src/schema/users.ts"],
    ["@acme/db/dist/schema/users.js", "packages/db/src/schema/users.ts"],
    ["ui/button", "packages/ui/src/button.tsx"],
    ["drizzle-orm/pg-core", "drizzle-orm:pg-core"],
    ["@scope/name/a/b", "@scope/name:a/b"],
    ["#internal", "nowhere"],
  ])("%s leads to %s", (specifier, expected) => {
    expect(from(specifier)).toBe(expected);
  });

  it("looks below baseUrl", () => {
    expect(from("x", "plain/y.ts")).toBe("plain/x.js");
  });
});

describe("names", () => {
  const program = createProgram(
    projectOf({
      "schema/users.ts": `export const users = 1; export default users; const hidden = 2; export { hidden as shown };`,
      "schema/index.ts": `export * from "./users"; export { default as main } from "./users"; export * as all from "./users"; export * from "drizzle-orm";`,
      "a.ts": `import { users as u, main, all, shown, eq, sql } from "./schema"; import * as schema from "./schema"; import gone from "./gone"; import { z } from "zod";`,
      "loop/a.ts": `export * from "./b"; export { x } from "./b";`,
      "loop/b.ts": `export * from "./a"; export { x } from "./a"; export * from "./c";`,
      "loop/c.ts": `export const deep = 1;`,
      "common/a.js": `const { users } = require("../schema"); const all = require("./b"); module.exports = { users };`,
      "common/b.js": `exports.one = function () { return 1; };`,
    }),
  );

  it("follows renames, defaults, namespaces and barrels", () => {
    expect(place(program.lookup("a.ts", "u"))).toBe("schema/users.ts#users");
    expect(place(program.lookup("a.ts", "main"))).toBe("schema/users.ts#users");
    expect(place(program.lookup("a.ts", "shown"))).toBe("schema/users.ts#hidden");
    expect(place(program.lookup("a.ts", "all"))).toBe("schema/users.ts");
    expect(place(program.lookup("a.ts", "schema"))).toBe("schema/index.ts");
  });

  it("takes what only another package can export from it", () => {
    expect(place(program.lookup("a.ts", "eq"))).toBe("drizzle-orm/:eq");
    expect(place(program.lookup("a.ts", "z"))).toBe("zod/:z");
  });

  it("keeps the specifier of a file that is not there", () => {
    expect(place(program.lookup("a.ts", "gone"))).toBe("./gone/:default");
    expect(place(program.lookup("a.ts", "nothing"))).toBe("nowhere");
    expect(place(program.lookup("a.ts", "constructor"))).toBe("nowhere");
  });

  it("comes out of circles", () => {
    expect(place(program.lookupExport("loop/a.ts", "x"))).toBe("nowhere");
    expect(place(program.lookupExport("loop/a.ts", "deep"))).toBe("loop/c.ts#deep");
    expect(place(program.lookupExport("loop/b.ts", "deep"))).toBe("loop/c.ts#deep");
  });

  it("reads CommonJS", () => {
    expect(place(program.lookup("common/a.js", "users"))).toBe("schema/users.ts#users");
    expect(place(program.lookup("common/a.js", "all"))).toBe("common/b.js");
    expect(place(program.lookupExport("common/b.js", "one"))).toBe("common/b.js#one");
    expect(place(program.lookupExport("common/a.js", "users"))).toBe("schema/users.ts#users");
  });

  it("lists what a barrel exports", () => {
    expect(program.exportedNames("schema/index.ts").sort()).toEqual(["all", "main", "shown", "users"]);
    expect(program.exportedNames("loop/a.ts").sort()).toEqual(["deep", "x"]);
  });
});
