import type { Expression } from "../model/expression.ts";
import type { Span } from "../model/span.ts";
import type { Env, Evaluated, Program, Symbol } from "./program.ts";

/** What the parts of the evaluator share; they call each other through it. */
export type Context = {
  program: Program;
  evaluate(path: string, expression: Expression, env: Env | null): Evaluated;
  /** What a followed name stands for. */
  symbol(symbol: Symbol, at: Span): Evaluated;
  member(of: Evaluated, name: string, at: Span): Evaluated;
  /** Functions that are being inlined: how deep, and which, so that none is entered twice. */
  inlining: string[];
};
