import type { Expression } from "../../model/expression.ts";
import { evaluate } from "../evaluate.ts";
import { expressionsIn, lastName, unspread } from "../expressions.ts";
import { flagIn } from "../migrations/sql-text.ts";
import type { Evaluated, Program } from "../program.ts";

/** A name in code → the name in the database, as a plug-in of a query builder turns it. */
export type Naming = (name: string) => string;

/** What is called or made to turn names into snake case: Kysely's plug-in, Objection's mappers for Knex and for models. */
const MAPPERS = new Set(["CamelCasePlugin", "knexSnakeCaseMappers", "snakeCaseMappers"]);

const known = new WeakMap<Program, Naming[]>();

/** How the project's query builders turn names, each way once; empty: not at all. */
export function namingsOf(program: Program): Naming[] {
  let namings = known.get(program);
  if (namings === undefined) known.set(program, (namings = findNamings(program)));
  return namings;
}

function findNamings(program: Program): Naming[] {
  const found = new Map<string, Naming>();
  for (const path of program.input.candidates) {
    const code = program.facts(path)?.code;
    if (code == null) continue;
    if (!code.imports.some((item) => MAPPERS.has(item.name))) continue;
    for (const expression of expressionsIn(code)) {
      const options = mapperOptions(program, path, expression);
      if (options !== null) found.set(JSON.stringify(options), (name) => snakeCase(name, options));
    }
  }
  return [...found.values()];
}

type Options = { upperCase: boolean; underscoreBeforeDigits: boolean; underscoreBetweenUppercaseLetters: boolean };

function mapperOptions(program: Program, path: string, part: Expression): Options | null {
  if ((part.kind !== "new" && part.kind !== "call") || !MAPPERS.has(lastName(part.callee))) return null;
  const given: Evaluated | undefined = part.args.map((item) => evaluate(program, path, unspread(item)))[0];
  const flag = (name: string): boolean => flagIn(given, name) === true;
  return { upperCase: flag("upperCase"), underscoreBeforeDigits: flag("underscoreBeforeDigits"), underscoreBetweenUppercaseLetters: flag("underscoreBetweenUppercaseLetters") };
}

/** As Kysely and Objection do it: an underscore before each capital that stands behind something else than one. */
export function snakeCase(name: string, options: Options): string {
  let out = "";
  for (const [i, char] of [...name].entries()) {
    const before = name[i - 1] ?? "";
    const isBreak = options.underscoreBeforeDigits && /\d/.test(char) ? !/\d/.test(before) : isCapital(char) && (options.underscoreBetweenUppercaseLetters || !isCapital(before));
    out += i > 0 && isBreak ? `_${char.toLowerCase()}` : char.toLowerCase();
  }
  return options.upperCase ? out.toUpperCase() : out;
}

function isCapital(char: string): boolean {
  return char !== char.toLowerCase() && char === char.toUpperCase();
}
