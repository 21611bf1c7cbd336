import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { DataTypes, Model, Op, Sequelize, Transaction } from "sequelize";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Project, Site } from "../src/model/project.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { pairs, projectOf, sitesOf } from "./clients-project.ts";
import { driverOf } from "./pglite-driver.ts";

const MODELS = `
class User extends Model {}
User.init({
  id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
  email: { type: DataTypes.STRING, unique: true },
  orgId: { type: DataTypes.INTEGER, field: "org_id" }, handle: DataTypes.STRING, state: { type: DataTypes.STRING, defaultValue: "new" }, deletedAt: DataTypes.DATE,
}, { sequelize, indexes: [{ unique: true, fields: ["org_id", "handle"] }, { unique: true, name: "live", fields: ["handle"], where: { deletedAt: null } }] });
const Plain = sequelize.define("Plain", { n: DataTypes.INTEGER });
const Keyed = sequelize.define("Keyed", { code: { type: DataTypes.STRING, unique: "pair" }, region: { type: DataTypes.STRING, unique: "pair" }, note: DataTypes.STRING });
`;

const FILES = {
  "package.json": JSON.stringify({ name: "app", dependencies: { sequelize: "6.37.0", pg: "8.11.0" } }),
  "src/models.js": `const { DataTypes, Model, Op, Sequelize } = require("sequelize");\nconst sequelize = new Sequelize(process.env.DATABASE_URL);\n${MODELS}\nmodule.exports = { sequelize, User, Plain, Keyed };`,
};

function app(code: string): Project {
  return projectOf({ ...FILES, "src/app.js": `const { Op, Transaction } = require("sequelize");\nconst { sequelize, User, Plain, Keyed } = require("./models");\nmodule.exports.run = async (input) => {\n${code}\n};` });
}

let server: PGlite;
let sent: string[];
let run: (code: string) => Promise<unknown>;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
  sent = [];
  const sequelize = new Sequelize({ dialect: "postgres", dialectModule: { ...pg, ...driverOf(server, sent) }, logging: false, pool: { max: 1 } });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const models = (new Function("DataTypes", "Model", "sequelize", `${MODELS} return { User, Plain, Keyed };`) as (...given: unknown[]) => Record<string, unknown>)(DataTypes, Model, sequelize);
  await sequelize.sync();
  run = async (code) => {
    sent.length = 0;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const call = new Function("Op", "Transaction", "sequelize", "User", "Plain", "Keyed", "input", `return (async () => { ${code} })();`) as (...given: unknown[]) => Promise<unknown>;
    await call(Op, Transaction, sequelize, models["User"], models["Plain"], models["Keyed"], { email: "ada@example.com" }).catch(() => undefined);
  };
}, 60_000);

afterAll(async () => {
  await server.close();
});

function targetOf(site: Site | undefined): string {
  const target = site?.conflict?.target;
  if (target === undefined) return "none";
  const where = target.by === "columns" && target.where !== null ? ` where ${target.where.text}` : "";
  return target.by === "columns" ? `(${target.parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join(", ")})${where}` : target.by;
}

/** The arbiter of what the library sends: `("email")` → `(email)`. */
function sentTarget(): string {
  const clause = sent.map((text) => /ON CONFLICT\s*(\([^)]*\))?/.exec(text)).find((match) => match !== null);
  return clause?.[1] === undefined ? "none" : clause[1].replaceAll('"', "").replaceAll(",", ", ");
}

