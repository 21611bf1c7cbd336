import type { Catalog, KeyPart, Predicate } from "./catalog.ts";
import type { Claim, Suppression } from "./facts.ts";
import type { Span, Unread } from "./span.ts";
import type { Dedup, Statement, TargetOrder } from "./statement.ts";

/** All files put together: what rules see. Plain data. */
export type Project = {
  databases: Database[];
  sites: Site[];
  handlers: Handler[];
  claims: ProjectClaim[];
  refreshes: Refresh[];
  repairs: Repair[];
  files: ProjectFile[];
  unread: Unread[];
  /** Seen and resolved, for `--stats` and the summary. */
  counts: Record<"conflict" | "insert" | "lookup" | "handler", { seen: number; resolved: number }>;
};

/** REFRESH MATERIALIZED VIEW CONCURRENTLY in code or in a query file. `table`: id of the view. */
export type Refresh = { database: string; table: string; at: Span; incidental: boolean };

/** A removal of duplicates that code runs as SQL, most likely a data migration. */
export type Repair = { database: string; table: string; dedup: Dedup; at: Span };

export type ProjectFile = {
  path: string;
  entry: Entry;
  /** Written by a tool (generated client, snapshot, `@generated`, bundled, minified). */
  generated: boolean;
  suppressions: Suppression[];
};

/** What declares a database's schema; `sql`: nothing but SQL, or migrations. */
export type Orm = "drizzle" | "prisma" | "typeorm" | "sequelize" | "mikro-orm" | "sql";

export type Database = {
  /** Folder or config file that it was found by, e.g. `packages/db`. */
  id: string;
  orm: Orm;
  /** The ORM schema and the migrations merged: migrations win for keys, the ORM for property names. Rules about code use this. */
  catalog: Catalog;
  /** What the ORM's schema files declare; null: there are none. */
  schema: Catalog | null;
  /** What the migrations build; null: there are none. */
  migrated: Catalog | null;
  migrations: Migration[];
  /** False when migrations or schema could not all be read: then an absent key proves nothing for tables that are not `complete`. */
  complete: boolean;
  prisma: { relationMode: string | null; adapter: boolean; models: PrismaModelMap } | null;
};

/** Model name → what the client calls things. */
export type PrismaModelMap = Record<
  string,
  {
    table: string;
    accessor: string;
    /** Field → column; relations are not here. */
    columns: Record<string, string>;
    relations: Record<string, { model: string; list: boolean; fields: string[]; references: string[] }>;
    /** Unique selector (`email`, `orgId_e164`, a given name) → fields. */
    selectors: Record<string, string[]>;
    at: Span;
  }
>;

export type Runner =
  | "drizzle" | "prisma" | "supabase" | "node-pg-migrate" | "db-migrate" | "knex" | "kysely" | "typeorm" | "sequelize" | "mikro-orm"
  | "goose" | "dbmate" | "golang-migrate" | "atlas" | "flyway" | "graphile-migrate" | "psql" | "unknown";

export type Migration = {
  path: string;
  /** As its runner names it. */
  name: string;
  runner: Runner;
  /** Version of the runner's package where it is known, e.g. "0.44.2". */
  runnerVersion: string | null;
  /**
   * `batch`: one transaction around all pending files; `file`: one a file; `implicit`: the file is one simple query, so a transaction as soon as
   * it holds more than one statement; `pipeline`: Supabase's CLI before 2.110, CONCURRENTLY only as the first statement; `none`: each statement alone.
   */
  transaction: "batch" | "file" | "implicit" | "pipeline" | "none" | "unknown";
  /** Once a migration has failed outside of a transaction, its runner refuses every run until a person says what became of it. Absent: the next run tries again. */
  halts?: true;
  statements: Statement[];
  comments: { text: string; at: Span }[];
  /** Parts of it could not be read. Absent: none. */
  partial?: true;
  /** The catalog when it starts to run. */
  before: Catalog;
  /** Has it run in production? Absent: nobody told. */
  applied?: boolean;
  /** What existed before the deploy that brings it, with all others that are not applied. Absent: not known, so what was there `before`. */
  deployed?: Catalog;
};

export type ClientName =
  | "drizzle" | "prisma" | "supabase" | "kysely" | "knex" | "typeorm" | "sequelize" | "mikro-orm" | "raw-sql" | "sqlc";

export type Entry = "webhook" | "route" | "job" | "consumer" | "import" | "migration" | "seed" | "script" | "test" | null;

