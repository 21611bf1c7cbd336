import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import { filterOf, partText, readOrder, readParts } from "./dedup-parts.ts";
import { namedWindow } from "./dedup-windows.ts";
import { as, columnOf, walk } from "./nodes.ts";
import { columnPart, functionName, nameInFrom, type Duplicates, type Removal } from "./removal.ts";
import type { Scope } from "./scope.ts";

/**
 * `SET pos = s.n FROM (SELECT id, row_number() OVER (PARTITION BY x ORDER BY made) AS n FROM t) s`, or `slug || '-' || s.n`: afterwards no two
 * rows of one x have the same pos. `set`: the column that is numbered.
 */
export function readNumbered(scope: Scope, removal: Removal, targets: Tree.ResTarget[]): (Duplicates & { set: string }) | null {
  for (const query of removal.queries.filter((each) => nameInFrom(each.fromClause, removal.relation) !== null)) {
    for (const output of query.targetList ?? []) {
      const { name, val } = as(output, "ResTarget") ?? {};
      const call = rowNumberIn(val);
      const numbered = targets.find((target) => namesColumn(target.val, name ?? "row_number"));
      if (!call?.over || !numbered?.name) continue;
      const window = namedWindow(query, call.over);
      const within = readParts(scope, window.partitionClause ?? []);
      const set = numbered.name;
      return {
        grouping: within.some((part) => partText(part) === set) ? within : [...within, columnPart(set)],
        where: filterOf(scope, removal, query),
        nullsEqual: true,
        order: readOrder(scope, window.orderClause),
        ties: false,
        set,
      };
    }
  }
  return null;
}

/** `row_number() OVER …`, `row_number() OVER … - 1`. */
function rowNumberIn(value: Node | undefined): Tree.FuncCall | null {
  let found: Tree.FuncCall | null = null;
  walk(value, (kind, content) => {
    if (kind === "FuncCall" && functionName({ FuncCall: content }) === "row_number") found = content as Tree.FuncCall;
    return kind !== "SubLink";
  });
  return found;
}

function namesColumn(value: Node | undefined, name: string): boolean {
  let found = false;
  walk(value, (kind, content) => {
    if (kind === "ColumnRef") found ||= columnOf({ ColumnRef: content })?.column === name;
  });
  return found;
}
