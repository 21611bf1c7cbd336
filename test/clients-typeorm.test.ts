import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Project, Site } from "../src/model/project.ts";
import type { SqlConflict, SqlQuery } from "../src/model/statement.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { readSqlText } from "../src/read/sql/text.ts";
import { guardsOf, pairs, projectOf, targetOf } from "./clients-project.ts";
import { openTypeorm, type Opened } from "./typeorm-library.ts";

const FILES = {
  "package.json": JSON.stringify({ name: "app", dependencies: { typeorm: "1.1.1", pg: "8.11.0" } }),
  "src/source.ts": `import { DataSource } from "typeorm"; export const makeSource = () => new DataSource({ type: "postgres", entities: [] });`,
  "src/entities.ts": `
    import { BaseEntity, Column, CreateDateColumn, Entity, Index, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique } from "typeorm";
    export class Address { @Column({ nullable: true }) city: string; }
    @Entity() export class Org { @PrimaryGeneratedColumn() id: number; @Column({ nullable: true }) name: string; }
    @Entity({ name: "members" }) @Unique("uq_member", ["org", "email"]) @Index(["phone"], { unique: true, where: "phone <> ''" })
    export class Member extends BaseEntity {
      @PrimaryGeneratedColumn("uuid") id: string;
      @Column({ name: "mail" }) email: string;
      @Column({ nullable: true }) phone: string;
      @Column({ nullable: true }) note: string;
      @ManyToOne(() => Org) org: Org;
      @Column(() => Address) home: Address;
      @CreateDateColumn() createdAt: Date;
    }
    @Entity() export class Setting { @PrimaryColumn() key: string; @PrimaryColumn() scope: string; @Column({ nullable: true }) value: string; }
  `,
};
const HEAD = `import { EntityManager, In, IsNull, Repository, type DataSource } from "typeorm";\nimport { Member, Org, Setting } from "./entities";\nimport { randomUUID } from "node:crypto";\n`;

/** What each form sends: of an `update` only that it is one; the first word of `before` is the look-up that save makes. */
const WRITES: Record<string, { body: string; kind: Site["kind"]; target?: string; columns: string[] }> = {
  "insert into a repository": { body: `await source.getRepository(Member).insert({ email: "a", org: { id: 1 }, home: { city: "x" } });`, kind: "insert", columns: ["mail", "orgId", "homeCity"] },
  "insert of several rows": { body: `const rows = ["a", "b"]; await source.manager.insert(Member, rows.map((email) => ({ email, phone: email })));`, kind: "insert", columns: ["mail", "phone"] },
  "save of what is made here": { body: `const repo = source.getRepository(Member); await repo.save(repo.create({ email: "a", note: "n" }));`, kind: "insert", columns: ["mail", "note"] },
  "save of an instance": { body: `const member = new Member(); member.email = "a"; member.org = { id: 1 } as Org; await source.manager.save(member);`, kind: "insert", columns: ["mail", "orgId"] },
  "save of a plain object by the manager": { body: `await source.manager.save(Member, { email: "a" });`, kind: "insert", columns: ["mail"] },
  "save with the primary key": { body: `await source.getRepository(Setting).save({ key: "k", scope: "s", value: "v" });`, kind: "upsert", target: "key, scope", columns: ["key", "scope", "value"] },
  "save of a row that was read": { body: `const repo = source.getRepository(Org); const org = await repo.findOneByOrFail({ id: 1 }); org.name = "n"; await repo.save(org);`, kind: "update", columns: ["name"] },
  "an instance saves itself": { body: `const member = Member.create({ email: "a" }); await member.save();`, kind: "insert", columns: ["mail"] },
  "upsert by properties": { body: `await source.getRepository(Member).upsert({ email: "a", org: { id: 1 }, note: "n" }, ["org", "email"]);`, kind: "upsert", target: "orgId, mail", columns: ["mail", "orgId", "note"] },
  "upsert by options": {
    body: `await source.getRepository(Member).upsert([{ email: "a", phone: "1" }], { conflictPaths: { phone: true }, indexPredicate: "phone <> ''", skipUpdateIfNoValuesChanged: true });`,
    kind: "upsert", target: "phone where phone <> ''", columns: ["mail", "phone"],
  },
  "upsert by the manager": { body: `await source.manager.upsert(Setting, { key: "k", scope: "s", value: "v" }, ["key", "scope"]);`, kind: "upsert", target: "key, scope", columns: ["key", "scope", "value"] },
  "a builder that ignores": { body: `await source.createQueryBuilder().insert().into(Setting).values({ key: "k", scope: "s" }).orIgnore().execute();`, kind: "upsert", target: "none", columns: ["key", "scope"] },
  "a builder that updates": { body: `await source.getRepository(Member).createQueryBuilder().insert().values({ email: "a", org: { id: 1 }, note: "n" }).orUpdate(["note"], ["orgId", "mail"]).execute();`, kind: "upsert", target: "orgId, mail", columns: ["mail", "orgId", "note"] },
  "a builder that names the constraint": { body: `await source.createQueryBuilder().insert().into(Member).values({ email: "a", org: { id: 1 } }).orUpdate(["note"], "uq_member").execute();`, kind: "upsert", target: "constraint uq_member", columns: ["mail", "orgId"] },
  "a builder with a predicate": {
    body: `const insert = source.createQueryBuilder(Member, "m").insert().values({ email: "a", phone: "1" }); await insert.orUpdate(["note"], ["phone"], { indexPredicate: "phone <> ''" }).execute();`,
    kind: "upsert", target: "phone where phone <> ''", columns: ["mail", "phone"],
  },
  "a builder that overwrites nothing": { body: `await source.createQueryBuilder().insert().into(Setting).values({ key: "k", scope: "s" }).orUpdate([], ["key", "scope"]).execute();`, kind: "upsert", target: "key, scope", columns: ["key", "scope"] },
};

