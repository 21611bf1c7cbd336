import { databaseOf, isPassedOver, isSerialized, describeColumns, keysViolatedBy, partColumns, placeOfColumn, provesAbsence, tableOf, tableTitle, versionsOfTable } from "../src/catalog/lookup.ts";
import type { Column, Table } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Project, Site, Value } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

export const requireUniqueExternalId: Rule = {
  name: "require-unique-external-id",
  family: "assumed",
  summary: "Require a unique key on columns that hold another system's identifier",
  why: "Other systems send the same thing again; without a key every retry of a webhook or import stores another row.",
  fix: "Declare a unique key on the column, together with its scope (team, provider), partial where the identifier may be missing.",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    const evidence = collectEvidence(project, options);
    for (const found of evidence.values()) {
      const { database, table, column } = found;
      if (isCovered(database, table, column) || !provesAbsence(database, table)) continue;
      const at = placeOfColumn(table, column) ?? found.site.at;
      yield describe(found, at);
    }
  },
};

type Evidence = { database: Database; table: Table; column: Column; site: Site; how: "written" | "looked up" };

/** Names that say: this is the row's name in another system. */
const OWN_NAME_ELSEWHERE = /(^|_)external_(id|ref|reference|key|uid)$|_sid$|^source_(record|row|item|system)_?(id|ref|key)$|(^|_)idempotency_key$|^(provider|gateway|carrier|remote|upstream)_(message|event|call|record|item|order|transaction|payment)_(id|ref)$|^(stripe|paypal|checkout|paddle|razorpay)_(checkout_)?(session|event|payment_intent|charge|refund|invoice|transaction)_id$|^(webhook|stripe|github|provider)_(event|delivery)_id$/;
/** Names that may also be a reference to something that many rows share: only a look-up of one row shows which. */
const MAYBE_SHARED = /^(provider|remote|upstream|gateway|third_party)_id$|^message_id$|^provider_.+_id$|^(stripe|paypal|twilio|shopify|github|gitlab|slack|google|hubspot|salesforce|square|plaid|paddle|lemon_squeezy|workos|clerk|auth0)_(.+_)?(id|key|ref)$/;
/** Of one of the things that a message is about. */
const NAME_OF_A_THING = /_(?:payment_intent|charge|refund|invoice|transaction|payment|order|item|session|call|record)_(?:id|ref)$/;
const LOGS = /(^|_)(audit|log|logs|history|histories|archive|archived|snapshots?|backup|staging)(_|$)|_(audit|log|logs|history)$/;

function collectEvidence(project: Project, options: RuleOptions): Map<string, Evidence> {
  const found = new Map<string, Evidence>();
  for (const site of project.sites) {
    if (isPassedOver(site, options)) continue;
    const table = tableOf(project, site);
    const database = databaseOf(project, site.database);
    if (!table || !database || table.kind !== "table" || LOGS.test(toSnake(table.name))) continue;
    for (const { column, how } of columnsIn(project, site, table)) {
      const key = `${database.id} ${table.id} ${column.name}`;
      if (!found.has(key)) found.set(key, { database, table, column, site, how });
    }
  }
  return found;
}

function* columnsIn(project: Project, site: Site, table: Table): Iterable<{ column: Column; how: Evidence["how"] }> {
  if (site.kind === "insert") yield* writtenIn(project, site, table);
  if (site.kind !== "lookup" || (site.lookup !== "one" && site.lookup !== "exists") || site.ordered || !site.match) return;
  for (const item of site.match) {
    const column = findCandidate(table, item.column);
    if (!column || item.value.origin === "literal" || item.value.origin === "null") continue;
    // Beside the identifier only its scope may be compared, or the row is found by something else.
    const others = site.match.filter((other) => other !== item);
    const scoped = others.every((other) => isScope(table, other.column) || other.value.origin === "literal");
    if (scoped && isIdentifierName(table, column, others.length)) yield { column, how: "looked up" };
  }
}

/** Identifiers that come again when the thing is sent again. */
function* writtenIn(project: Project, site: Site, table: Table): Iterable<{ column: Column; how: Evidence["how"] }> {
  if (!REDELIVERED.has(site.entry) || isSerialized(site) || isChecked(project, site)) return;
  // What is sent again meets another key of the table.
  if (keysViolatedBy(table, site).some((key) => partColumns(key).some((column) => isSent(site, column)))) return;
  const found = (site.columns ?? []).flatMap((item) => {
    const column = findCandidate(table, item.column);
    return column && OWN_NAME_ELSEWHERE.test(toSnake(column.name)) && comesFromOutside(item.value) ? [column] : [];
  });
  // Of several, those of other things (the payment, the invoice) are references.
  const own = found.length > 1 ? found.filter((column) => !NAME_OF_A_THING.test(toSnake(column.name))) : found;
  for (const column of own) yield { column, how: "written" };
}

