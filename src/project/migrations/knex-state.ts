import type { Span } from "../../model/span.ts";
import type { Reading } from "./library.ts";
import type { Piece } from "./sent.ts";
import { piece } from "./sql-text.ts";
import type { FunctionValue } from "./walk.ts";

export type KnexTable = {
  at: Span;
  method: "create" | "create-if-not-exists" | "alter";
  schema: string | null;
  name: string;
  /** Quoted, with its schema. */
  text: string;
  like: string | null;
  body: FunctionValue | null;
  transaction: boolean;
};

/** What a table's callback has asked for so far. */
export type State = KnexTable & {
  reading: Reading;
  columns: Piece[][];
  /** `create type` of native enums, before the table. */
  types: Piece[][];
  /** ALTER TABLE and CREATE INDEX behind the columns, in the order in which the builder was asked. null: not known. */
  rest: { at: Span; sql: Piece[] | null; conditional: boolean }[];
  /** The call that is read stands behind a condition. */
  conditional: boolean;
  /** Stands in CREATE TABLE itself. */
  primary: Piece[] | null;
  checks: Piece[][];
  hasPrimary: boolean;
  complete: boolean;
};

/** null: it is not known what is asked for. */
export function addRest(state: State, at: Span, sql: string | null): void {
  state.rest.push({ at, sql: sql === null ? null : [piece(at, sql)], conditional: state.conditional });
}
