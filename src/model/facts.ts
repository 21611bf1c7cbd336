import type { Argument, Expression } from "./expression.ts";
import type { PrismaFacts } from "./prisma.ts";
import type { Span, Unread } from "./span.ts";
import type { Statement } from "./statement.ts";

/** All that one file says, from its text alone: plain data, so it can be cached, sent to a worker, and tested by value. */
export type FileFacts = {
  path: string;
  language: "sql" | "prisma" | "typescript" | "none";
  unread: Unread[];
  suppressions: Suppression[];
  claims: Claim[];
  /** .sql files; runners' sections (goose, dbmate) already cut to the part that goes up. */
  sql: SqlFacts | null;
  prisma: PrismaFacts | null;
  code: CodeFacts | null;
};

export type SqlFacts = {
  statements: Statement[];
  /** Comments that steer a runner, e.g. `+goose NO TRANSACTION`, `atlas:txmode none`, `pg-delta: transaction=false`. */
  directives: string[];
  /** Every comment's text with its place: prechecks are documented there. */
  comments: { text: string; at: Span }[];
  /** The other database whose SQL this is, e.g. `ClickHouse`; then there are no statements. Absent: Postgres', as far as can be told. */
  foreign?: string;
};

/** `uniqlint-disable-next-line a, b -- reason`. `rules` empty: all. */
export type Suppression = {
  kind: "disable" | "enable" | "disable-line" | "disable-next-line";
  rules: string[];
  reason: string | null;
  at: Span;
};

/** A comment that says that something is unique. */
export type Claim = {
  at: Span;
  /** The sentence, white space folded. */
  text: string;
  /** `key`: speaks of a unique index, constraint or key; `one-row`: "one row per a and b"; `idempotent`: "idempotent on a"; `code`: a commented-out @@unique / unique(). */
  kind: "key" | "one-row" | "idempotent" | "code";
  /** Column or property names as written, e.g. ["org_id", "external_ref"]; empty: none named. */
  columns: string[];
  /** What it names in plain words that are no identifiers, e.g. ["team", "persona"]; then `columns` is empty. */
  words?: string[];
  /** Denies instead: "there is no unique index on a". */
  denies: boolean;
  /** The function or top-level declaration that it stands in or directly before; index into code.functions / name of a declaration. */
  function: number | null;
  declaration: string | null;
};

/** What TypeScript or JavaScript says, without knowing any library: adapters under project/clients give it a meaning. */
export type CodeFacts = {
  imports: Import[];
  exports: Export[];
  /** Top-level declarations by name. Functions and classes too (kind tells). */
  declarations: Record<string, Declaration>;
  functions: FunctionFact[];
  locals: Local[];
  /** Calls, in source order, outermost of each chain: `db.insert(t).values(v).returning()` is one call whose expression holds the chain. */
  calls: CallFact[];
  handlers: HandlerFact[];
  /** Class expressions, and classes that are declared inside functions: mixins. Absent: none. */
  classes?: ClassFact[];
  /** What is thrown: the source text of the expression, cut to 300 characters, and the conditions of its function that stand before it. Absent: nothing; none. */
  thrown?: { text: string; at: Span; function: number | null; conditions?: ContextStep[] }[];
  /** Directives at the head of the file, e.g. "use server". */
  directives?: string[];
  /** Comments without their marks, of a file with a function `up`. Absent: none, or no such file. */
  comments?: { text: string; at: Span }[];
};

export type Import = {
  /** Local name; `*` imports too. */
  local: string;
  /** `default`, `*` (namespace) or the exported name. */
  name: string;
  from: string;
  typeOnly: boolean;
};

export type Export =
  | { kind: "local"; name: string; local: string }
  | { kind: "from"; name: string; imported: string; from: string }
  /** `export * from "x"`; `as` for `export * as ns from "x"`. */
  | { kind: "star"; from: string; as: string | null };

export type Declaration = {
  at: Span;
  kind: "const" | "let" | "function" | "class" | "enum" | "destructured" | "type";
  /** Initializer of a const/let; of a destructured name, what it is taken from (then `path` leads to it). */
  value: Expression | null;
  path: string[];
  function: number | null;
  class: ClassFact | null;
  /** Members of an enum, or of an `as const` object, are read through `value` (an enum is given as an object). */
  typeText: string | null;
};

export type ClassFact = {
  extends: Expression | null;
  /** Type arguments of the class that it extends, as written: `User` of `extends Repository<User>`. Absent: none. */
  extendsTypes?: string[];
  /** What its constructor gives to that one's, `super(…)`. Absent: it calls none. */
  superArgs?: Argument[];
  implements: string[];
  decorators: Expression[];
  members: {
    name: string;
    static: boolean;
    /** A method, or a property that holds a function. */
    function: number | null;
    value: Expression | null;
    typeText: string | null;
    decorators: Expression[];
    optional: boolean;
    at: Span;
  }[];
};