/** An assumption, or a write that must respect a guarantee. */
export type Site = {
  /** Index in Project.sites. */
  id: number;
  kind: "insert" | "upsert" | "lookup" | "update" | "delete";
  client: ClientName;
  /** For messages: `prisma.tenant.upsert`, `db.insert(tenants)`, `INSERT INTO tenants`. */
  operation: string;
  /** Database.id and Table.id; null: not resolved, and then rules pass over it. */
  database: string | null;
  table: string | null;
  at: Span;
  rows: "one" | "many" | "unknown";
  /** The rows are made of a list that is handed in, and that may hold one thing twice. Absent: no, or not known. */
  repeats?: true;
  /** Written columns. null: not known at all. */
  columns: Written[] | null;
  /** False: a spread or a variable may write more than `columns`. */
  columnsComplete: boolean;
  /** Look-ups, updates, deletes: columns compared for equality; null: not known. */
  match: Written[] | null;
  /** Other conditions of the where (canonical or source text); they make `match` narrower. */
  matchRest: string[];
  /** Look-ups: what is asked. */
  lookup: "one" | "many" | "count" | "exists" | "max" | null;
  /** Look-ups: the rows are ordered, so one row is the first or last of several. Absent: no, or not known. */
  ordered?: true;
  /** Look-ups: asked of a read replica, which lags behind what is written. Absent: no, or not known. */
  replica?: true;
  conflict: Conflict | null;
  /** RETURNING (or a client's equal) and what becomes of the first row. */
  returning: "none" | "used-unchecked" | "passed-on" | "checked" | "unknown";
  /** Where a missing row of RETURNING is taken for a failure (`throws`: what is thrown), or where a caller takes the row for granted (`throws` null). */
  absence?: { at: Span; throws: string | null };
  /** Look-ups of the same table that are made where DO NOTHING has given no row. Absent: none is known. */
  rereads?: Reread[];
  guards: Guard[];
  /** Handlers that catch its failure inside of its own transaction. Absent: none is known. */
  recoveries?: Recovery[];
  /** How many ways lead here through the project's functions, as far as callers are followed; guards name them by number. */
  ways: number;
  entry: Entry;
  inside: FunctionRef | null;
  /** In a loop over rows. */
  loop: boolean;
  /** True: the site is part of a file that is a test, a seed, generated or a one-off script: out of *recommended*. */
  incidental: boolean;
};

export type FunctionRef = { path: string; name: string | null; at: Span; exported: boolean };

export type Written = { column: string; value: Value; at: Span };

/** What is known of a value in code or SQL. */
export type Value = {
  /** Canonical text with locals followed: the same text in one flow is the same value. */
  text: string;
  origin:
    | "literal" | "null" | "undefined"
    /** nanoid(), randomUUID(), createId(), Date.now(), gen_random_uuid() … */
    | "generated"
    /** The row (or its id) that an insert in the same flow returned. */
    | "created"
    /** Out of a request, a webhook's payload, a message, an imported row. */
    | "external"
    | "parameter" | "query" | "environment" | "excluded" | "default" | "computed" | "unknown";
  /** Can it be null or undefined? null: not known. */
  nullable: boolean | null;
  /** The origin is what the known callers give for a parameter; there may be others. */
  byCallers?: true;
  /** One more than what this look-up (index in Project.sites) answered: a count, a highest value, the last row's. */
  next?: number;
  /** Generated or created in one case, something else in another: `input.id ?? nanoid()`. */
  sometimes?: true;
};

export type Conflict = {
  action: "nothing" | "update";
  target:
    /** Named columns or expressions. `selector`: through a client's unique selector (Prisma). */
    | { by: "columns"; parts: KeyPart[]; where: Predicate | null; selector: string | null; order?: TargetOrder }
    | { by: "constraint"; name: string }
    /** supabase-js without onConflict: the primary key. */
    | { by: "primary" }
    | { by: "none" }
    | { by: "unknown" };
  /** A condition chooses the target (which is unknown then) among these. */
  oneOf?: Conflict["target"][];
  /** The predicate holds bind parameters and the statement is prepared, by name or by its client. */
  prepared: boolean;
  /** DO UPDATE SET: null: not known; "all": every written column. */
  sets: Written[] | "all" | null;
  /** DO UPDATE … WHERE: may skip the row. */
  setWhere: boolean;
  /** Does one statement do it? Prisma's upsert may be a SELECT and an INSERT; `reasons` say why not. */
  native: "yes" | "no" | "unknown";
  reasons: string[];
  at: Span;
};

/**
 * A caught violation leaves its transaction aborted. `next`: the next statement on that transaction, `again` in the next turn of a loop; null: none
 * is seen, and its callback ends as if all went well: then `lost` are the ids of the writes before it.
 */
