import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { openCacheFolder } from "../src/disk/cache-folder.ts";
import { openGitFolder } from "./git-folder.ts";
import { runCli } from "./run-cli.ts";

const made = openGitFolder("cache");
afterAll(() => made.remove());

const schema = `import { pgTable, text, unique } from "drizzle-orm/pg-core";
export const tenants = pgTable("tenants", { id: text("id").primaryKey(), orgId: text("org_id").notNull(), ref: text("ref").notNull() }, (t) => [unique("tenants_org_ref").on(t.orgId, t.ref)]);
`;
const table = `CREATE TABLE tenants (id text PRIMARY KEY, org_id text NOT NULL, ref text NOT NULL);\n`;
const key = `ALTER TABLE tenants ADD CONSTRAINT tenants_org_ref UNIQUE (org_id, ref);\n`;
const upsert = (target: string): string => `import { db } from "./db";
import { tenants } from "./schema";
export async function save(orgId: string, ref: string) {
  await db.insert(tenants).values({ id: "1", orgId, ref }).onConflictDoUpdate({ target: [${target}], set: { ref } });
}
`;
const check = (call: string): string => `import { and, eq } from "drizzle-orm";
import { db } from "./db";
import { tenants } from "./schema";
import { remember as keep } from "./store";
export async function touch(orgId: string, ref: string) {
  const [found] = await db.select().from(tenants).where(and(eq(tenants.orgId, orgId), eq(tenants.ref, ref)));
  if (!found) await ${call};
}
`;
const store = (name: string): string => `import { db } from "./db";
import { tenants } from "./schema";
export async function ${name}(orgId: string, ref: string) { await db.insert(tenants).values({ id: crypto.randomUUID(), orgId, ref }); }
`;

const project: Record<string, string> = {
  "package.json": '{ "name": "app", "dependencies": { "drizzle-orm": "0.44.2" } }\n',
  "drizzle.config.ts": 'export default { dialect: "postgresql", schema: "./src/schema.ts", out: "./drizzle" };\n',
  "drizzle/meta/_journal.json": JSON.stringify({ entries: [{ idx: 0, tag: "0000_a" }, { idx: 1, tag: "0001_b" }] }),
  "drizzle/0000_a.sql": table,
  "drizzle/0001_b.sql": key,
  "src/db.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.URL!);\n',
  "src/schema.ts": schema,
  "src/save.ts": upsert("tenants.orgId, tenants.ref"),
  "src/touch.ts": check("keep(orgId, ref)"),
  "src/store.ts": store("remember"),
  "src/page.tsx": "export const Page = () => <p>hello</p>;\n",
  "src/sum.ts": "export const sum = (a: number, b: number): number => a + b;\n",
};

/** What may happen to a project between two runs: path → content, null: it goes. Each edit has several outcomes so that one may undo another. */
const edits: Record<string, string | null>[] = [
  { "src/page.tsx": "export const Page = () => <p>good bye</p>;\n" },
  { "src/page.tsx": project["src/page.tsx"] ?? "" },
  { "src/new.tsx": "export const New = () => null;\n" },
  { "src/new.tsx": null },
  { "src/sum.ts": "export async function sum() { await import('./save'); }\n" },
  { "src/sum.ts": project["src/sum.ts"] ?? "" },
  { "src/save.ts": upsert("tenants.ref") },
  { "src/save.ts": upsert("tenants.orgId, tenants.ref") },
  { "src/save.ts": `// moved down\n\n${upsert("tenants.ref")}` },
  { "src/touch.ts": check("db.insert(tenants).values({ id: '1', orgId, ref })") },
  { "src/touch.ts": check("keep(orgId, ref)") },
  { "src/store.ts": store("forget") },
  { "src/store.ts": store("remember") },
  { "src/store.ts": store("remember").replace("});", "}).onConflictDoNothing();") },
  { "src/schema.ts": schema.replace(/, \(t\) => .*\)\);/, ");") },
  { "src/schema.ts": schema },
  { "drizzle/0001_b.sql": "CREATE INDEX tenants_org_ref ON tenants (org_id, ref);\n" },
  { "drizzle/0001_b.sql": key },
  { "drizzle/0002_c.sql": "ALTER TABLE tenants DROP CONSTRAINT tenants_org_ref;\n", "drizzle/meta/_journal.json": JSON.stringify({ entries: ["0000_a", "0001_b", "0002_c"].map((tag, idx) => ({ idx, tag })) }) },
  { "drizzle/0002_c.sql": null, "drizzle/meta/_journal.json": project["drizzle/meta/_journal.json"] ?? "" },
  { "package.json": '{ "name": "app", "dependencies": { "drizzle-orm": "0.30.0" } }\n' },
  { "package.json": project["package.json"] ?? "" },
  { "tsconfig.json": '{ "compilerOptions": { "paths": { "./store": ["src/save.ts"] } } }\n' },
  { "tsconfig.json": null },
  { "uniqlint.config.json": '{ "preset": "strict" }\n' },
  { "uniqlint.config.json": '{ "rules": { "no-check-then-insert": "off" } }\n' },
  { "uniqlint.config.json": null },
  { ".gitignore": "src/save.ts\n" },
  { ".gitignore": null },
];

