/**
 * Postgres' words for the SQLSTATEs that rules name (reference §2.6; https://www.postgresql.org/docs/current/errcodes-appendix.html).
 * Where one code has several messages, the condition's name stands.
 */
const answers: Record<string, string> = {
  "0A000": "feature not supported",
  "21000": "ON CONFLICT DO UPDATE command cannot affect row a second time",
  "23502": "null value in column violates not-null constraint",
  "23503": "update or delete on table violates foreign key constraint",
  "23505": "duplicate key value violates unique constraint",
  "25001": "cannot run inside a transaction block",
  "25P02": "current transaction is aborted, commands ignored until end of transaction block",
  "2BP01": "cannot drop it because other objects depend on it",
  "40001": "could not serialize access due to concurrent update",
  "42601": "syntax error",
  "42703": "column does not exist",
  "42704": "constraint or index does not exist",
  "42809": "wrong object type",
  "42P01": "relation does not exist",
  "42P07": "relation already exists",
  "42P10": "there is no unique or exclusion constraint matching the ON CONFLICT specification",
  "55000": "object not in prerequisite state",
  "55P03": "could not obtain lock",
};

/** `Postgres: 42P10 there is no unique …`; the code alone when its words are not known. */
export function describeSqlstate(sqlstate: string): string {
  const words = answers[sqlstate];
  return words === undefined ? `Postgres: ${sqlstate}` : `Postgres: ${sqlstate} ${words}`;
}
