import { describe, expect, it } from "vitest";
import { code, fn, local, show } from "./typescript-read.ts";

describe("functions", () => {
  it("are named by declaration, variable, property, class or assignment", () => {
    const facts = code(`
      function a() {}
      const b = async () => {};
      const c = function inner() {};
      const d = { e() {}, f: () => {}, g: { h: async () => {} } };
      class I { constructor() {} j() {} static k() {} l = () => {}; get m() { return 1; } }
      export default () => {};
      X.prototype.n = function () {};
      q.o = () => {};
      function p() { return { r() {} }; }
      list.map(() => {});
      export const s = (() => {}) satisfies T;
    `);
    expect(facts.functions.map((each) => each.name).sort()).toEqual(
      ["a", "b", "c", "d.e", "d.f", "d.g.h", "I.constructor", "I.j", "I.k", "I.l", "I.m", "default", "X.n", "q.o", "p", "r", null, "s"].sort(),
    );
  });

  it("know the function around them, their class, and whether they are async", () => {
    const facts = code("class A { async b() { const c = () => { d(() => {}); }; } }");
    const [b, c, d] = facts.functions;
    expect([b?.parent, c?.parent, d?.parent]).toEqual([null, 0, 1]);
    expect([b?.class, c?.class]).toEqual(["A", null]);
    expect([b?.async, c?.async]).toEqual([true, false]);
  });

  it("keep the comment in front of them, without its marks, past export and const", () => {
    const facts = code(`
      // far away

      // first line
      // second line
      export const a = () => {};
      /**
       * Makes b.
       * @returns b
       */
      export async function b() {}
      class C {
        /** Does d. */
        d() {}
      }
      e(/* not this */ () => {});
    `);
    expect(facts.functions.map((each) => [each.name, each.doc])).toEqual([
      ["a", "first line\nsecond line"],
      ["b", "Makes b.\n@returns b"],
      ["C.d", "Does d."],
      [null, null],
    ]);
  });

  it("keep directives, as does the file", () => {
    const facts = code('"use client";\nasync function a() { "use server"; b(); }');
    expect(facts.functions[0]?.directives).toEqual(["use server"]);
    expect(facts.directives).toEqual(["use client"]);
  });

  it("give all they return, an empty return as undefined", () => {
    expect(fn(code("function a(b) { if (b) return; const c = () => 1; return b.d; }"), "a").returns.map(show)).toEqual(["undefined", "$b.d"]);
  });

  it("keep the type of a parameter as text", () => {
    expect(fn(code("function a(tx: Transaction<typeof schema>, b?) {}"), "a").parameters.map((each) => each.typeText)).toEqual(["Transaction<typeof schema>", null]);
  });

  it("declared inside others are locals that hold them", () => {
    const facts = code("function a() { function b() {} b(); }");
    expect(local(facts, "b").values.map((each) => show(each.value))).toEqual(["fn1"]);
  });
});

describe("classes", () => {
  const facts = code(`
    @Injectable()
    export class Repo extends Base<T> implements OnInit {
      static table = "t";
      private cache?: Map<string, string>;
      db;
      constructor(private readonly prisma: PrismaService, @Inject(X) conn: Db) {
        super();
        this.db = conn;
        this.late = 1;
      }
      @Cron("* * *")
      async find(id: string) { return this.prisma.user.findFirst(); }
      handler = async () => {};
      get client() { return this.db; }
      abstract missing(): void;
    }`);
  const members = facts.declarations["Repo"]?.class?.members ?? [];
  const member = (name: string): (typeof members)[number] | undefined => members.find((each) => each.name === name);

  it("tell what they extend, implement and are decorated with", () => {
    const read = facts.declarations["Repo"]?.class;
    expect([show(read?.extends ?? null), read?.implements, read?.decorators.map(show)]).toEqual(["Base", ["OnInit"], ["Injectable()"]]);
  });

  it("have methods and function properties that lead to their functions", () => {
    expect(facts.functions[member("find")?.function ?? -1]?.name).toBe("Repo.find");
    expect(facts.functions[member("handler")?.function ?? -1]?.name).toBe("Repo.handler");
    expect(member("missing")).toMatchObject({ function: null, value: null });
    expect(member("find")?.decorators.map(show)).toEqual(['Cron("* * *")']);
  });

  it("have properties with value, type and modifiers", () => {
    expect([member("table")?.static, show(member("table")?.value ?? null)]).toEqual([true, '"t"']);
    expect([member("cache")?.optional, member("cache")?.typeText]).toEqual([true, "Map<string, string>"]);
  });

  it("have the constructor's parameter properties, and what the constructor assigns", () => {
    expect([member("prisma")?.typeText, show(member("prisma")?.value ?? null)]).toEqual(["PrismaService", "$prisma"]);
    expect(show(member("db")?.value ?? null)).toBe("$conn");
    expect(show(member("late")?.value ?? null)).toBe("1");
    expect(member("conn")).toBeUndefined();
  });

  it("give what a getter answers as the member's value", () => {
    expect(member("client")?.function).toBeNull();
    expect(show(member("client")?.value ?? null)).toBe("this.db");
  });

  it("may be expressions, and stand in functions", () => {
    const other = code("export const A = class { b() {} }; function f() { class C { d() {} } return new C(); }");
    expect(other.declarations["A"]).toMatchObject({ kind: "class", class: { members: [{ name: "b", function: 0 }] } });
    expect(other.functions.map((each) => each.name)).toContain("C.d");
  });
});
