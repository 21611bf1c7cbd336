import type { Node } from "libpg-query";
import type { Dedup } from "../../model/statement.ts";
import type { Scope } from "./scope.ts";

/** A removal of duplicates; null: the statement is none. */
export function readDedup(_scope: Scope, _node: Node): Dedup | null {
  return null;
}