const plain = (text: string): string => text.replace(/"durationMs": \d+/g, "").replace(/read in [\d.]+ s/g, "");

async function lint(dir: string, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCli(dir, "--format", "json", ...args);
  return plain(`${String(status)}\n${stdout}\n${stderr}`);
}

const cacheOf = (dir: string): string => join(dir, ".uniqlintcache");
const snapshots = (dir: string): string[] => (existsSync(cacheOf(dir)) ? readdirSync(cacheOf(dir)).filter((name) => name.endsWith(".json")) : []);

/** Older than the time within which a file's stamp is not trusted. */
function settle(dir: string): void {
  for (const name of Object.keys(project)) if (existsSync(join(dir, name))) utimesSync(join(dir, name), 1, 1);
}

describe("runs with what earlier ones kept", () => {
  test("say the same as those without it, whatever happens in between", { timeout: 600_000 }, async () => {
    const step = fc.record({ edit: fc.integer({ min: 0, max: edits.length - 1 }), how: fc.constantFrom("", "--staged", "--since"), commit: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 5 }), async (steps) => {
        const dir = made.repository(project);
        await lint(dir);
        for (const { edit, how, commit } of steps) {
          const change = Object.fromEntries(Object.entries(edits[edit] ?? {}).filter(([path, content]) => content !== null || existsSync(join(dir, path))));
          made.write(dir, change);
          made.git(dir, "add", "-A");
          const args = how === "--since" ? ["--since", "HEAD"] : how === "" ? [] : [how];
          expect(await lint(dir, ...args), JSON.stringify(steps)).toBe(await lint(dir, ...args, "--no-cache"));
          if (commit) made.git(dir, "commit", "-qm", "x", "--allow-empty");
        }
        rmSync(dir, { recursive: true });
      }),
      { numRuns: Number(process.env["UNIQLINT_EDITS"] ?? 5) },
    );
  });

  test("of what is staged say what those of a whole project find new, whatever code changes", { timeout: 600_000 }, async () => {
    const codeEdits = edits.filter((edit) => Object.keys(edit).every((path) => path.endsWith(".ts") || path.endsWith(".tsx")));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: codeEdits.length - 1 }), { minLength: 2, maxLength: 4 }), async (steps) => {
        const dir = made.repository(project);
        await lint(dir, "--staged");
        for (const step of steps) {
          const change = Object.fromEntries(Object.entries(codeEdits[step] ?? {}).filter(([path, content]) => content !== null || existsSync(join(dir, path))));
          made.write(dir, change);
          made.git(dir, "add", "-A");
          const found = async (...args: string[]): Promise<unknown> => (JSON.parse((await runCli(dir, "--format", "json", ...args)).stdout) as { findings: unknown }).findings;
          expect(await found("--staged"), JSON.stringify(steps)).toEqual(await found("--since", "HEAD"));
          made.git(dir, "commit", "-qm", "x", "--allow-empty");
        }
        rmSync(dir, { recursive: true });
      }),
      { numRuns: Number(process.env["UNIQLINT_EDITS"] ?? 10) },
    );
  });

  test("do not read again what a change leaves alone", async () => {
    const dir = made.repository(project);
    await lint(dir);
    const [first] = snapshots(dir);
    expect(snapshots(dir)).toHaveLength(1);
    made.write(dir, { "src/page.tsx": "export const Page = () => <p>other</p>;\n", "readme.md": "x" });
    rmSync(join(dir, "readme.md"));
    await lint(dir);
    expect(snapshots(dir)).toEqual([first]);
    made.write(dir, { "src/save.ts": upsert("tenants.ref") });
    expect(await lint(dir)).toContain("no-unmatched-conflict-target");
    expect(snapshots(dir)).toHaveLength(2);
  });

  test("trust no stamp of a file that was just written, and none that changed", async () => {
    const dir = made.repository(project);
    settle(dir);
    await lint(dir);
    const bad = upsert("tenants.ref");
    const good = upsert("tenants.orgId, tenants.ref");
    made.write(dir, { "src/save.ts": bad.padEnd(good.length) });
    utimesSync(join(dir, "src/save.ts"), 1, 1);
    expect(statSync(join(dir, "src/save.ts")).size).toBe(good.length);
    expect(await lint(dir)).toContain("no-unmatched-conflict-target");
  });

  test("take another configuration, other paths and other options for another matter", async () => {
    const dir = made.repository({ ...project, "src/save.ts": upsert("tenants.ref") });
    expect(await lint(dir)).toContain("no-unmatched-conflict-target");
    expect(await lint(dir, "--rule", "no-unmatched-conflict-target=off")).not.toContain("no-unmatched-conflict-target");
    expect(await lint(dir, "src/touch.ts")).not.toContain("no-unmatched-conflict-target");
    expect(await lint(dir, "src")).toContain("no-unmatched-conflict-target");
  });
});

