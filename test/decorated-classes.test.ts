import { describe, expect, it } from "vitest";
import { evaluateExport } from "../src/project/evaluate.ts";
import { createProgram } from "../src/project/modules.ts";
import { classValueOf, readDecorated } from "../src/project/schema/decorated.ts";
import { projectOf } from "./project-files.ts";

function read(files: Record<string, string>, path: string, name: string) {
  const program = createProgram(projectOf(files));
  const value = classValueOf(program, evaluateExport(program, path, name));
  if (value === null) throw new Error("no class");
  return readDecorated(program, value);
}

describe("decorated classes", () => {
  it("gives decorators with their packages, members with those of bases in other files", () => {
    const files = {
      "base.ts": `import { PrimaryColumn as Pk } from "orm"; export abstract class Base { @Pk() id!: string; touched = 1; static s = 2; }`,
      "user.ts": `import * as o from "orm"; import { Base } from "./base"; @o.Entity("users") export class User extends Base { @o.Column({ name: "mail" }) @o.Index email!: string; }`,
    };
    const { decorators, members, chain, ends } = read(files, "user.ts", "User");
    expect(decorators.map((each) => [each.package, each.name, each.args?.length])).toEqual([["orm", "Entity", 1]]);
    expect(members.map((each) => [each.name, each.decorators.map((one) => `${one.name}${one.args === null ? "" : "()"}`), each.of.path])).toEqual([
      ["id", ["PrimaryColumn()"], "base.ts"],
      ["touched", [], "base.ts"],
      ["email", ["Column()", "Index"], "user.ts"],
    ]);
    expect(chain.map((each) => each.name)).toEqual(["User", "Base"]);
    expect(ends).toBeNull();
  });

  it("follows mixins, and helpers that put decorators together", () => {
    const files = {
      "base.ts": `
        import { BaseEntity, Column, PrimaryColumn } from "orm";
        import { applyDecorators } from "@nestjs/common";
        const Json = (options: object) => Column({ type: "json", ...options });
        export const Both = () => applyDecorators(Json({ nullable: true }), Column());
        export function Either(first: string | object, options?: object) {
          if (typeof first === "object") options = first;
          if (!options) options = {};
          return (target: object, key: string) => { if (process.env.ORM === "orm") Column({ ...options })(target, key); };
        }
        export function Odd() { const made = Column(); return made as never; }
        export function Real() { return (target: object, key: string) => { Column()(target, key); }; }
        function withId<T>(base: T) { class Derived extends base { @PrimaryColumn() id: string; } return Derived; }
        const withTime = (base) => class extends base { @Both() at: Date; };
        export const Timed = withId(withTime(BaseEntity));
      `,
      "user.ts": `import { Either, Odd, Real, Timed } from "./base"; export class User extends Timed { @Real() name: string; @Odd() odd: string; @Either({ unique: true }) email: string; }`,
    };
    const { members, chain, ends } = read(files, "user.ts", "User");
    expect(members.map((each) => [each.name, each.decorators.map((one) => `${one.package ?? "?"} ${one.name}`)])).toEqual([
      ["at", ["orm Column", "orm Column"]],
      ["id", ["orm PrimaryColumn"]],
      ["name", ["orm Column"]],
      ["odd", ["orm Column"]],
      ["email", ["orm Column"]],
    ]);
    // Which of its parameters the options are is only known when it runs.
    expect(members.at(-1)?.decorators[0]?.args?.[0]).toMatchObject({ kind: "object", complete: false });
    expect(chain).toHaveLength(3);
    expect(ends).toMatchObject({ kind: "external", package: "orm", name: "BaseEntity" });
  });

  it("ends in circles and where a base is not known", () => {
    const files = { "a.ts": `export class A extends B {} export class B extends A {} export class C extends make() { x = 1; }` };
    expect(read(files, "a.ts", "A").chain.length).toBeLessThan(20);
    expect(read(files, "a.ts", "C").ends).not.toBeNull();
  });

  it("keeps an override's decorators before the base's", () => {
    const files = { "a.ts": `import { A, B } from "orm"; class Base { @A() x: string; } export class C extends Base { @B() x; }` };
    const [member] = read(files, "a.ts", "C").members;
    expect(member?.decorators.map((each) => each.name)).toEqual(["B", "A"]);
    expect(member?.typeText).toBe("string");
  });
});