function sentTarget(conflict: SqlConflict | null): string {
  if (conflict === null) return "no conflict";
  if (conflict.target === null) return "none";
  if (conflict.target.by === "constraint") return `constraint ${conflict.target.name}`;
  const parts = conflict.target.parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join(", ");
  return conflict.target.where === null ? parts : `${parts} where ${conflict.target.where.text}`;
}

function queriesOf(sent: string[]): SqlQuery[] {
  return sent.flatMap((text) => readSqlText(text, { path: "", map: (offset) => offset }).statements.flatMap((statement) => statement.queries));
}

describe("writes are what the library sends", () => {
  const names = Object.keys(WRITES);
  const pathOf = (name: string): string => `src/app-${names.indexOf(name)}.ts`;
  const files = { ...FILES, ...Object.fromEntries(Object.entries(WRITES).map(([name, { body }]) => [pathOf(name), `${HEAD}export async function run(source: DataSource) {\n${body}\n}`])) };
  let server: PGlite;
  let opened: Opened;
  let project: Project;
  beforeAll(async () => {
    await loadSqlParser();
    project = projectOf(files);
    server = await PGlite.create();
    opened = await openTypeorm(server, files);
    (opened.modules["src/entities.ts"] as { Member: { useDataSource(of: unknown): void } }).Member.useDataSource(opened.source);
  }, 60_000);
  afterAll(async () => {
    await opened.source.destroy();
    await server.close();
  });

  for (const [name, { kind, target, columns }] of Object.entries(WRITES)) {
    it(name, async () => {
      await server.exec("truncate org, members, setting restart identity; insert into org default values");
      opened.sent.length = 0;
      await (opened.modules[pathOf(name)] as { run(of: unknown): Promise<void> }).run(opened.source);
      const queries = queriesOf(opened.sent);
      const write = queries.find((query) => query.kind === "insert" || query.kind === "update");
      const site = project.sites.findLast((each) => each.kind !== "lookup" && each.at.path === pathOf(name))!;
      expect({ kind: site.kind, target: targetOf(site), columns: site.columns?.map((written) => written.column) }).toEqual({ kind, target: target ?? "no conflict", columns });
      if (kind === "update") return expect(write).toMatchObject({ kind: "update" });
      const written = (write?.writes ?? []).filter((each) => each.value.kind !== "default").map((each) => each.column);
      expect([...written].sort()).toEqual([...columns].sort());
      const isAtomic = site.conflict?.native !== "no";
      expect(sentTarget(write?.conflict ?? null)).toBe(isAtomic ? (target ?? "no conflict") : "no conflict");
      expect(queries[0]?.kind).toBe(isAtomic ? "insert" : "select");
      expect(write?.conflict?.action).toBe(isAtomic ? site.conflict?.action : undefined);
    });
  }
});

