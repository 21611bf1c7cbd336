import type { Table } from "../model/catalog.ts";
import type { Claim } from "../model/facts.ts";
import type { Database, ProjectClaim, Site } from "../model/project.ts";
import type { Linked } from "./clients/adapter.ts";
import { flowRoot } from "./call-graph.ts";
import { isIncidental } from "./files.ts";

type Found = { database: Database; table: Table };

/** Comments of some files that say that something is unique, with the table and columns they speak of. */
export function linkClaims(linked: Linked, sites: Site[], paths: readonly string[]): ProjectClaim[] {
  const byFile = new Map<string, Site[]>();
  for (const site of sites) {
    const list = byFile.get(site.at.path);
    if (list === undefined) byFile.set(site.at.path, [site]);
    else list.push(site);
  }
  return paths.flatMap((path) => (linked.program.facts(path)?.claims ?? []).map((claim) => linkClaim(linked, claim, byFile.get(path) ?? [])));
}

/** The files that claims are read from, sorted. */
export function claimFiles({ program: { input } }: Linked): string[] {
  const schemas = input.databases.flatMap((source) => [...source.schemaFiles, ...source.queryFiles, ...source.migrations.flatMap((list) => list.files)]);
  return [...new Set([...input.candidates, ...schemas])].sort();
}

function linkClaim(linked: Linked, claim: Claim, sites: Site[]): ProjectClaim {
  const found = declaredAt(linked, claim) ?? only(tablesNear(linked, claim, sites).filter((each) => columnsIn(each.table, claim.columns) !== null));
  return {
    ...claim,
    database: found?.database.id ?? null,
    table: found?.table.id ?? null,
    resolved: found === null ? null : columnsIn(found.table, claim.columns),
    incidental: isIncidental(claim.at.path),
  };
}

/** The table in whose declaration the comment stands, or directly before it. */
function declaredAt(linked: Linked, claim: Claim): Found | null {
  const { path, start } = claim.at;
  if (claim.declaration !== null) {
    const binding = linked.tables.all.find((each) => each.path === path && each.name === claim.declaration);
    const found = binding === undefined || binding.database === null ? null : tableNamed(linked, binding.database, binding.table);
    if (found !== null) return found;
  }
  for (const database of linked.databases) {
    for (const table of Object.values(database.catalog.tables)) {
      if ([...table.declared, ...table.built].some((at) => at.path === path && at.start <= start && at.end >= start)) return { database, table };
    }
  }
  return null;
}

function tableNamed(linked: Linked, database: string, id: string): Found | null {
  const owner = linked.databases.find((each) => each.id === database);
  const table = owner !== undefined && Object.hasOwn(owner.catalog.tables, id) ? owner.catalog.tables[id] : undefined;
  return owner === undefined || table === undefined ? null : { database: owner, table };
}

/** The tables that the function which a comment documents (or stands in) reads or writes. */
function tablesNear(linked: Linked, claim: Claim, sites: Site[]): Found[] {
  const code = linked.program.facts(claim.at.path)?.code;
  if (claim.columns.length === 0 || code == null) return [];
  const fact = claim.function === null ? undefined : code.functions[flowRoot(code, claim.function) ?? claim.function];
  const near = fact === undefined ? (claim.declaration === null ? sites : []) : sites.filter((site) => site.at.start >= fact.at.start && site.at.end <= fact.at.end);
  const found = new Map<string, Found>();
  for (const site of near) {
    const table = site.database === null || site.table === null ? null : tableNamed(linked, site.database, site.table);
    if (table !== null) found.set(`${table.database.id} ${table.table.id}`, table);
  }
  return [...found.values()];
}

function only<Item>(items: Item[]): Item | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}

/** Database names of columns named as in the database or in code; null: one of them is none of the table's. */
function columnsIn(table: Table, names: string[]): string[] | null {
  const out = names.flatMap((name) => {
    const column = table.columns.find((each) => each.name === name) ?? table.columns.find((each) => each.property === name) ?? table.columns.find((each) => fold(each.name) === fold(name));
    return column === undefined ? [] : [column.name];
  });
  return out.length === names.length ? out : null;
}

/** `orgId`, `org_id` and `OrgID` are one name in prose. */
function fold(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
