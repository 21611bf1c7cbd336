import type { Check, Table } from "../model/catalog.ts";
import type { NewCheck } from "../model/schema-change.ts";
import { defaultCheckName } from "./default-names.ts";
import { hasConstraint } from "./fold-keys.ts";
import { cutName } from "./names.ts";
import { childrenOf, putTable, refuse, type Session } from "./session.ts";

/** Adds a CHECK constraint, with Postgres' default name where it has none. */
export function addCheckTo(session: Session, table: Table, check: NewCheck): Table {
  const name = check.name === null ? defaultCheckName(session, table, check) : cutName(check.name);
  if (hasConstraint(table, name)) refuse(session, "42710");
  else putCheck(session, table, { ...check, name });
  return session.tables[table.id] ?? table;
}

/** Tables below get it under the same name, unless they have it. */
export function putCheck(session: Session, table: Table, check: Check): void {
  putTable(session, { ...table, checks: [...table.checks, check] });
  if (check.local) return;
  for (const child of childrenOf(session, table.id)) if (!child.checks.some((one) => one.name === check.name)) putCheck(session, child, { ...check, inherited: true });
}

export function removeCheck(session: Session, table: Table, check: Check, below: boolean): void {
  putTable(session, { ...table, checks: table.checks.filter((one) => one !== check) });
  for (const child of childrenOf(session, table.id)) {
    const same = child.checks.find((one) => one.name === check.name);
    if (!same?.inherited || checkGiven(session, child, check.name)) continue;
    if (below) removeCheck(session, child, same, true);
    else putTable(session, { ...child, checks: child.checks.map((one) => (one === same ? asOwn(one) : one)) });
  }
}

/** Is there a parent from which the table inherits this CHECK constraint? */
export function checkGiven(session: Session, table: Table, name: string): boolean {
  return (table.parents ?? []).some((id) => session.tables[id]?.checks.some((one) => one.name === name && !one.local) === true);
}

export function asOwn<T extends { inherited?: true }>({ inherited: _inherited, ...rest }: T): Omit<T, "inherited"> {
  return rest;
}
