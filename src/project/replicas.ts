import type { Expression } from "../model/expression.ts";
import { callChain, rawChain } from "./chains.ts";
import type { Draft } from "./clients/adapter.ts";
import { evaluate, possibilities, unwrap } from "./evaluate.ts";
import type { Evaluated, Program } from "./program.ts";

/** Names that people give to the handle of a replica: `dbRead`, `readReplica`, `replicaPool`, `readonlyDb`. */
const NAMES =
  /^\$?_?(?:(?:\w+R|r)eplica(?:Db|DB|Client|Pool|Prisma)?|(?:db|prisma|knex|pool|sql)(?:Read(?:[oO]nly|er|Replica)?|RO|Ro)|(?:read(?:[oO]nly|er)?|ro)(?:Db|DB|Prisma|Knex|Pool|Sql))$/;
/** Clients whose handle stands where its name is looked for; elsewhere it may be an entity's (`this.replica.find()`). */
const CLIENTS = new Set<Draft["client"]>(["prisma", "drizzle", "kysely", "knex", "raw-sql"]);

/**
 * Does the call of a look-up ask a read replica? By the name of its handle, by Prisma's `$replica()`, or because the handle is made so that it sends
 * reads to one: Drizzle's `withReplicas`, Prisma's `readReplicas`, unless `$primary` stands behind it.
 */
export function asksReplica(program: Program, draft: Draft, call: Expression): boolean {
  if (!CLIENTS.has(draft.client)) return false;
  const handle = draft.client === "prisma" ? draft.receiver : (call.kind === "template" ? call.tag : call);
  if (handle === null) return false;
  const { root, links } = rawChain(handle);
  const own = namesOfHandle(draft, root, links);
  if (own.includes("$primary")) return false;
  return own.some((name) => NAMES.test(name)) || rootsOf(program, draft.at.path, draft.client === "prisma" ? handle : root).some(sendsReadsAway);
}

/** `ctx.dbRead` of `ctx.dbRead.select()…`; behind the first call and behind Drizzle's `query` stand tables. */
function namesOfHandle(draft: Draft, root: Expression, links: ReturnType<typeof rawChain>["links"]): string[] {
  const end = draft.client === "prisma" ? links.length : links.findIndex((link) => (link.args !== null && !/^\$?(?:replica|primary)$/.test(link.name)) || link.name === "query");
  const before = end < 0 ? links : links.slice(0, end);
  return [root.kind === "name" || root.kind === "local" ? root.name : "", ...before.map((link) => link.name)];
}

function rootsOf(program: Program, path: string, root: Expression): Evaluated[] {
  return root.kind === "name" || root.kind === "local" ? possibilities(unwrap(program, evaluate(program, path, root))).map((value) => unwrap(program, value)) : [];
}

function sendsReadsAway(value: Evaluated): boolean {
  const { root, links } = callChain(value);
  if (links.some((link) => link.name === "$primary")) return false;
  if (root.kind === "external" && root.name === "withReplicas" && root.package === "drizzle-orm") return true;
  return links.some((link) => link.name === "$extends" && link.args?.some(isReadReplicas) === true);
}

function isReadReplicas(value: Evaluated): boolean {
  const { root } = callChain(value);
  return root.kind === "external" && root.name === "readReplicas" && root.package === "@prisma/extension-read-replicas";
}
