import type { Node } from "libpg-query";
import type * as Tree from "libpg-query";
import type { QualifiedName } from "../../model/schema-change.ts";

type KindOf<N> = N extends N ? keyof N : never;
/** Names of the tree's node types, e.g. `InsertStmt`. */
export type NodeKind = KindOf<Node>;
export type NodeOf<K extends NodeKind> = Extract<Node, Record<K, unknown>>[K];

/** The node's content when it is of that kind. */
export function as<K extends NodeKind>(node: Node | null | undefined, kind: K): NodeOf<K> | undefined {
  return node && kind in node ? (node as unknown as Record<K, NodeOf<K>>)[kind] : undefined;
}

/** The kind of a node and its content, for dispatch. */
export function kindOf(node: Node): NodeKind {
  return Object.keys(node)[0] as NodeKind;
}

/** The text of a String node. */
export function nameOf(node: Node | undefined): string | null {
  return as(node, "String")?.sval ?? null;
}

export function namesOf(nodes: Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => nameOf(node) ?? []);
}

/** The last of a list of String nodes: a name without its schema. */
export function lastName(nodes: Node[] | undefined): string | null {
  return namesOf(nodes).at(-1) ?? null;
}

export function tableName(range: Tree.RangeVar | undefined): QualifiedName {
  return { schema: range?.schemaname ?? null, name: range?.relname ?? "" };
}

/** `schema.name` given as a list of String nodes. */
export function qualifiedName(nodes: Node[] | undefined): QualifiedName {
  const names = namesOf(nodes);
  return { schema: names.at(-2) ?? null, name: names.at(-1) ?? "" };
}

/** `a` or `t.a`; null for `*` and what is no column. */
export function columnOf(node: Node | undefined): { table: string | null; column: string } | null {
  const fields = as(node, "ColumnRef")?.fields;
  if (!fields || fields.some((field) => !("String" in field))) return null;
  const names = namesOf(fields);
  const column = names.at(-1);
  return column === undefined ? null : { table: names.at(-2) ?? null, column };
}

/** Visits every node of a tree, the given one first; `false` from the visitor leaves out what is below. */
export function walk(value: unknown, visit: (kind: string, content: Record<string, unknown>) => boolean | void): void {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (Array.isArray(next)) {
      for (let i = next.length - 1; i >= 0; i--) pending.push(next[i]);
    } else if (next !== null && typeof next === "object") {
      const entries: [string, unknown][] = Object.entries(next);
      for (let i = entries.length - 1; i >= 0; i--) {
        const [key, content] = entries[i] ?? ["", null];
        if (content === null || typeof content !== "object") continue;
        if (/^[A-Z]/.test(key) && !Array.isArray(content) && visit(key, content as Record<string, unknown>) === false) continue;
        pending.push(content);
      }
    }
  }
}

/** The smallest location below a node: where its text starts. */
export function firstLocation(value: unknown): number | null {
  let first: number | null = null;
  const look = (v: unknown): void => {
    if (v === null || typeof v !== "object") return;
    for (const [key, content] of Object.entries(v)) {
      if (key === "location" && typeof content === "number" && content >= 0) first = first === null ? content : Math.min(first, content);
      else if (typeof content === "object") look(content);
    }
  };
  look(value);
  return first;
}

const spelled: Record<string, string> = {
  int4: "integer", int8: "bigint", int2: "smallint", bool: "boolean", float4: "real", float8: "double precision", bpchar: "char", int: "integer",
};

/** A type's name in lower case, e.g. `varchar(20)`, `text[]`, `timestamptz`; short names spelled out; schema only where it is no system one. */
export function typeText(type: Tree.TypeName | undefined): string | null {
  const names = namesOf(type?.names);
  const last = names.at(-1);
  if (!type || last === undefined) return null;
  const schema = names.length > 1 && names[0] !== "pg_catalog" && names[0] !== "public" ? `${names[0]}.` : "";
  const mods = (type.typmods ?? []).flatMap((mod) => as(mod, "A_Const")?.ival?.ival ?? []);
  const withMods = mods.length > 0 && last !== "interval" ? `(${mods.join(",")})` : "";
  const isDefaultChar = last === "bpchar" && mods.length === 1 && mods[0] === 1;
  const name = spelled[last] ?? last;
  return `${schema}${name}${isDefaultChar ? "" : withMods}${"[]".repeat(type.arrayBounds?.length ?? 0)}`;
}
