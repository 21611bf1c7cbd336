import type { Expression } from "../../model/expression.ts";
import type { Database, PrismaModelMap } from "../../model/project.ts";
import { writtenType } from "../classes.ts";
import { callChain, evaluate, unwrap } from "../evaluate.ts";
import { lastName } from "../expressions.ts";
import { isInside } from "../paths.ts";
import type { CallView, Linked } from "./adapter.ts";

export type Model = PrismaModelMap[string] & { name: string };
export type PrismaTarget = { database: Database; model: Model };

const RECEIVERS = /^(?:\$?_?(?:prisma\w*|\w*[pP]risma(?:Client|Service|Tx)?)|\$?_?(?:db\w*|\w*(?:Db|DB))|tx|trx|t|transaction\w*|\w*Tx|\$?(?:replica|primary)|client|database|\w*[rR]eplica|\w*PrismaClient)$/;
const TYPES = /Prisma|TransactionClient|\bDb\b|\bDatabase\b/;

/**
 * Is a call on `receiver` one of a Prisma client's? By its name, its type as written, or what it was made from (reference §1.3 R3). The name of a
 * model's accessor behind it and the shape of the argument are asked for elsewhere.
 */
export function isPrismaReceiver(linked: Linked, { path, fact }: CallView, receiver: Expression): boolean {
  if (RECEIVERS.test(lastName(receiver)) || isMadeOfPrisma(linked, path, receiver)) return true;
  return TYPES.test(writtenType(linked.program, path, receiver, fact.function)?.text ?? "");
}

/** `new PrismaClient()`, `client.$extends(…)`, under whatever name. */
function isMadeOfPrisma(linked: Linked, path: string, receiver: Expression): boolean {
  if (receiver.kind !== "name" && receiver.kind !== "local" && receiver.kind !== "call") return false;
  const { links, root } = callChain(unwrap(linked.program, evaluate(linked.program, path, receiver)));
  return links.some((link) => link.name === "$extends") || (root.kind === "external" && root.name === "PrismaClient" && links.some((link) => link.new));
}

const models = new WeakMap<PrismaModelMap, Map<string, Model>>();

function byAccessor(map: PrismaModelMap): Map<string, Model> {
  let index = models.get(map);
  if (index === undefined) {
    index = new Map(Object.entries(map).map(([name, model]) => [model.accessor, { ...model, name }]));
    models.set(map, index);
  }
  return index;
}

export function modelOf(database: Database, accessor: string): Model | null {
  return database.prisma === null ? null : (byAccessor(database.prisma.models).get(accessor) ?? null);
}

export function modelNamed(database: Database, name: string): Model | null {
  const map = database.prisma?.models;
  const model = map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
  return model === undefined ? null : { ...model, name };
}

/** Is there any Prisma schema with a model of this accessor? */
export function isAccessor(linked: Linked, accessor: string): boolean {
  return linked.databases.some((database) => modelOf(database, accessor) !== null);
}

/**
 * The model that `receiver.accessor` is. Of several schemas: the one that the receiver's declaration leads to, else the file's own. null: none, or it
 * cannot be told.
 */
export function findModel(view: CallView, linked: Linked, receiver: Expression, accessor: string): PrismaTarget | null {
  const found = linked.databases.flatMap((database) => {
    const model = modelOf(database, accessor);
    return model === null ? [] : [{ database, model }];
  });
  if (found.length < 2) return found[0] ?? null;
  for (const path of [...declaredIn(linked, view.path, receiver), view.path]) {
    const home = linked.databaseForFile(path, "prisma");
    const own = found.find((target) => target.database === home);
    if (own !== undefined) return own;
    const inside = found.filter((target) => isInside(path, target.database.id) && target.database.id !== "");
    if (inside.length === 1) return inside[0] ?? null;
  }
  return imported(linked, view.path, found) ?? alike(found);
}

/** The schema whose package the file imports from. */
function imported(linked: Linked, path: string, found: PrismaTarget[]): PrismaTarget | null {
  const dirs = new Map(linked.program.input.databases.map((source) => [source.id, source.dir]));
  const specifiers = (linked.program.facts(path)?.code?.imports ?? []).map((item) => item.from);
  const files = [...new Set(specifiers)].flatMap((specifier) => {
    const target = linked.program.resolve(path, specifier);
    return target?.kind === "file" ? [target.path] : [];
  });
  const used = found.filter((target) => {
    const dir = dirs.get(target.database.id) ?? "";
    return dir !== "" && files.some((file) => isInside(file, dir));
  });
  return used.length === 1 ? (used[0] ?? null) : null;
}

/** Schemas that say the same of a table answer the same: any of them will do. */
function alike(found: PrismaTarget[]): PrismaTarget | null {
  const shapes = found.map(({ database, model }) => {
    const table = Object.hasOwn(database.catalog.tables, model.table) ? database.catalog.tables[model.table] : undefined;
    const keys = (table?.keys ?? []).map((key) => JSON.stringify([key.kind, key.parts, key.where, key.nullsNotDistinct])).sort();
    return JSON.stringify([model.table, model.columns, keys]);
  });
  return new Set(shapes).size === 1 ? (found[0] ?? null) : null;
}

/** Files that the receiver comes from: `prisma` imported from `../lib/db` is made there. */
function declaredIn(linked: Linked, path: string, receiver: Expression): string[] {
  let root = receiver;
  while (root.kind === "member" || root.kind === "call") root = root.kind === "member" ? root.of : root.callee;
  if (root.kind === "local") {
    const values = linked.program.facts(path)?.code?.locals[root.local]?.values ?? [];
    const [value] = values;
    return value === undefined || value.value.kind === "local" ? [] : declaredIn(linked, path, value.value);
  }
  if (root.kind !== "name") return [];
  const symbol = linked.program.lookup(path, root.name);
  return symbol === null || symbol.kind === "external" ? [] : [symbol.path];
}
