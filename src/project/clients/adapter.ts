import type { Catalog, Table } from "../../model/catalog.ts";
import type { Argument, Expression } from "../../model/expression.ts";
import type { CallFact } from "../../model/facts.ts";
import type { ClientName, Conflict, Database, Site, Value } from "../../model/project.ts";
import type { Span } from "../../model/span.ts";
import type { Dedup } from "../../model/statement.ts";
import type { Evaluated, Program } from "../program.ts";
import type { RawChain } from "../chains.ts";
import type { EntityBindings, TableBindings } from "../schema/bindings.ts";
import type { SequelizeSchemas } from "../schema/sequelize.ts";

/** What an adapter may ask about the project. */
export type Linked = {
  program: Program;
  databases: Database[];
  /** Drizzle's tables. */
  tables: TableBindings;
  /** Entities of TypeORM. */
  entities: EntityBindings;
  /** Models of Sequelize. */
  models: SequelizeSchemas;
  /** Entities of MikroORM. */
  mikroOrm: EntityBindings;
  /** The database that code of this file most likely talks to; null: none, or several. */
  databaseForFile(path: string, orm?: Database["orm"]): Database | null;
};

/** One call of code, seen by an adapter. `links`: its chain, also through a local that holds the first half of it. */
export type CallView = {
  path: string;
  index: number;
  fact: CallFact;
  root: Expression;
  links: RawChain["links"];
  /** Links that only some ways to the call have put behind what it goes on with. Absent: none. */
  perhaps?: RawChain["links"][];
  /** Names of the links, for a cheap first look. */
  names: ReadonlySet<string>;
  /** The caller whom the statement is read for: what is written there as a literal reaches the statement as it stands. */
  caller?: Span;
};

/**
 * `source`: the value in code, from which `Written.value` is worked out; SQL gives `value` itself where code gives none. `optional`: it is left out in
 * some cases.
 */
export type DraftWritten = { column: string; at: Span; source: Evaluated | null; value: Value | null; optional?: boolean };

/** What a condition compares for equality, and what else it asks. */
export type Condition = { match: DraftWritten[]; rest: string[] };

export type DraftConflict = Omit<Conflict, "sets"> & { sets: DraftWritten[] | "all" | null };

/** A site before values, guards and the place in the program are worked out. */
export type Draft = Pick<Site, "kind" | "operation" | "database" | "table" | "at" | "rows" | "columnsComplete" | "matchRest" | "lookup" | "returning"> & {
  client: ClientName;
  columns: DraftWritten[] | null;
  match: DraftWritten[] | null;
  conflict: DraftConflict | null;
  /** Where the call stands: index into the calls of file `at.path`; null: a statement of an .sql file. */
  call: number | null;
  /** What the call is made on (`db`, `tx`); null: not known, then it counts as whatever surrounds it. */
  receiver: Expression | null;
  ordered?: true;
  /** See Site.repeats. */
  repeats?: true;
  /** The answer is one row or none, no list of rows. Absent: not known. */
  row?: true;
  /** A look-up of rows that are loaded with another look-up's of the same call: the way to them, e.g. `organisation.groups`. */
  relation?: string;
  /** Its foreign key: columns, and what the row that it is loaded with calls the values that they hold. Absent: not known. */
  hangs?: { column: string; property: string }[];
  /** The call in a helper that runs it for this one. */
  via?: { path: string; call: number };
  /** Why it is not resolved, for debugging. */
  why: string | null;
  /** A look-up inside the same statement that decides whether the next draft runs. */
  decides?: boolean;
};

/** A statement that matters to its neighbours, or to the migrations, without being a site. `database` and `table`: ids, as resolved. */
export type Effect = { path: string; call: number | null; at: Span } & (
  /** `table`: whose rows are locked, where that is known. `asked`: only where this parameter (of a function of the file) says so. */
  | { kind: "lock"; how: "advisory" | "row" | "table" | "other"; table?: string; asked?: Extract<Evaluated, { kind: "parameter" }> }
  | { kind: "begin"; isolation: string | null }
  | { kind: "end" }
  /** REFRESH MATERIALIZED VIEW CONCURRENTLY. */
  | { kind: "refresh"; database: string; table: string }
  | { kind: "dedup"; database: string; table: string; dedup: Dedup }
);

export type Reading = { drafts: Draft[]; effects: Effect[] };

/**
 * One library. `links`: names that at least one link of a chain must have for `read` to be asked. `read` gives null for a call that is none of its
 * own; a call that surely is but whose table is not known gives a draft with `table: null`.
 */
export type ClientAdapter = { name: ClientName; links: ReadonlySet<string>; read(view: CallView, linked: Linked): Reading | null };

export const EMPTY: Reading = { drafts: [], effects: [] };

export function catalogOf(linked: Linked, database: string | null): Catalog | null {
  return linked.databases.find((each) => each.id === database)?.catalog ?? null;
}

export function tableOf(linked: Linked, database: string | null, table: string | null): Table | null {
  const catalog = table === null ? null : catalogOf(linked, database);
  return catalog !== null && table !== null && Object.hasOwn(catalog.tables, table) ? (catalog.tables[table] ?? null) : null;
}

/** Argument `position` when no spread stands before it. */
export function argument(args: Argument[] | null | undefined, position: number): Expression | null {
  for (let i = 0; i < position; i++) if (args?.[i]?.kind === "spread") return null;
  const found = args?.[position];
  return found === undefined || found.kind === "spread" ? null : found;
}

/** A draft with nothing known but where it stands. */
export function emptyDraft(view: CallView, client: ClientName, kind: Draft["kind"], operation: string): Draft {
  return {
    kind, client, operation, database: null, table: null, at: view.fact.at, rows: "unknown", columns: null, columnsComplete: false, match: null,
    matchRest: [], lookup: null, conflict: null, returning: "none", call: view.index, receiver: view.root, why: null,
  };
}