describe("the folder", () => {
  test("is node_modules' own where there is one, or the one that is named, and holds what only its owner may read", async () => {
    const dir = made.repository(project);
    await lint(dir);
    expect(made.git(dir, "status", "--porcelain")).toBe("");
    const [name = ""] = snapshots(dir);
    expect([statSync(cacheOf(dir)).mode & 0o777, statSync(join(cacheOf(dir), name)).mode & 0o777]).toEqual([0o700, 0o600]);
    made.write(dir, { "node_modules/x/index.js": "" });
    await lint(dir);
    expect(readdirSync(join(dir, "node_modules/.cache/uniqlint"))).toContain(name);
    await lint(dir, "--cache-location", "elsewhere/here");
    expect(readdirSync(join(dir, "elsewhere/here"))).toContain(name);
    expect(await lint(dir, "--cache-location", "package.json")).toContain("--cache-location wants a folder");
  });

  test("--no-cache writes nothing", async () => {
    const dir = made.repository(project);
    await lint(dir, "--no-cache");
    expect(existsSync(cacheOf(dir))).toBe(false);
  });

  test("keeps a few states of each kind", async () => {
    const dir = made.repository(project);
    for (const count of [1, 2, 3, 4, 5, 6]) {
      made.write(dir, { "src/save.ts": `${"\n".repeat(count)}${upsert("tenants.ref")}` });
      await lint(dir);
    }
    expect(snapshots(dir)).toHaveLength(4);
  });

  test("may be broken, cut off, foreign or closed: then it is written anew, or done without", async () => {
    const dir = made.repository({ ...project, "src/save.ts": upsert("tenants.ref") });
    const want = await lint(dir, "--no-cache");
    await lint(dir);
    const [name = ""] = snapshots(dir);
    const file = join(cacheOf(dir), name);
    const whole = readFileSync(file, "utf8");
    // The files have settled meanwhile, so their stamps may stand there as well.
    const restOf = (text: string): string => text.slice(text.indexOf('"migrations":'));
    const spoilt = [whole.slice(0, 100), whole.slice(0, -100), "", "{}", whole.replace("no-unmatched-conflict-target", "no-unmatched-conflict-tarot"), whole.replace(/"findings":\[.*?\],"suppressed/, '"findings":[],"suppressed')];
    for (const text of spoilt) {
      writeFileSync(file, text);
      expect(await lint(dir)).toBe(want);
      expect(restOf(readFileSync(file, "utf8"))).toBe(restOf(whole));
    }
    rmSync(cacheOf(dir), { recursive: true });
    writeFileSync(cacheOf(dir), "a file");
    expect(await lint(dir)).toBe(want);
    rmSync(cacheOf(dir));
    chmodSync(dir, 0o500);
    expect(await lint(dir)).toBe(want);
    chmodSync(dir, 0o700);
  });

  test("is never seen half written", () => {
    const dir = made.folder();
    const folder = openCacheFolder({ location: null }, dir);
    const values = Array.from({ length: 20 }, (_, index) => ({ index, text: "x".repeat(100_000) }));
    for (const value of values) {
      folder.write("a-1.json", value);
      expect(folder.read("a-1.json")).toEqual(value);
    }
    expect(readdirSync(cacheOf(dir)).sort()).toEqual([".gitignore", "a-1.json"]);
  });
});
