import { createRequire } from "node:module";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { DataTypes, Model, Op, Sequelize } from "sequelize";
import { Sequelize as Decorated, type ModelCtor } from "sequelize-typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import type { Catalog } from "../src/model/catalog.ts";
import { createProgram } from "../src/project/modules.ts";
import { readSequelizeSchemas } from "../src/project/schema/sequelize.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { driverOf } from "./pglite-driver.ts";
import { describeCatalog, describeServer } from "./postgres-compare.ts";
import { emptyDatabase, introspect } from "./postgres-server.ts";
import { drizzleSource, projectOf } from "./project-files.ts";
import { runModules } from "./transpiled.ts";

/** Models that the real Sequelize 6 syncs into a real Postgres, and that are read: both must give the same tables, keys and names. */
const models: Record<string, string> = {
  "names, columns and what is implied": `
    const Person = sequelize.define("Person", { firstName: DataTypes.STRING, userID: { type: DataTypes.UUID, field: "uid", allowNull: false }, full: DataTypes.VIRTUAL });
    class UserAccount extends Model {}
    UserAccount.init({ id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 }, userID: DataTypes.STRING(64), oauth2Token: DataTypes.TEXT, n: { type: DataTypes.BIGINT, defaultValue: 3 } }, { sequelize, underscored: true, paranoid: true });
    class Plain extends Model {}
    Plain.init({ a: { type: DataTypes.INTEGER, primaryKey: true }, b: { type: DataTypes.INTEGER, primaryKey: true } }, { sequelize, modelName: "plain", freezeTableName: true, timestamps: false });
    sequelize.define("log", { createdOn: DataTypes.DATE }, { tableName: "audit_log", createdAt: "createdOn", updatedAt: false, version: true });
  `,
  "unique attributes": `
    const User = sequelize.define("User", {
      email: { type: DataTypes.STRING, unique: true }, orgId: { type: DataTypes.INTEGER, unique: "org_handle" }, handle: { type: DataTypes.STRING, unique: "org_handle", allowNull: false },
      phone: { type: DataTypes.STRING, unique: { name: "by_phone", msg: "taken" } }, code: { type: DataTypes.STRING, unique: { msg: "taken" } }, plain: { type: DataTypes.STRING, unique: false },
    }, { underscored: true });
  `,
  "indexes": `
    const Member = sequelize.define("Member", { orgId: { type: DataTypes.INTEGER, field: "org_id" }, email: DataTypes.STRING, state: DataTypes.STRING, deletedAt: DataTypes.DATE }, {
      indexes: [
        { unique: true, fields: ["org_id", "email"] },
        { unique: true, fields: ["email"], name: "live_email", where: { deletedAt: null } },
        { type: "UNIQUE", fields: [{ name: "state", order: "DESC" }], where: { state: "open" } },
        { unique: true, name: "lower_email", fields: [sequelize.fn("lower", sequelize.col("email"))] },
        { unique: true, name: "not_null", fields: ["org_id"], where: { deletedAt: { [Op.ne]: null }, state: ["a", "b"] } },
        { unique: true, name: "either", fields: ["org_id", "state"], where: { [Op.or]: [{ state: "a" }, { email: { [Op.not]: null } }] } },
        { fields: ["state", "email"] }, { fields: ["email"], using: "hash" },
      ],
    });
  `,
  "associations": `
    const Org = sequelize.define("Org", { name: DataTypes.STRING });
    const User = sequelize.define("User", { id: { type: DataTypes.UUID, primaryKey: true } });
    const Profile = sequelize.define("Profile", { userId: { type: DataTypes.UUID, unique: true, allowNull: false } });
    const Tag = sequelize.define("Tag", {});
    const Seat = sequelize.define("Seat", { number: DataTypes.INTEGER });
    const Vote = sequelize.define("Vote", { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, up: DataTypes.BOOLEAN });
    const Note = sequelize.define("Note", { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } });
    User.belongsTo(Org);
    User.belongsTo(Org, { as: "billingOrg", foreignKey: { name: "billing", allowNull: false, field: "billing_org" }, onDelete: "CASCADE" });
    User.hasOne(Profile, { foreignKey: "userId" });
    Org.hasMany(Seat);
    User.belongsToMany(Tag, { through: "user_tags" });
    Tag.belongsToMany(User, { through: "user_tags" });
    User.belongsToMany(Seat, { through: Vote, foreignKey: "voterId", otherKey: "seatId" });
    User.belongsToMany(Tag, { through: { model: Note, unique: false }, as: "noted" });
  `,
  "defaults for all, schemas": `
    class Base extends Model {}
    class Shop extends Base {
      static setUp(s) { this.init({ code: { type: DataTypes.STRING, unique: true }, shopOwner: DataTypes.TEXT }, { sequelize: s, schema: "shops", tableName: "all_shops", indexes: [{ unique: true, fields: ["code", "shop_owner"] }] }); }
    }
    Shop.setUp(sequelize);
  `,
};

/** `new Sequelize({ define })`, for each. */
const define: Record<string, string> = { "defaults for all, schemas": `{ underscored: true, timestamps: false }` };

const require = createRequire(import.meta.url);
let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

async function sync(text: string, define: object): Promise<void> {
  const sequelize = new Sequelize({ dialect: "postgres", dialectModule: { ...pg, ...driverOf(server) }, logging: false, pool: { max: 1 }, define });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function("require", "sequelize", "DataTypes", "Model", "Op", text) as (...given: unknown[]) => void;
  run(require, sequelize, DataTypes, Model, Op);
  await sequelize.createSchema("shops", {}).catch(() => undefined);
  await sequelize.sync();
  await sequelize.close();
}

