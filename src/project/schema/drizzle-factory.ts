import type { Dialect } from "../../model/catalog.ts";
import { callChain, returnOf, unwrap, type Chain, type ChainLink } from "../evaluate.ts";
import { asString } from "../evaluated.ts";
import type { Evaluated, Program } from "../program.ts";
import type { Casing } from "./drizzle-names.ts";

/** A table or view as a call declares it, its arguments not yet read. */
export type TableCall = {
  kind: "table" | "view" | "materialized-view";
  dialect: Dialect;
  schema: string | null;
  /** null: computed from what text does not tell. */
  name: string | null;
  /** Given by the factory (drizzle 1: `snakeCase.table`); undefined: by the configuration. */
  casing: Casing | undefined;
  columns: Evaluated | null;
  extra: Evaluated | null;
};

/** What the links of the chain have made so far. */
type Maker =
  | { kind: "table"; dialect: Dialect; schema: string | null; casing: Casing | undefined; rename: Evaluated | null; makes: TableCall["kind"] }
  | { kind: "creator"; dialect: Dialect }
  | { kind: "schema-factory"; dialect: Dialect; casing: Casing | undefined }
  | { kind: "schema"; dialect: Dialect; name: string | null; casing: Casing | undefined }
  | { kind: "casing"; dialect: Dialect; casing: Casing };

const PREFIXES: Record<string, Dialect> = { pg: "postgres", mysql: "mysql", sqlite: "sqlite", singlestore: "mysql", mssql: "other", cockroach: "other", gel: "other" };
const SUFFIXES = /^(pg|mysql|sqlite|singlestore|mssql|cockroach|gel)(TableCreator|Table|Schema|MaterializedView|View)$/;

export function isDrizzle(value: Evaluated): value is Extract<Evaluated, { kind: "external" }> {
  return value.kind === "external" && value.package === "drizzle-orm";
}

/** A chain whose root is followed through the constants that name its beginnings: `const citext = customType(…)`, `base.references(…)`. */
export function wholeChain(program: Program, value: Evaluated): Chain {
  let chain = callChain(unwrap(program, value));
  for (let i = 0; i < 5 && chain.root.kind === "declaration"; i++) {
    const unwrapped = unwrap(program, chain.root);
    if (unwrapped === chain.root || unwrapped.kind === "unknown") break;
    const inner = callChain(unwrapped);
    chain = { root: inner.root, links: [...inner.links, ...chain.links] };
  }
  return chain;
}

/** Reads the call that declares a Drizzle table or view, through every kind of factory; null: another kind of value. */
export function readTableCall(program: Program, value: Evaluated): TableCall | null {
  if (value.kind !== "call" && value.kind !== "declaration") return null;
  const { root, links } = wholeChain(program, value);
  let maker = isDrizzle(root) ? startOf(root) : null;
  for (const link of links) {
    if (maker === null) return null;
    const next: Maker | TableCall | null = applyLink(program, maker, link);
    if (next !== null && "extra" in next) return next;
    maker = next;
  }
  return null;
}

function startOf(root: Extract<Evaluated, { kind: "external" }>): Maker | null {
  const match = SUFFIXES.exec(root.name);
  const dialect = match === null ? PREFIXES[root.subpath.replace(/-core.*$/, "")] : PREFIXES[match[1] ?? ""];
  if (dialect === undefined) return null;
  if (match === null) {
    const casing = root.name === "snakeCase" ? "snake_case" : root.name === "camelCase" ? "camelCase" : null;
    return casing === null ? null : { kind: "casing", dialect, casing };
  }
  switch (match[2]) {
    case "TableCreator":
      return { kind: "creator", dialect };
    case "Schema":
      return { kind: "schema-factory", dialect, casing: undefined };
    case "View":
      return tableMaker(dialect, null, undefined, "view");
    case "MaterializedView":
      return tableMaker(dialect, null, undefined, "materialized-view");
    default:
      return tableMaker(dialect, null, undefined, "table");
  }
}

function tableMaker(dialect: Dialect, schema: string | null, casing: Casing | undefined, makes: TableCall["kind"], rename: Evaluated | null = null): Maker {
  return { kind: "table", dialect, schema, casing, rename, makes };
}

const SCHEMA_MEMBERS: Record<string, TableCall["kind"]> = { table: "table", view: "view", materializedView: "materialized-view" };

function applyLink(program: Program, maker: Maker, link: ChainLink): Maker | TableCall | null {
  switch (maker.kind) {
    case "table":
      if (link.name !== "" && link.name !== "withRLS") return null;
      return link.args === null ? maker : finish(program, maker, link.args);
    case "creator": {
      if (link.name !== "" || link.args === null) return null;
      const casing = link.args[1] === undefined ? undefined : casingOf(asString(link.args[1]));
      return tableMaker(maker.dialect, null, casing, "table", link.args[0] ?? null);
    }
    case "schema-factory":
      return link.name === "" && link.args !== null ? { kind: "schema", dialect: maker.dialect, name: asString(link.args[0]), casing: maker.casing } : null;
    case "schema": {
      const makes = SCHEMA_MEMBERS[link.name];
      if (makes === undefined || maker.name === null) return null;
      const table = tableMaker(maker.dialect, maker.name, maker.casing, makes);
      return link.args === null || table.kind !== "table" ? table : finish(program, table, link.args);
    }
    case "casing": {
      if (link.name === "schema") return applyLink(program, { kind: "schema-factory", dialect: maker.dialect, casing: maker.casing }, { ...link, name: "" });
      const makes = SCHEMA_MEMBERS[link.name];
      if (makes === undefined) return null;
      return applyLink(program, tableMaker(maker.dialect, null, maker.casing, makes), { ...link, name: "" });
    }
  }
}

function casingOf(text: string | null): Casing {
  return text === "snake_case" || text === "camelCase" ? text : null;
}

function finish(program: Program, maker: Extract<Maker, { kind: "table" }>, args: Evaluated[]): TableCall {
  const [first, columns, extra] = args;
  const named = first === undefined || maker.rename === null ? first : (returnOf(program, maker.rename, [first]) ?? undefined);
  const { makes: kind, dialect, schema, casing } = maker;
  return { kind, dialect, schema, name: asString(named), casing, columns: columns ?? null, extra: extra ?? null };
}
