import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFolder } from "../src/disk/files.ts";
import { decode } from "../src/disk/text.ts";

describe("decode", () => {
  test("takes byte order marks away and reads UTF-16", () => {
    const sql = "select 'ä';";
    expect(decode(Buffer.from(sql))).toEqual({ text: sql });
    expect(decode(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(sql)]))).toEqual({ text: sql });
    expect(decode(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(sql, "utf16le")]))).toEqual({ text: sql });
    expect(decode(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(sql, "utf16le").swap16()]))).toEqual({ text: sql });
  });

  test("reads what is not UTF-8 as Latin-1", () => {
    expect(decode(Buffer.from([0x2d, 0x2d, 0x20, 0xe4]))).toEqual({ text: "-- ä" });
  });

  test("NUL bytes are binary, but for a rare one in code", () => {
    expect(decode(Buffer.from("a\0b"))).toEqual({ problem: "binary file" });
    expect(decode(Buffer.from("a\0b"), true)).toEqual({ problem: "binary file" });
    const separator = `const key = a + "\0" + b;${" ".repeat(400)}`;
    expect(decode(Buffer.from(separator), true)).toEqual({ text: separator });
    expect(decode(Buffer.from(separator))).toEqual({ problem: "binary file" });
  });
});

describe("openFolder", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "uniqlint-disk-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, text: string | Buffer = ""): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  test("follows .gitignore files, the deepest first, and leaves outputs alone", () => {
    write(".gitignore", "*.log\n/generated\nsecret.ts\n");
    write("a.ts");
    write("a.log");
    write("generated/b.ts");
    write("packages/x/generated/c.ts");
    write("packages/x/.gitignore", "!secret.ts\nlocal/\n");
    write("packages/x/secret.ts");
    write("packages/x/local/d.ts");
    write("node_modules/pg/index.js");
    write("dist/a.js");
    write("build/a.js");
    write("src/build/plan.ts");
    write("db/migrations/1.sql");
    expect(openFolder(root).paths).toEqual([
      ".gitignore",
      "a.ts",
      "db/migrations/1.sql",
      "packages/x/.gitignore",
      "packages/x/generated/c.ts",
      "packages/x/secret.ts",
      "src/build/plan.ts",
    ]);
  });

  test("what cannot be read is told once, with its reason", () => {
    write("binary.sql", Buffer.from([1, 0, 2]));
    write("large.sql", Buffer.alloc(5 * 1024 * 1024 + 1, 0x20));
    const files = openFolder(root);
    expect([files.text("binary.sql"), files.text("binary.sql"), files.text("large.sql"), files.text("none.sql")]).toEqual([null, null, null, null]);
    expect(files.unread.map(({ at, message }) => `${at.path}: ${message}`)).toEqual([
      "binary.sql: binary file",
      "large.sql: too large (5.1 MB; the limit is 5 MB)",
    ]);
  });

  test("symbolic links: a loop is told, a linked file inside is known but not read twice, a linked folder is not entered", () => {
    write("db/schema.prisma", "model A { id Int @id }");
    symlinkSync(join(root, "db/schema.prisma"), join(root, "linked.prisma"));
    symlinkSync(join(root, "db"), join(root, "folder"));
    symlinkSync(join(root, "loop.ts"), join(root, "loop.ts"));
    const files = openFolder(root);
    expect(files.paths).toEqual(["db/schema.prisma", "linked.prisma"]);
    expect([...files.links]).toEqual(["linked.prisma"]);
    expect(files.unread.map(({ at, message }) => `${at.path}: ${message}`)).toEqual(["loop.ts: cannot follow the symbolic link: it leads back to itself"]);
  });

  test("ignored files stay reachable by name", () => {
    write("src/a.ts", "1");
    write("vendor/b.ts", "2");
    const files = openFolder(root, ["vendor/**"]);
    expect(files.paths).toEqual(["src/a.ts"]);
    expect(files.text("vendor/b.ts")).toBe("2");
  });
});
