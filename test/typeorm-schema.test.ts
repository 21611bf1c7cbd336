import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { projectOf } from "./clients-project.ts";
import { describeCatalog, describeServer } from "./postgres-compare.ts";
import { emptyDatabase, introspect } from "./postgres-server.ts";
import { openTypeorm, SnakeNamingStrategy } from "./typeorm-library.ts";

const PACKAGE = { "package.json": JSON.stringify({ name: "app", dependencies: { typeorm: "1.1.1", pg: "8.11.0" } }) };
const plain = (rest = "") => `import { DataSource } from "typeorm"; export const source = () => new DataSource({ type: "postgres", ${rest} entities: [] });`;

/** Entities that the real library makes tables of in a real Postgres, and that are read: both must give the same tables, keys and names. */
const cases: Record<string, { files: Record<string, string>; options?: object }> = {
  "columns, their defaults and keys": {
    files: {
      "src/user.ts": `
        import { Column, CreateDateColumn, DeleteDateColumn, Entity, Generated, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique, UpdateDateColumn, VersionColumn } from "typeorm";
        export enum Role { Admin = "admin", Member = "member" }
        @Entity()
        @Unique(["email", "orgId"])
        @Unique("uq_handle", ["handle"])
        @Unique((user: UserAccount) => [user.handle, user.email])
        @Index(["orgId", "role"])
        @Index("ix_live", ["email"], { unique: true, where: '"deletedAt" IS NULL' })
        @Index((user: UserAccount) => ({ email: 1, role: -1 }), { unique: true })
        export class UserAccount {
          @PrimaryGeneratedColumn("uuid") id: string;
          @Column() email: string;
          @Column({ name: "org_id", type: "int" }) orgId: number;
          @Column({ length: 40, unique: true }) handle: string;
          @Column("varchar", { nullable: true, unique: true }) phone: string | null;
          @Column({ type: "enum", enum: Role, default: Role.Member }) role: Role;
          @Column({ default: null, type: "text" }) note: string;
          @Index({ unique: true }) @Column({ type: "bigint" }) externalId: string;
          @Index() @Column("text", { array: true }) tags: string[];
          @Index("ix_code", { unique: true }) @Column() @Generated("uuid") code: string;
          @CreateDateColumn() createdAt: Date;
          @UpdateDateColumn({ name: "changed_at" }) updatedAt: Date;
          @DeleteDateColumn() deletedAt: Date;
          @VersionColumn() version: number;
        }
        @Entity({ name: "parts", schema: "stock" })
        export class Part {
          @PrimaryColumn() b: string;
          @PrimaryColumn("int") a: number;
          @Column({ type: "timestamp", nullable: false }) @CreateDateColumn({ nullable: true }) at: Date;
          @Column("numeric", { precision: 10, scale: 2, asExpression: "a * 2", generatedType: "STORED" }) twice: string;
        }
        @Entity("named_key")
        export class NamedKey { @PrimaryColumn("int", { primaryKeyConstraintName: "pk_named" }) id: number; @Column("uuid", { deferrable: "x" } as never) @Unique("uq_x", { deferrable: "INITIALLY DEFERRED" } as never) x: string; }
      `,
    },
  },
  "relations, their columns and the tables between": {
    files: {
      "src/org.ts": `
        import { Column, Entity, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToMany, OneToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique } from "typeorm";
        import { Member } from "./member";
        @Entity("organisations")
        export class Org {
          @PrimaryGeneratedColumn() id: number;
          @Column({ unique: true }) slug: string;
          @OneToMany(() => Member, (member) => member.org) members: Member[];
          @ManyToMany(() => Tag) @JoinTable() tags: Tag[];
          @ManyToMany(() => Org) @JoinTable() friends: Org[];
          @ManyToMany("Label") @JoinTable({ name: "org_labels", joinColumn: { name: "org" }, inverseJoinColumn: { name: "label", referencedColumnName: "text" } }) labels: Label[];
        }
        @Entity() export class Label { @PrimaryGeneratedColumn() id: number; @Column({ unique: true }) text: string; }
        @Entity() export class Tag { @PrimaryColumn() name: string; @PrimaryColumn() kind: string; }
        @Entity() export class Profile { @PrimaryGeneratedColumn("uuid") profileId: string; @OneToOne(() => Member, (member) => member.profile) member: Member; }
        @Entity() export class Passport { @PrimaryColumn() memberId: number; @OneToOne(() => Member) @JoinColumn({ name: "memberId" }) member: Member; }
      `,
      "src/member.ts": `
        import { Column, Entity, Index, JoinColumn, ManyToOne, OneToOne, PrimaryGeneratedColumn, Unique } from "typeorm";
        import { Org, Profile, Tag } from "./org";
        @Entity()
        @Unique(["org", "email"])
        @Index(["tag"], { unique: true })
        export class Member {
          @PrimaryGeneratedColumn("identity") id: number;
          @Column() email: string;
          @Column({ nullable: true }) ownerId: number;
          @ManyToOne(() => Org, (org) => org.members, { onDelete: "CASCADE", nullable: false }) org: import("./org").Org;
          @ManyToOne(() => Org) @JoinColumn({ name: "ownerId", foreignKeyConstraintName: "fk_owner" }) owner: unknown;
          @ManyToOne(() => Org, { nullable: true }) @JoinColumn({ name: "org_slug", referencedColumnName: "slug" }) bySlug: unknown;
          @ManyToOne(() => Org, { createForeignKeyConstraints: false }) loose: unknown;
          @ManyToOne(() => Tag) tag: unknown;
          @OneToOne(() => Profile, (profile) => profile.member, { onDelete: "SET NULL" }) @JoinColumn() profile: unknown;
          @OneToOne(() => Org) @JoinColumn({ name: "home" }) homeOrg: unknown;
        }
      `,
    },
  },
  "bases, mixins, embedded objects and shared tables": {
    files: {
      "src/base.ts": `
        import { BaseEntity, Column, CreateDateColumn, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from "typeorm";
        export abstract class Timed extends BaseEntity { @CreateDateColumn() createdAt: Date; @Column({ nullable: true, unique: true }) ref: string; }
        @Unique(["ref", "createdAt"]) export abstract class Base extends Timed { @PrimaryGeneratedColumn("uuid") id: string; }
        export function withCode<T extends new (...args: never[]) => object>(base: T) {
          class Coded extends base { @Index({ unique: true }) @Column() code: string; }
          return Coded;
        }
        export const Text = (options: object = {}) => Column({ type: "text", ...options });
      `,
      "src/app.ts": `
        import { ChildEntity, Column, Entity, Index, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, TableInheritance, Tree, TreeChildren, TreeParent, Unique } from "typeorm";
        import { Base, Text, withCode } from "./base";
        export class Geo { @Column("float") lat: number; @Column({ name: "lng_deg", type: "float" }) lng: number; @Column({ unique: true }) plusCode: string; }
        export class Address { @Column() zipCode: string; @Index() @Column({ name: "town" }) city: string; @Column(() => Geo) geo: Geo; @Column(() => Geo, { prefix: false }) flat: Geo; }
        @Entity() @Index(["home.zipCode", "name"], { unique: true }) @Unique(["home.geo.lat"])
        export class Shop extends withCode(Base) {
          @Text({ nullable: true }) name: string;
          @Column(() => Address) home: Address;
          @Column((type) => Geo, { prefix: "pin" }) place: Geo;
        }
        @Entity() export class Branch extends Shop { @Column() extra: string; }
        @Entity() @TableInheritance({ column: { type: "varchar", name: "kind" } })
        export class Content { @PrimaryGeneratedColumn() id: number; @Column() title: string; }
        @ChildEntity() export class Photo extends Content { @Column({ unique: true }) size: string; }
        @ChildEntity("q") export class Question extends Content { @Column("int") answers: number; @ManyToOne(() => Shop) shop: Shop; }
        @Entity() @Tree("materialized-path") export class Category { @PrimaryGeneratedColumn() id: number; @TreeParent() parent: Category; @TreeChildren() children: Category[]; }
        @Entity() @Tree("nested-set") export class Region { @PrimaryColumn() id: number; @TreeParent({ onDelete: "CASCADE" }) above: Region; }
      `,
    },
  },
  "entity schemas": {
    files: {
      "src/parts.ts": `export const BaseColumns = { id: { type: String, length: 21, primary: true }, created: { name: "created", type: "timestamp with time zone", createDate: true } } as const;`,
      "src/schemas.ts": `
        import { EntitySchema } from "typeorm";
        import { BaseColumns } from "./parts";
        const ApId = { type: String, length: 21 } as const;
        export const FlowEntity = new EntitySchema<object>({
          name: "flow",
          columns: { ...BaseColumns, projectId: ApId, folderId: { ...ApId, nullable: true }, externalId: { type: String, unique: true }, status: { type: "jsonb", default: { a: 1 } }, n: { type: Number, generated: "increment" } },
          indices: [{ name: "idx_flow_project", columns: ["projectId"], unique: false }, { name: "idx_flow_external", columns: ["projectId", "externalId"], unique: true, where: '"folderId" IS NOT NULL' }, { columns: ["folderId"], unique: true }],
          uniques: [{ columns: ["projectId", "folderId"] }, { name: "uq_named", columns: ["status"] }],
          relations: {
            project: { type: "many-to-one", target: "project", joinColumn: { name: "projectId", referencedColumnName: "id", foreignKeyConstraintName: "fk_flow_project" }, onDelete: "CASCADE" },
            runs: { type: "one-to-many", target: "flow_run", inverseSide: "flow" },
            twin: { type: "one-to-one", target: "project", joinColumn: true },
          },
        });
        export const ProjectEntity = new EntitySchema({ name: "project", tableName: "projects", columns: { ...BaseColumns }, relations: { flows: { type: "many-to-many", target: "flow", joinTable: true } } });
        export const RunEntity = new EntitySchema({ name: "flow_run", schema: "runs", columns: BaseColumns, relations: { flow: { type: "many-to-one", target: () => "flow", nullable: false } } });
      `,
    },
  },
  "names in snake case, with a prefix and a schema of their own": {
    files: {
      "src/source.ts": `import { DataSource } from "typeorm"; import { SnakeNamingStrategy } from "typeorm-naming-strategies"; export const source = () => new DataSource({ type: "postgres", schema: "tenant", entityPrefix: "app_", namingStrategy: new SnakeNamingStrategy(), entities: [] });`,
      "src/app.ts": `
        import { Column, Entity, Index, JoinTable, ManyToMany, ManyToOne, OneToOne, JoinColumn, PrimaryGeneratedColumn, Unique } from "typeorm";
        export class Money { @Column("int") netAmount: number; @Column({ name: "currencyCode" }) currency: string; }
        @Entity() @Unique(["userID", "oauth2Token"]) @Index(["owner", "kind"], { unique: true, where: "kind = 'x'" })
        export class OAuthGrant {
          @PrimaryGeneratedColumn() grantId: number;
          @Column() userID: string;
          @Column() oauth2Token: string;
          @Column({ name: "Kind", unique: true }) kindName: string;
          @Column() kind: string;
          @Column(() => Money) totalPrice: Money;
          @ManyToOne(() => OAuthGrant) owner: unknown;
          @OneToOne(() => OAuthGrant) @JoinColumn() nextGrant: unknown;
          @ManyToMany(() => OAuthGrant) @JoinTable() otherGrants: unknown;
        }
      `,
    },
    options: { schema: "tenant", entityPrefix: "app_", namingStrategy: new SnakeNamingStrategy() },
  },
};

