import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { Dedup } from "../../model/statement.ts";
import { readGrouped } from "./dedup-groups.ts";
import { readNumbered } from "./dedup-numbers.ts";
import { readPaired } from "./dedup-pairs.ts";
import { readRebuild } from "./dedup-rebuild.ts";
import { as, tableName, walk } from "./nodes.ts";
import type { Removal } from "./removal.ts";
import { spanOf, type Scope } from "./scope.ts";

/**
 * A removal of duplicates: DELETE or UPDATE whose rows are chosen by comparing a table with itself (a pair of aliases, EXISTS), by
 * ROW_NUMBER() over a partition, or by groups (NOT IN (SELECT min(id) … GROUP BY), HAVING count(*) > 1, DISTINCT ON); an UPDATE that numbers
 * the rows of each group; a table made or filled with one row of each. null: it is none.
 */
export function readDedup(scope: Scope, node: Node): Dedup | null {
  const remove = as(node, "DeleteStmt");
  const update = as(node, "UpdateStmt");
  const relation = (remove ?? update)?.relation;
  if (!relation) return readRebuild(scope, node);
  const removal: Removal = {
    relation,
    own: relation.alias?.aliasname ?? relation.relname ?? "",
    from: remove?.usingClause ?? update?.fromClause ?? [],
    where: (remove ?? update)?.whereClause,
    queries: findQueries(scope, node),
    deletes: remove !== undefined,
    loop: false,
  };
  const duplicates = readPaired(scope, removal) ?? readGrouped(scope, removal) ?? readGrouped(scope, { ...removal, queries: scope.source.loops ?? [], loop: true });
  const targets = (update?.targetList ?? []).flatMap((target) => as(target, "ResTarget") ?? []);
  const at = spanOf(scope, scope.start, scope.end);
  if (!duplicates) {
    const numbered = readNumbered(scope, removal, targets);
    if (!numbered) return null;
    const { set, ...found } = numbered;
    return { table: tableName(relation), action: "number", ...found, sets: [set], at };
  }
  const nulls = targets.filter((target) => as(target.val, "A_Const")?.isnull);
  const nulled = targets.length > 0 && nulls.length > 0;
  return {
    table: tableName(relation),
    action: remove ? "delete" : nulled ? "null" : "change",
    ...duplicates,
    sets: (nulled ? nulls : targets).flatMap((target) => target.name ?? []),
    at,
  };
}

/** Every SELECT below a statement; of temporary tables and CTEs that it names, theirs too. */
function findQueries(scope: Scope, node: Node): Tree.SelectStmt[] {
  const found: Tree.SelectStmt[] = [];
  const seen = new Set<string>();
  const search = (value: unknown): void => {
    walk(value, (kind, content) => {
      if (kind === "SelectStmt") found.push(content);
      if (kind !== "RangeVar") return;
      const name = (content as Tree.RangeVar).relname ?? "";
      const made = scope.source.temporary?.get(name);
      if (made && !seen.has(name)) {
        seen.add(name);
        search(made);
      }
    });
  };
  search(node);
  return found;
}
