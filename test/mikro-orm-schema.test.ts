import { PGlite } from "@electric-sql/pglite";
import { EntitySchema, MikroORM, type EntityClass } from "@mikro-orm/postgresql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import { createProgram } from "../src/project/modules.ts";
import { readMikroOrmSchemas } from "../src/project/schema/mikro-orm.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { describeCatalog, describeServer } from "./postgres-compare.ts";
import { emptyDatabase, introspect } from "./postgres-server.ts";
import { drizzleSource, projectOf } from "./project-files.ts";
import { runModules } from "./transpiled.ts";

/** Entities of which the real MikroORM 6 makes a schema in a real Postgres, and that are read: both must give the same tables, keys and names. */
const entities: Record<string, Record<string, string>> = {
  "columns and keys": {
    "user.ts": `
      import { BaseEntity, Embeddable, Embedded, Entity, Index, PrimaryKey, Property, Unique, Enum } from "@mikro-orm/core";
      @Embeddable() export class Address { @Property() city!: string; @Property({ nullable: true, fieldName: "zip" }) postalCode?: string; }
      @Entity({ abstract: true }) export abstract class Base extends BaseEntity { @PrimaryKey({ type: "uuid" }) id!: string; @Property({ defaultRaw: "now()" }) createdAt: Date = new Date(); }
      @Entity()
      @Unique({ properties: ["orgId", "handleName"] })
      @Unique({ name: "by_zip", properties: ["address.postalCode"] })
      @Index({ properties: ["orgId"] })
      export class UserAccount extends Base {
        @Property({ unique: true }) email!: string;
        @Property({ unique: "uq_phone", nullable: true, fieldName: "phone_no" }) phone?: string;
        @Unique() @Property() oauth2Token!: string;
        @Property() orgId!: number;
        @Property() handleName!: string;
        @Property({ index: true }) userID!: string;
        @Property({ persist: false }) shown!: string;
        @Enum({ items: ["a", "b"] }) state!: string;
        @Embedded(() => Address) address!: Address;
        @Embedded(() => Address, { prefix: "home_", nullable: true }) home?: Address;
        @Embedded(() => Address, { object: true }) raw!: Address;
      }
      @Entity({ tableName: "log_entries", schema: "audit" }) export class Log { @PrimaryKey() id!: number; @Property({ unique: true }) code!: string; }
      @Entity() export class AnEntityWithAVeryLongNameIndeedThatGoesOn { @PrimaryKey() id!: number; @Property({ unique: true }) aPropertyThatIsCalledEvenLonger!: string; }
    `,
  },
  "relations": {
    "org.ts": `
      import { type Rel, Collection, Entity, ManyToMany, ManyToOne, OneToMany, OneToOne, PrimaryKey, Property, Unique } from "@mikro-orm/core";
      @Entity() export class Org { @PrimaryKey() id!: number; @OneToMany(() => Member, (member) => member.org) members = new Collection<Member>(this); }
      @Entity() @Unique({ properties: ["org", "email"] })
      export class Member {
        @PrimaryKey({ type: "uuid" }) uuid!: string;
        @ManyToOne(() => Org) org!: Org;
        @ManyToOne({ entity: () => Org, nullable: true, deleteRule: "cascade" }) parentOrg?: Org;
        @Property() email!: string;
        @OneToOne(() => Profile) profile!: Rel<Profile>;
        @OneToOne({ entity: () => Member, nullable: true, joinColumn: "boss" }) boss?: Rel<Member>;
        @ManyToMany(() => Tag) tags = new Collection<Tag>(this);
        @ManyToMany({ entity: () => Tag, pivotTable: "starred" }) favouriteTags = new Collection<Tag>(this);
      }
      @Entity() export class Profile { @PrimaryKey() id!: number; @OneToOne(() => Member, (member) => member.profile) member!: Member; }
      @Entity() export class Tag { @PrimaryKey() id!: number; @ManyToMany(() => Member, (member) => member.tags) members = new Collection<Member>(this); }
      @Entity() export class Seat { @ManyToOne(() => Org, { primary: true }) org!: Org; @PrimaryKey() number!: number; @ManyToOne(() => Member, { unique: true }) member!: Member; }
    `,
  },
  "schemas and builders": {
    "schema.ts": `
      import { EntitySchema, defineEntity, p } from "@mikro-orm/core";
      export const Book = new EntitySchema({ name: "Book", tableName: "books", uniques: [{ properties: ["title", "author"] }], indexes: [{ properties: "title" }], properties: {
        id: { type: "number", primary: true }, title: { type: "string" }, isbn: { type: "string", unique: true, nullable: true }, author: { kind: "m:1", entity: () => Author },
      } });
      export const Author = defineEntity({ name: "Author", uniques: [{ name: "author_names", properties: ["firstName", "lastName"] }], properties: { id: p.integer().primary(), firstName: p.string(), lastName: p.string().nullable(), email: p.string().unique().name("mail"), home: () => p.manyToOne(Author).nullable() } });
    `,
  },
};

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

describe("MikroORM", () => {
  for (const [name, files] of Object.entries(entities)) {
    it(`${name}: read as Postgres has it after the schema generator`, async () => {
      await emptyDatabase(server);
      const exported = Object.values(runModules(files)).flatMap((each) => Object.values(each)).filter((each) => typeof each === "function" || each instanceof EntitySchema);
      const orm = await MikroORM.init({ dbName: "app", entities: exported as EntityClass<object>[], connect: false, discovery: { warnWhenNoEntities: false } });
      await server.exec(await orm.schema.getCreateSchemaSQL());
      const program = createProgram(projectOf(files, { databases: [drizzleSource(Object.keys(files), { orm: "mikro-orm" })] }));
      const ours = describeCatalog(fold(emptyCatalog("postgres"), readMikroOrmSchemas(program, program.input.databases).changes("db"), "declared"));
      expect(ours).toEqual(describeServer(await introspect(server), ours));
    }, 60_000);
  }
});
