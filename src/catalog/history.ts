import type { Database, Migration } from "../model/project.ts";
import type { Predicate } from "../model/catalog.ts";
import type { Statement } from "../model/statement.ts";

/**
 * Statements that ran before statement `index` of a migration, nearest first. `distance`: 0 the same file, 1 the one before it …; at most
 * ten files back, since older ones saw other rows.
 */
export function* statementsBefore(database: Database, migration: Migration, index: number): Iterable<{ statement: Statement; distance: number }> {
  for (const statement of migration.statements.slice(0, index).reverse()) yield { statement, distance: 0 };
  const position = database.migrations.indexOf(migration);
  for (let distance = 1; distance <= 10 && position - distance >= 0; distance += 1) {
    for (const statement of [...database.migrations[position - distance]!.statements].reverse()) yield { statement, distance };
  }
}

/** The migrations that rules speak of: what has run in production cannot be changed any more. All of them where nobody told what has run. */
export function pendingMigrations(database: Database): Migration[] {
  return database.migrations.filter(({ applied }) => applied !== true);
}

/** Migrations that most likely run in the same deploy, nearest first: the one before, those that are not applied either, and those of the same day where names tell it. */
export function recentMigrations(database: Database, migration: Migration): Migration[] {
  const position = database.migrations.indexOf(migration);
  const day = dayOf(migration);
  const earlier = database.migrations.slice(Math.max(0, position - 10), Math.max(0, position)).reverse();
  const apart = earlier.findIndex((other, index) => index > 0 && other.applied !== false && (day === null || dayOf(other) !== day));
  return apart < 0 ? earlier : earlier.slice(0, apart);
}

/** Its day, `20260131`, where its name tells it. */
export function dayOf({ name }: Migration): string | null {
  return /^\d{8}(?=\d{6}(?:\D|$)|\D|$)/.exec(name)?.[0] ?? /^(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(name)?.slice(1).join("") ?? null;
}

/** All comments of a migration as one line of text: sentences run over several of them. */
export function commentText(migration: Migration): string {
  return migration.comments.map((comment) => comment.text).join(" ").replace(/\s+/g, " ");
}

/** A comment tells that duplicates were looked for, or settled, or cannot be. */
export function speaksOfDuplicates(comments: string): boolean {
  return /duplicat|de-?dup|pre-?(check|flight)|already (unique|guarantee|ensure)|having count|\btable (?:is|was) (?!not\b)(?:[\w+-]+ ){0,3}?empty\b/i.test(comments.replace(/\s+/g, " ").replace(GENERATED_WARNING, ""));
}

/** What Prisma writes above every new unique key; nobody has looked at the data for that. */
const GENERATED_WARNING = /A unique constraint covering the columns .*? will be added\. If there are existing duplicate values, this will fail\./g;

/** The conjuncts of a canonical predicate: cut at each AND that stands in no parentheses and no literal. */
export function splitPredicate(predicate: Predicate): string[] {
  const { text } = predicate;
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (depth === 0 && /^ and /i.test(text.slice(at, at + 5))) {
      parts.push(text.slice(start, at));
      start = at + 5;
    }
  }
  return [...parts, text.slice(start)].map(withoutParentheses);
}

function withoutParentheses(text: string): string {
  const inner = /^\((.*)\)$/s.exec(text.trim())?.[1];
  if (inner === undefined) return text.trim();
  let depth = 0;
  for (const char of inner) {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    if (depth < 0) return text.trim();
  }
  return inner.trim();
}
