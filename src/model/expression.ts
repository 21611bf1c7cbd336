/**
 * The part of TypeScript's expressions that matters here, as plain data. The reader converts; project/evaluate.ts folds and follows
 * names. Casts (`as any`, `satisfies`), `!`, parentheses and `await` are gone: they do not change what a value is.
 * `start`/`end`: UTF-16 offsets in the file the expression stands in.
 */
export type Expression = {
  start: number;
  end: number;
  /** Inside a longer chain, `(await a.b()).c()`: awaited there, so it has a CallFact of its own; whoever walks down the chain stops here. */
  awaited?: true;
} & (
  | { kind: "string"; value: string }
  | { kind: "number"; value: number }
  | { kind: "boolean"; value: boolean }
  | { kind: "null" }
  | { kind: "undefined" }
  | { kind: "regex"; value: string }
  | { kind: "array"; items: (Expression | { kind: "spread"; of: Expression })[] }
  /** `{ a: 1, b, ...c, [d]: 2, m() {} }`; a computed key that is no literal has `key: null` and is `computed`. */
  | { kind: "object"; entries: ObjectEntry[] }
  /** A name declared in this file inside a function (or as its parameter): index into FileFacts.locals. */
  | { kind: "local"; name: string; local: number }
  /** A name of the module's top level: an import, a top-level declaration, or a global. */
  | { kind: "name"; name: string }
  | { kind: "this" }
  /** `a.b`, `a?.b`, `a["b"]`. */
  | { kind: "member"; of: Expression; name: string }
  /** `a[i]` with a computed index. */
  | { kind: "index"; of: Expression; index: Expression }
  | { kind: "call"; callee: Expression; args: (Expression | { kind: "spread"; of: Expression })[]; typeArgs: string[] }
  | { kind: "new"; callee: Expression; args: (Expression | { kind: "spread"; of: Expression })[] }
  /** `quasis.length === holes.length + 1`; quasi offsets: `quasiStarts[i]` is where quasi i's text starts in the file. `tag` null: plain. */
  | { kind: "template"; tag: Expression | null; quasis: string[]; quasiStarts: number[]; holes: Expression[] }
  /** An arrow or function expression: index into FileFacts.functions. */
  | { kind: "function"; function: number }
  /** A class that is no declaration of the top level: index into CodeFacts.classes. */
  | { kind: "class"; class: number }
  | { kind: "conditional"; test: Expression; then: Expression; else: Expression }
  /** `&& || ?? === !== == != < > <= >= + - * / % in instanceof`. */
  | { kind: "binary"; operator: string; left: Expression; right: Expression }
  /** `! - + typeof void delete`. */
  | { kind: "unary"; operator: string; of: Expression }
  /** Anything else; `text` is its source, cut to 200 characters. */
  | { kind: "opaque"; text: string }
);

export type ObjectEntry =
  /** `computed`: the expression of a key that is no literal; absent: there is none. */
  | { kind: "property"; key: string | null; computed?: Expression; value: Expression; start: number; end: number }
  | { kind: "spread"; of: Expression };

export type Argument = Expression | { kind: "spread"; of: Expression };