describe("errors", () => {
  beforeAll(() => loadSqlParser());

  it("of a violation hold what the driver says, and have no cause", async () => {
    const server = await PGlite.create();
    const { source } = await openTypeorm(server, FILES);
    const insert = (): Promise<unknown> => source.getRepository("Setting").insert({ key: "k", scope: "s" });
    await insert();
    const error = (await insert().catch((each: unknown) => each)) as Record<string, unknown>;
    await source.destroy();
    await server.close();
    expect(error).toMatchObject({ name: "QueryFailedError", code: "23505", constraint: expect.stringMatching(/^PK_/) as unknown, driverError: { code: "23505", constraint: error.constraint } });
    expect([error.message, error.cause, error.constraint_name]).toEqual([`duplicate key value violates unique constraint "${String(error.constraint)}"`, undefined, undefined]);
  });

  it.each([
    [`if (error instanceof QueryFailedError && error.driverError.code === "23505") return;`, "unique"],
    [`if ((error as any).constraint === "uq_member") return;`, "unique"],
    [`switch (error.constructor) { case QueryFailedError: return; default: throw error; }`, "any"],
    [`if (error instanceof EntityNotFoundError) return; throw error;`, "other"],
  ])("%s", (body, handles) => {
    const code = `${HEAD}import { EntityNotFoundError, QueryFailedError } from "typeorm";\nexport async function run(r: Repository<Member>) { try { await r.insert({ email: "a" }); } catch (error: any) { ${body} } }`;
    expect(projectOf({ ...FILES, "src/app.ts": code }).handlers[0]).toMatchObject({ handles, opaqueTests: 0, covers: [0] });
  });
});