const REDELIVERED: ReadonlySet<Site["entry"]> = new Set<Site["entry"]>(["webhook", "import", "consumer", "job"]);

/** It is inserted only when a look-up has found no such row; whether that is enough is no-check-then-insert's question. */
function isChecked(project: Project, site: Site): boolean {
  return site.guards.some((guard) => guard.kind === "lookup" && guard.when === "absent" && project.sites[guard.site]?.table === site.table);
}

function isSent(site: Site, column: string): boolean {
  const value = site.columns?.find((item) => item.column === column)?.value;
  return value !== undefined && comesFromOutside(value);
}

function isIdentifierName(table: Table, column: Column, others: number): boolean {
  const name = toSnake(column.name);
  return OWN_NAME_ELSEWHERE.test(name) || (others === 0 && MAYBE_SHARED.test(name) && !namesAnother(table, name));
}

/** `stripe_customer_id` of a table that has `stripe_subscription_id` too and is called subscriptions: many rows have one customer. */
function namesAnother(table: Table, name: string): boolean {
  const [, provider = ""] = /^([a-z]+)_.+_(?:id|key|ref)$/.exec(name) ?? [];
  const noun = toSnake(table.name).replace(/s$/, "");
  return provider !== "" && !name.includes(noun) && table.columns.some((column) => toSnake(column.name).startsWith(`${provider}_`) && toSnake(column.name).includes(noun));
}

function comesFromOutside(value: Value): boolean {
  return value.origin === "external" || value.origin === "parameter";
}

/** A column that could hold another system's identifier: text or number, not made here, not a reference to an own table. */
function findCandidate(table: Table, name: string): Column | null {
  const column = table.columns.find((item) => item.name === name);
  if (!column || column.generated || column.default?.fresh) return null;
  if (isPolymorphic(table, toSnake(name))) return null;
  if (column.type !== null && !/text|char|uuid|int|serial|string|numeric|decimal/i.test(column.type)) return null;
  return table.foreignKeys.some((key) => key.columns.includes(name)) ? null : column;
}

/** `source_row_id` beside `source_kind`: the id of a row in whichever own table the other column names. */
function isPolymorphic(table: Table, name: string): boolean {
  return /^source_\w+_(?:id|ref|key)$/.test(name) && table.columns.some((other) => /^source_(?:kind|type|table|model|entity)$/.test(toSnake(other.name)));
}

function isScope(table: Table, name: string): boolean {
  return table.foreignKeys.some((key) => key.columns.includes(name)) || /(^|_)(org|organi[sz]ation|team|tenant|workspace|account|user|project|provider|source|integration|environment|app|store|shop)(_?id)?$/i.test(toSnake(name));
}

function isCovered(database: Database, table: Table, column: Column): boolean {
  return versionsOfTable(database, table.id).some((version) => version.keys.some((key) => partColumns(key).includes(column.name)));
}

function describe({ table, column, site, how }: Evidence, at: Problem["at"]): Problem {
  const title = tableTitle(table.id);
  const source = how === "looked up" ? "code looks a row up by it as if there were one" : `it is written from ${sourceOf(site)}`;
  const effect =
    how === "looked up" ? "a second row with the same value can be stored, and the look-up then answers with either of them" : "when the same thing is sent again, the database stores a second row";
  return {
    message: `${title} ${describeColumns([column.name])} holds another system's identifier and ${source}, but it is in no unique key: ${effect}.`,
    at,
    see: [{ at: site.at, message: how === "looked up" ? "looked up here as one row" : "written here" }],
    table: table.id,
    columns: [column.name],
    sqlstate: null,
  };
}

function sourceOf(site: Site): string {
  switch (site.entry) {
    case "webhook":
      return "a webhook, which is delivered again until it is acknowledged";
    case "import":
      return "imported rows";
    case "consumer":
      return "messages of a queue";
    case "job":
      return "a job's input, which runs again when it fails";
    default:
      return "data from outside";
  }
}

function toSnake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