describe("TypeORM's entities", () => {
  let server: PGlite;
  beforeAll(async () => {
    await loadSqlParser();
    server = await PGlite.create();
  });
  afterAll(() => server.close());

  for (const [name, { files, options = {} }] of Object.entries(cases)) {
    it(name, async () => {
      await emptyDatabase(server);
      for (const schema of ["stock", "runs", "tenant"]) await server.exec(`create schema if not exists ${schema}`);
      const all = { ...PACKAGE, "src/source.ts": plain(), ...files };
      const { source } = await openTypeorm(server, all, options);
      await source.destroy();
      // Its own notes about generated columns and views.
      await server.exec("drop table if exists typeorm_metadata");
      const project = projectOf(all);
      expect(project.databases.map((each) => each.orm)).toEqual(["typeorm"]);
      const [database] = project.databases;
      const read = describeCatalog(database!.catalog);
      expect(read).toEqual(describeServer(await introspect(server), read));
    });
  }
});

describe("what is not known of entities", () => {
  const read = (files: Record<string, string>, source = plain()) => projectOf({ ...PACKAGE, "src/source.ts": source, ...files }).databases[0]!;
  const USER = `import { Column, Entity, Index, PrimaryColumn } from "typeorm"; @Entity() export class AppUser { @PrimaryColumn() userId: string; @Index({ unique: true }) @Column({ name: "mail" }) email: string; }`;
  const keys = (database: ReturnType<typeof read>): unknown[] => Object.values(database.catalog.tables).map((table) => [table.id, table.complete, table.keys.map((key) => [key.kind, key.name, key.parts.length])]);

  beforeAll(() => loadSqlParser());

  it("a naming strategy of the project's own: only what is written is kept", () => {
    const own = `import { DataSource } from "typeorm"; import { Mine } from "./mine"; export const source = () => new DataSource({ type: "postgres", namingStrategy: new Mine(), entities: [] });`;
    expect(keys(read({ "src/user.ts": USER }, own))).toEqual([]);
    expect(keys(read({ "src/user.ts": USER.replace("@Entity()", '@Entity("users")') }, own))).toEqual([["public.users", false, [["index", null, 1]]]]);
  });

  it("a prefix out of the environment: names of keys are made of it", () => {
    const own = plain("entityPrefix: process.env.PREFIX,");
    expect(keys(read({ "src/user.ts": USER }, own))).toEqual([["public.app_user", true, [["primary", null, 1], ["index", null, 1]]]]);
  });

  it("a decorator or a base class that is not read may add to the primary key", () => {
    const decorated = USER.replace("@PrimaryColumn()", '@EntityId({ primary: true }) tenant: string; @PrimaryColumn()').replace("import {", 'import { EntityId } from "./id"; import {');
    expect(keys(read({ "src/user.ts": decorated, "src/id.ts": "export function EntityId(options) { return (target, key) => { registry.push(key); }; }" }))).toMatchObject([["public.app_user", false, [["index", expect.stringMatching(/^IDX_/), 1]]]]);
    expect(keys(read({ "src/user.ts": USER.replace("AppUser {", "AppUser extends makeBase() {") }))).toMatchObject([["public.app_user", false, [["index", expect.stringMatching(/^IDX_/), 1]]]]);
  });

  it("an index that is left alone, a table that is", () => {
    expect(keys(read({ "src/user.ts": USER.replace("@Entity()", '@Entity() @Index("by_lower", { synchronize: false })') }))[0]).toMatchObject(["public.app_user", false, expect.anything()]);
    expect(keys(read({ "src/user.ts": USER.replace("@Entity()", "@Entity({ synchronize: false })") }))[0]).toMatchObject(["public.app_user", false, expect.anything()]);
  });

  it("tables that each start makes anew are as they are declared, whatever migrations say", () => {
    const migration = `export class A1700000000000 implements MigrationInterface { async up(q: QueryRunner) { await q.query('create table "app_user" ("userId" varchar primary key, "mail" varchar unique)'); } }`;
    const tables = (synchronize: string) => read({ "src/user.ts": USER, "src/migrations/1700000000000-A.ts": migration }, plain(`synchronize: ${synchronize},`)).migrated !== null;
    expect([tables("true"), tables("false"), tables("process.env.SYNC === 'x'")]).toEqual([false, true, true]);
  });

  it("entities of MongoDB are no tables of Postgres", () => {
    expect(read({ "src/user.ts": USER }, `import { DataSource } from "typeorm"; export const source = () => new DataSource({ type: "mongodb" });`).catalog.dialect).not.toBe("postgres");
  });
});