describe("repositories", () => {
  beforeAll(() => loadSqlParser());
  const lookup = (body: string): Site => projectOf({ ...FILES, "src/app.ts": HEAD + body }).sites.find((site) => site.kind === "lookup")!;

  it.each([
    ["injected", `export class S { constructor(@InjectRepository(Member) private readonly members: Repository<Member>) {} find(email: string) { return this.members.findOneBy({ email }); } }`],
    ["typed", `export class S { constructor(private members: Repository<Member>) {} find(email: string) { return this.members.findOne({ where: { email } }); } }`],
    ["given to a field", `export class S { private members; constructor(source: DataSource) { this.members = source.getRepository(Member); } find(email: string) { return this.members.findOneBy({ email }); } }`],
    ["a class of its own", `export class Members extends Repository<Member> { find1(email: string) { return this.findOneBy({ email }); } }`],
    ["a field of such a class", `class Members extends Repository<Member> {} export class S { constructor(private members: Members) {} find(email: string) { return this.members.findOneBy({ email }); } }`],
    ["behind a base class", `class Base<T> extends Repository<T> {} export class Members extends Base<Member> { find1(email: string) { return super.findOneBy({ email }); } }`],
    ["made by a factory", `const repoOf = (entity) => (manager?: EntityManager) => manager?.getRepository(entity) ?? source.getRepository(entity); const repo = repoOf(Member); export const find = (email: string) => repo().findOneBy({ email });`],
    ["made by a factory that remembers", `const known = new Map(); const repoFor = (entity) => { if (known.has(entity)) return known.get(entity); const made = (em?) => em?.getRepository(entity); known.set(entity, made); return made; }; const repo = repoFor(Member); export const find = (email: string) => repo().findOneBy({ email });`],
    ["of a helper that waits", `export async function find(service, email: string) { const repo = await service.getRepository(Member); return repo.findOneBy({ email }); }`],
    ["the manager", `export const find = (manager: EntityManager, email: string) => manager.findOneBy(Member, { email });`],
    ["the model itself", `export const find = (email: string) => Member.findOneBy({ email });`],
    ["with an extended one", `const members = source.getRepository(Member).extend({ x() { return 1; } }); export const find = (tx: EntityManager, email: string) => tx.withRepository(members).findOneBy({ email });`],
    ["with an injected one", `class Members { constructor(private readonly members: Repository<Member>) {} find(tx: EntityManager, email: string) { return tx.withRepository(this.members).findOneBy({ email }); } } export { Members };`],
    ["extended", `const members = source.getRepository(Member).extend({ x() { return 1; } }); export const find = (email: string) => members.findOneBy({ email });`],
    ["a builder", `export const find = (source: DataSource, email: string) => source.createQueryBuilder(Member, "m").where("m.email = :email", { email }).getOne();`],
    ["a builder that waits", `export async function find(source: DataSource, email: string) { const query = source.getRepository(Member).createQueryBuilder("m").where({ email }); return query.getOne(); }`],
  ])("%s", (_, body) => {
    const site = lookup(body);
    expect([site.table, pairs(site.match), site.lookup]).toEqual(["public.members", ["mail=email"], "one"]);
  });

  it("reads conditions: operators, relations, embedded objects, lists", () => {
    const site = lookup(`export const find = (r: Repository<Member>, org: Org, orgId: number) => r.find({ where: { email: In(["a"]), note: IsNull(), org: { id: orgId }, home: { city: "x" } }, order: { email: "ASC" }, take: 1 });`);
    expect([pairs(site.match), site.matchRest.length, site.ordered, site.lookup]).toEqual([["orgId=orgId", "homeCity='x'"], 2, true, "one"]);
    expect(lookup(`export const find = (r: Repository<Member>) => r.exists({ where: [{ email: "a" }, { email: "b" }] });`)).toMatchObject({ lookup: "exists", match: [], matchRest: ["or"] });
    expect(lookup(`export const find = (r: Repository<Member>, where) => r.countBy(where);`)).toMatchObject({ lookup: "count", match: null });
  });

  it("leaves what a repository answers, and other libraries' methods, alone", () => {
    const body = `
      export async function run(r: Repository<Member>, map: Map<string, string>) {
        const all = await r.find();
        const one = all.find((each) => each.email === "a");
        map.delete("x");
        [1, 2].find((n) => n > 1);
        await form.save();
        return (await r.find()).find((each) => each.note);
      }`;
    expect(projectOf({ ...FILES, "src/app.ts": HEAD + body }).sites.map((site) => site.operation)).toEqual(["find(Member)", "find(Member)"]);
  });

  it("knows transactions, their isolation, and row locks", () => {
    const guards = (body: string): string[] => guardsOf(projectOf({ ...FILES, "src/app.ts": HEAD + body }).sites.findLast((site) => site.kind !== "lookup")!);
    expect(guards(`export const run = (source: DataSource) => source.transaction("SERIALIZABLE", async (em) => { await em.insert(Org, { name: "x" }); });`)).toEqual(["transaction serializable 0"]);
    expect(guards(`export async function run(q: QueryRunner) { await q.startTransaction("REPEATABLE READ"); await q.manager.insert(Org, { name: "x" }); await q.commitTransaction(); }`)).toEqual(["transaction repeatable read 0"]);
    expect(guards(`export class S { @Transactional({ isolationLevel: IsolationLevel.SERIALIZABLE }) async run(r: Repository<Org>) { await r.insert({ name: "x" }); } }`)).toEqual(["transaction serializable 0"]);
    expect(guards(`export async function run(em: EntityManager) { const org = await em.findOne(Org, { where: { id: 1 }, lock: { mode: "pessimistic_write" } }); if (org) await em.insert(Member, { email: "x" }); }`)).toContain("lock row 0");
  });

  it("guards an insert by the look-up before it", () => {
    const body = `export async function run(r: Repository<Member>, email: string) { const known = await r.findOneBy({ email }); if (!known) await r.save(r.create({ email })); }`;
    const site = projectOf({ ...FILES, "src/app.ts": HEAD + body }).sites.find((each) => each.kind === "insert")!;
    expect(guardsOf(site)).toEqual(["lookup absent 0"]);
  });

  it("reads the SQL behind the older onConflict", () => {
    const target = (clause: string): string => targetOf(projectOf({ ...FILES, "src/app.ts": `${HEAD}export const run = (source) => source.createQueryBuilder().insert().into(Member).values({ email: "x" }).onConflict('${clause}').execute();` }).sites[0]!);
    expect(target('("mail") DO NOTHING')).toBe("mail");
    expect(target("ON CONSTRAINT uq_member DO UPDATE SET note = excluded.note")).toBe("constraint uq_member");
  });
});