function read(text: string, define: string): Catalog {
  const files = { "models.js": `const { Sequelize, DataTypes, Model, Op } = require("sequelize");\nconst sequelize = new Sequelize("postgres://x", { define: ${define} });\n${text}` };
  const program = createProgram(projectOf(files, { databases: [drizzleSource(["models.js"], { orm: "sequelize" })] }));
  return fold(emptyCatalog("postgres"), readSequelizeSchemas(program, program.input.databases).changes("db"), "declared");
}

/** Models of sequelize-typescript, by file. */
const decorated: Record<string, Record<string, string>> = {
  "columns, keys and indexes": {
    "models.ts": `
      import { AllowNull, AutoIncrement, Column, CreatedAt, createIndexDecorator, DataType, Default, DeletedAt, Index, Model, PrimaryKey, Table, Unique, UpdatedAt } from "sequelize-typescript";
      const ByCode = createIndexDecorator({ name: "by_code", unique: true });
      const Loose = createIndexDecorator({ unique: true, where: { goneAt: null } });
      export class Base extends Model { @PrimaryKey @Default(DataType.UUIDV4) @Column(DataType.UUID) id!: string; @Unique @Column(DataType.STRING) urlId!: string; @CreatedAt @Column(DataType.DATE) createdAt!: Date; }
      @Table({ tableName: "users", modelName: "user", paranoid: true })
      export class User extends Base {
        @AllowNull(false) @Column email!: string;
        @Index({ name: "org_handle", unique: true }) @Column(DataType.UUID) orgId!: string;
        @Index("org_handle") @Column(DataType.STRING) handle!: string;
        @Unique("pair") @Column(DataType.STRING) left!: string;
        @Unique("pair") @Column({ type: DataType.STRING, allowNull: false }) right!: string;
        @ByCode @Loose @Column({ type: DataType.INTEGER, field: "code" }) code!: number;
        @ByCode @Column region!: string;
        @Index @Column plain!: string;
        @Column(DataType.VIRTUAL) shown!: string;
        @UpdatedAt @Column touchedAt!: Date;
        @DeletedAt @Column goneAt!: Date;
      }
      @Table
      export class TeamMember extends Model { @AutoIncrement @PrimaryKey @Column number!: number; @Unique({ name: "x", msg: "y" }) @Column name!: string; }
      @Table({ timestamps: false, indexes: [{ unique: true, fields: ["name", "kind"] }] })
      export class Label extends Model { @Column name!: string; @Index({ unique: true }) @Column kind!: string; }
    `,
  },
  "associations": {
    "org.ts": `
      import { Column, DataType, HasMany, Model, PrimaryKey, Table } from "sequelize-typescript";
      import { Member } from "./member";
      @Table({ tableName: "orgs" }) export class Org extends Model { @PrimaryKey @Column(DataType.UUID) id!: string; @HasMany(() => Member, "orgId") members!: Member[]; }
    `,
    "member.ts": `
      import { AllowNull, BelongsTo, BelongsToMany, Column, DataType, ForeignKey, Model, Table } from "sequelize-typescript";
      import { Org } from "./org";
      import { Badge, MemberBadge } from "./badge";
      @Table({ tableName: "members" }) export class Member extends Model {
        @ForeignKey(() => Org) @AllowNull(false) @Column(DataType.UUID) orgId!: string;
        @BelongsTo(() => Org, { foreignKey: "orgId", onDelete: "CASCADE" }) org!: Org;
        @ForeignKey(() => Org) @Column(DataType.UUID) formerId!: string;
        @BelongsTo(() => Org, "formerId") former!: Org;
        @BelongsToMany(() => Badge, () => MemberBadge) badges!: Badge[];
      }
    `,
    "badge.ts": `
      import { BelongsToMany, Column, ForeignKey, Model, Table } from "sequelize-typescript";
      import { Member } from "./member";
      @Table export class Badge extends Model { @Column name!: string; @BelongsToMany(() => Member, () => MemberBadge) members!: Member[]; }
      @Table({ tableName: "member_badges" }) export class MemberBadge extends Model { @ForeignKey(() => Member) @Column memberId!: number; @ForeignKey(() => Badge) @Column badgeId!: number; }
    `,
  },
};

describe("sequelize-typescript", () => {
  for (const [name, files] of Object.entries(decorated)) {
    it(`${name}: read as Postgres has it after sync()`, async () => {
      await emptyDatabase(server);
      const exported = Object.values(runModules(files)).flatMap((each) => Object.values(each)) as ModelCtor[];
      const own = new Decorated({ dialect: "postgres", dialectModule: { ...pg, ...driverOf(server) }, logging: false, pool: { max: 1 }, models: exported.filter((each) => each.name !== "Base") });
      await own.sync();
      await own.close();
      const program = createProgram(projectOf(files, { databases: [drizzleSource(Object.keys(files), { orm: "sequelize" })] }));
      const ours = describeCatalog(fold(emptyCatalog("postgres"), readSequelizeSchemas(program, program.input.databases).changes("db"), "declared"));
      expect(ours).toEqual(describeServer(await introspect(server), ours));
    }, 60_000);
  }
});

describe("Sequelize", () => {
  for (const [name, text] of Object.entries(models)) {
    it(`${name}: read as Postgres has it after sync()`, async () => {
      await emptyDatabase(server);
      const settings = define[name] ?? "{}";
      // eslint-disable-next-line @typescript-eslint/no-implied-eval
      await sync(text, (new Function(`return ${settings}`) as () => object)());
      const ours = describeCatalog(read(text, settings));
      expect(ours).toEqual(describeServer(await introspect(server), ours));
    }, 60_000);
  }
});
