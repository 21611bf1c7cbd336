import type { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { ClassFact, CodeFacts, ContextStep } from "../../model/facts.ts";
import type { Span, Unread } from "../../model/span.ts";

/** Names of one block or parameter list; the module's own top level has no scope, its names stay names. */
export type Scope = { names: Map<string, number>; parent: Scope | null };

/** A handler whose body is being read, with the locals that hold its error or something taken from it. */
export type ErrorFrame = { handler: number; locals: Set<number> };

/** Everything that one walk over one file carries. Only `facts` and `unread` outlive it. */
export type Reader = {
  path: string;
  text: string;
  source: ts.SourceFile;
  facts: CodeFacts;
  unread: Unread[];
  /** Names of the file's own that it exports. */
  exported: Set<string>;
  scope: Scope | null;
  function: number | null;
  class: ClassFact | null;
  className: string | null;
  context: ContextStep[];
  /** Nesting of the walk itself: guards the stack. */
  depth: number;
  /** Above 0 inside decorators: their calls are no facts. */
  muted: number;
  /** Above 0 inside a condition: the whole of it is one test. */
  inTest: number;
  frames: ErrorFrame[];
  /** Whether `var` occurs at all; without it nothing needs hoisting. */
  hasVar: boolean;
  /** Identifier that declares → local. */
  localOf: Map<ts.Node, number>;
  /** By local: the identifiers that read or write it, in source order. */
  references: ts.Identifier[][];
  /** Each call of a chain → index of the fact that stands for the chain. */
  callOf: Map<ts.Node, number>;
  /** By call fact: the outermost node of its chain. */
  callNodes: ts.Node[];
  functionOf: Map<ts.Node, number>;
  classOf: Map<ts.Node, ClassFact>;
  /** By function: where the statement, member or property that names it starts; -1: a callback. */
  leads: number[];
  walk: Walk;
};

/** The mutually recursive parts of the walk, handed around as data so that the files need not import each other in a circle. */
export type Walk = {
  expression(reader: Reader, node: ts.Expression, chain?: number): Expression;
  statements(reader: Reader, nodes: readonly ts.Statement[]): void;
  functionLike(reader: Reader, node: ts.FunctionLikeDeclaration, handler?: number): number;
  classLike(reader: Reader, node: ts.ClassLikeDeclaration, name: string | null): ClassFact;
};

/** `chain` of an expression that is not the inside of a longer chain of calls. */
export const OUTSIDE = -1;

export function createReader(path: string, text: string, source: ts.SourceFile, walk: Walk): Reader {
  return {
    path, text, source, walk,
    facts: { imports: [], exports: [], declarations: Object.create(null) as CodeFacts["declarations"], functions: [], locals: [], calls: [], handlers: [] },
    unread: [], exported: new Set(), scope: null, function: null, class: null, className: null, context: [],
    depth: 0, muted: 0, inTest: 0, frames: [], hasVar: /\bvar\b/.test(text),
    localOf: new Map(), references: [], callOf: new Map(), callNodes: [], functionOf: new Map(), classOf: new Map(), leads: [],
  };
}

export function spanOf(reader: Reader, node: ts.Node): Span {
  return { path: reader.path, start: node.getStart(reader.source), end: node.end };
}

export function textOf(reader: Reader, node: ts.Node, limit = 200): string {
  const start = node.getStart(reader.source);
  return reader.text.slice(start, Math.min(node.end, start + limit));
}

/** Reads something under one more step of context. */
export function withStep<T>(reader: Reader, step: ContextStep, read: () => T): T {
  reader.context.push(step);
  const result = read();
  reader.context.pop();
  return result;
}

/** Deeper nesting than people write. What lies below is left opaque and counted; whoever walks an expression may recurse. */
export const MAX_DEPTH = 600;

export function noteTooDeep(reader: Reader, node: ts.Node): void {
  const message = "nested too deeply to be read";
  if (!reader.unread.some((each) => each.message === message)) reader.unread.push({ at: spanOf(reader, node), message });
}