export type Recovery = { handler: number; transaction: Span; next: Span | null; again: boolean; lost: number[] };

/** A look-up for the row that is there already. `columns`: those that it compares with what would have been written; null: it asks for more, or that is not known. */
export type Reread = { site: number; columns: string[] | null };

/** `ways`: on which of the site's ways in it stands (see Site.ways). Absent: on all of them. */
export type Guard = { ways?: number[] } & GuardKind;

type GuardKind =
  /** A handler around it (`calls`: how many calls up) that deals with unique violations, or may. */
  | { kind: "handler"; handler: number; calls: number; /** One turn of a loop: the other turns go on. */ perItem?: true }
  | { kind: "transaction"; isolation: string | null; at: Span; calls: number; retries: boolean }
  | { kind: "lock"; how: "advisory" | "row" | "table" | "other"; at: Span; calls: number }
  /**
   * An earlier look-up of the same flow whose answer decides whether this runs: "absent": runs when nothing was found. `match`: what it compares, in
   * the words of this site's function (arguments followed through calls), so that equal texts are equal values; null: not known. Prefer it to the
   * look-up's own `match`, whose texts belong to its own function. `narrowed`: the row was sought among the loaded rows by more than that.
   */
  | {
      kind: "lookup"; site: number; when: "absent" | "present" | "either"; calls: number; match: Written[] | null; narrowed?: boolean;
      /** A loop stands between the question and the call that leads here: many rows hang from one answer. */
      loops?: true;
      /** The call that leads to the site, where the answer is asked about in a caller; `only`: no other call is seen that leads there. */
      from?: Span;
      only?: true;
    }
  /** Rows of the same table are deleted before, in the same flow. */
  | { kind: "delete"; site: number; calls: number }
  /** Inserted before in the same flow into another table: this row hangs from it. */
  | { kind: "insert"; site: number; calls: number }
  /** It is handed to a function that may turn its failure into a value (`tryCatch(…)`): who deals with that is not followed. */
  | { kind: "wrapper"; at: Span; calls: number }
  /** The framework's error handler answers unique violations of every route. */
  | { kind: "filter"; at: Span; calls: number }
  | { kind: "retry"; at: Span; calls: number }
  | { kind: "queue"; at: Span; calls: number };

export type Handler = {
  /** Index in Project.handlers. */
  id: number;
  at: Span;
  form: "try" | "promise" | "result";
  body: Span;
  tests: ErrorTest[];
  /** Tests that could not be understood. */
  opaqueTests: number;
  /** `unique`: tests for a unique violation; `any`: acts on every error; `other`: tests for something else only; `unknown`. */
  handles: "unique" | "any" | "other" | "unknown";
  rethrows: "always" | "unmatched" | "never";
  swallows: boolean;
  /** Hands the error to a function that tells unique violations from other errors: `throw toHttpError(error)`. */
  maps: boolean;
  /** Sites it guards, those in called functions too. */
  covers: number[];
  /** False: it guards calls that could not be followed, so there may be more. */
  coversAll: boolean;
  /** What it throws or answers about a conflict, with the words in it: "… already exists", `DuplicateEmailError`. Absent: nothing. */
  answers?: { text: string; at: Span }[];
  /** Source texts of what the guarded code itself throws, called functions too. */
  thrown?: string[];
  /** Package → version that the file's package.json and lock file give, e.g. `{ "drizzle-orm": "0.44.2", pg: "8.11.0" }`. */
  versions: Record<string, string>;
  incidental: boolean;
};

/** One comparison of an error with something, helper predicates followed. `path` leads from the error: ["cause", "code"]. */
/** `every`: one of several values of which all must be there; those of one place belong together. */
export type ErrorTest = { at: Span; negated: boolean; every?: true } & (
  | { kind: "code"; path: string[]; value: string }
  | { kind: "name"; path: string[]; value: string; how: "equals" | "includes" | "starts-with" | "ends-with" | "matches" }
  /** Prisma's meta.target and the like: a column or index name is searched in a list or text. */
  | { kind: "target"; path: string[]; value: string; how: "equals" | "includes" | "element-includes" }
  | { kind: "class"; name: string; from: string | null }
  | { kind: "message"; path: string[]; value: string }
);

export type ProjectClaim = Claim & {
  database: string | null;
  /** The table it speaks of; null: not resolved. */
  table: string | null;
  /** Its columns as database names; null: a name that no column has. */
  resolved: string[] | null;
  /** Who counts on it where no comment does: a library in whose own schema they are unique; `text` is where it says so. Absent: a comment. */
  library?: string;
  incidental: boolean;
};