describe("Sequelize's conflict targets are those that it sends", () => {
  const calls = [
    `await User.upsert({ email: "a", orgId: 1 });`,
    `await User.upsert({ orgId: 1, email: "a" });`,
    `await User.upsert({ handle: "h", orgId: 1 });`,
    `await User.upsert({ state: "x" });`,
    `await User.upsert({ id: "0190a3f0-0000-7000-8000-000000000000", email: "a" });`,
    `await User.upsert({ email: "a", handle: "h" }, { fields: ["handle"] });`,
    `await User.upsert({ email: "a" }, { conflictFields: ["org_id", "handle"] });`,
    `await Keyed.upsert({ note: "n", region: "r", code: "c" });`,
    `await Plain.upsert({ n: 1 });`,
    `await User.bulkCreate([{ email: "a", handle: "h" }], { updateOnDuplicate: ["handle"] });`,
    `await User.bulkCreate([{ email: "a", orgId: 2 }], { updateOnDuplicate: ["handle"], conflictAttributes: ["orgId", "handle"] });`,
    `await Plain.bulkCreate([{ n: 1 }], { updateOnDuplicate: ["n"] });`,
    `await Keyed.bulkCreate([{ code: "c", region: "r" }], { updateOnDuplicate: ["note"] });`,
  ];
  for (const code of calls) {
    it(code, async () => {
      await run(code);
      expect(sent.some((text) => text.startsWith("INSERT"))).toBe(true);
      expect(targetOf(sitesOf(app(code), "upsert")[0])).toBe(sentTarget());
    });
  }

  it("ignoreDuplicates names no target", async () => {
    const code = `await User.bulkCreate([{ email: "a" }], { ignoreDuplicates: true });`;
    await run(code);
    expect(sent.join()).toMatch(/ON CONFLICT DO NOTHING/);
    expect(targetOf(sitesOf(app(code), "upsert")[0])).toBe("none");
  });

  it("conflictWhere is the index's predicate", async () => {
    const code = `await User.upsert({ handle: "h" }, { conflictFields: ["handle"], conflictWhere: { deletedAt: null } });`;
    await run(code);
    expect(sent.join()).toContain(`ON CONFLICT ("handle") WHERE "deletedAt" IS NULL`);
    expect(targetOf(sitesOf(app(code), "upsert")[0])).toBe(`(handle) where "deletedAt" is null`);
  });
});

describe("sites", () => {
  it("findOrCreate is a look-up and an insert that a key within its conditions settles", () => {
    const [settled] = sitesOf(app(`await User.findOrCreate({ where: { email: input.email }, defaults: { orgId: input.orgId } });`), "upsert");
    expect(settled).toMatchObject({ table: "public.Users", rows: "one" });
    expect(targetOf(settled)).toBe("(email)");
    expect(pairs(settled?.columns ?? null)).toEqual(["org_id=input.orgId", "email=input.email"]);
    const open = app(`await User.findOrCreate({ where: { orgId: input.orgId, state: input.state } });`);
    const [insert] = sitesOf(open, "insert");
    expect(insert?.conflict).toBeNull();
    expect(insert?.guards.find((guard) => guard.kind === "lookup")).toMatchObject({ when: "absent" });
  });

  it("reads look-ups with operators", () => {
    const [lookup] = sitesOf(app(`return User.findOne({ where: { orgId: input.org, handle: { [Op.eq]: input.handle }, deletedAt: null, state: { [Op.ne]: "x" }, [Op.and]: [{ email: input.email }] } });`), "lookup");
    expect(lookup).toMatchObject({ lookup: "one", table: "public.Users", client: "sequelize" });
    expect(pairs(lookup?.match ?? null)).toEqual(["org_id=input.org", "handle=input.handle", "email=input.email"]);
    expect(lookup?.matchRest).toHaveLength(2);
    const [byKey] = sitesOf(app(`return User.unscoped().findByPk(input.id);`), "lookup");
    expect(pairs(byKey?.match ?? null)).toEqual(["id=input.id"]);
  });

  it("follows what is built and saved, and registries by name", () => {
    const project = app(`const user = User.build({ email: input.email }); await user.save(); const db = registry(); await db.User.create({ email: input.other });`);
    expect(sitesOf(project, "insert").map((site) => pairs(site.columns))).toEqual([["email=input.email"], ["email=input.other"]]);
  });

  it("runs in the transaction that it is given", () => {
    const project = app(`
      await sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE }, async (t) => {
        await Plain.create({ n: 1 }, { transaction: t });
        await Plain.create({ n: 2 });
      });`);
    const transactions = sitesOf(project, "insert").map((site) => site.guards.flatMap((guard) => (guard.kind === "transaction" ? [guard.isolation] : [])));
    expect(transactions).toEqual([["serializable"], []]);
  });

  it("sees locks of another row", () => {
    const project = app(`await sequelize.transaction(async (t) => { await User.findOne({ where: { id: input.id }, rejectOnEmpty: true, transaction: t, lock: t.LOCK.UPDATE }); const row = await Plain.findOne({ where: { n: input.n }, transaction: t }); if (!row) await Plain.create({ n: input.n }, { transaction: t }); });`);
    expect(sitesOf(project, "insert")[0]?.guards.map((guard) => guard.kind)).toContain("lock");
  });
});