export type FunctionFact = {
  /** `resolveTenant`, `TenantService.resolve`, `POST`; a callback: null. */
  name: string | null;
  at: Span;
  body: Span | null;
  async: boolean;
  /** Locals that are its parameters, in order; a destructured parameter gives each name its path. */
  parameters: Parameter[];
  /** Returned expressions, an arrow's expression body too. */
  returns: Expression[];
  /** Parallel to `returns`: the `condition` steps of this function that stand before that return. Always there when the reader made it. */
  returnConditions?: ContextStep[][];
  /** The function around it; null: top level. */
  parent: number | null;
  /** Class it is a method of. */
  class: string | null;
  /** A callback: the call it is an argument of, and which argument. */
  callbackOf: { call: number | null; callee: string; argument: number } | null;
  decorators: Expression[];
  /** The text of the comment in front of it. */
  doc: string | null;
  /** Directives at the head of the body, e.g. "use server". */
  directives: string[];
};

/** `optional`: `name?: string`. */
export type Parameter = { local: number; position: number; path: string[]; typeText: string | null; optional?: true; decorators: Expression[] };

/** A name inside a function. More than one value: assigned more than once. */
export type Local = {
  name: string;
  kind: "const" | "let" | "parameter" | "catch" | "loop" | "function";
  /** Each with the way into it by destructuring: `const [row] = x` gives path ["0"], `const { data } = x` ["data"], `{ a: { b } }` ["a", "b"], a rest element ["..."]. */
  values: LocalValue[];
  /** -1: declared in a block of the module's top level (a script's `for`, `try`, `if`). */
  function: number;
  at: Span;
  /** Its value is written into after it was made (`data.x = …`, `list.push(…)`), so an object or list may hold more. Absent: no. */
  changed?: true;
  /** What is put into its properties: `user.name = x`, in order. Absent: nothing is. */
  assigned?: { name: string; value: Expression }[];
  /** The same where the property's name is computed: `out[key] = x`. `branch`: not each time that the function runs. Absent: nothing is. */
  keyed?: { key: Expression; value: Expression; branch?: true }[];
};

/** `branch`: given again behind a condition, in a loop, or after an error. */
export type LocalValue = { value: Expression; path: string[]; branch?: true };

/** Where a call stands. Steps from the outermost function of the file to the call. */
export type ContextStep =
  | { kind: "function"; function: number }
  /** Inside the block of a try with this handler. */
  | { kind: "try"; handler: number }
  /** Inside the catch or finally of it. */
  | { kind: "catch"; handler: number }
  | { kind: "finally" }
  /** Runs only when `test` is (holds: true) or is not (false) truthy: if, `?:`, `&&`, `||`, `??` (test: left side, holds false, `nullish`), switch case, or after a statement that left the block when it was not so ("early-exit"). */
  | { kind: "condition"; test: Expression; holds: boolean; via: "branch" | "early-exit" | "nullish" }
  | { kind: "loop"; over: Expression | null };

export type CallFact = {
  expression: Expression;
  at: Span;
  /** Function that holds it; null: module level. */
  function: number | null;
  context: ContextStep[];
  awaited: boolean;
  /** What becomes of the value. */
  use:
    | { kind: "ignored" }
    | { kind: "returned" }
    /** Bound to locals (see Local.values). */
    | { kind: "bound"; locals: number[] }
    | { kind: "argument" }
    | { kind: "member"; names: string[] }
    | { kind: "condition" }
    | { kind: "other" };
  /** `.catch(handler)` / `.then(ok, handler)` on the chain: index into handlers. */
  handler: number | null;
  /**
   * For a value that is bound: is the first element or the local dereferenced without a test before? "unchecked": `row.id`, `row!.id`, or
   * returned as if it were there is "passed"; "checked": tested by if / ?? / ?. / length before; "unused".
   */
  rowUse: "unchecked" | "passed" | "checked" | "unused";
  /** A field of that row is asked for (`row.id ? …`): where a client answers with an object in any case, that tells whether there was a row. */
  rowFieldTested?: true;
  /** The value is treated as a list of which the first element is taken: `const [row] =`, `rows[0]`, `.at(0)`, `.then(r => r[0])`. */
  takesFirst?: boolean;
  /** What is thrown where the row (or list) turns out to be missing, as written, cut to 200 characters; absent: nothing, or something else is done. */
  absentThrows?: string;
};

export type HandlerFact = {
  form: "try" | "promise";
  at: Span;
  /** Offsets of the guarded block (try) or the guarded expression (promise). */
  guards: Span;
  body: Span;
  /** The local of the error; null: `catch {}` or a handler given by name. */
  error: number | null;
  /** For `.catch(name)`: the handler expression. */
  callee: Expression | null;
  /** Every condition in the body that decides something about the error: tests of if / ?: / switch / && / return, in order. */
  tests: { test: Expression; at: Span }[];
  /** `always`: every path throws again; `unmatched`: throws when the tests fail; `never`. */
  rethrows: "always" | "unmatched" | "never";
  /** Empty body, or only logging. */
  swallows: boolean;
  function: number | null;
};
