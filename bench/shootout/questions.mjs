// What a case asks, and which rules of each tool answer it. A tool without an entry has no rule for the question.
// `rules`: names; `says`: part of the message that must be there as well.

const squawk = {
  lock: { rules: ["require-concurrent-index-creation", "disallowed-unique-constraint"] },
  transaction: { rules: ["ban-concurrent-index-creation-in-transaction"] },
  "if-not-exists": { rules: ["prefer-robust-stmts"] },
  "not-valid": { rules: ["constraint-missing-not-valid"] },
  refused: { rules: ["syntax-error"] },
  dialect: { rules: ["syntax-error"] },
};

export const questions = {
  lock: "Does it block the table while the key is built?",
  transaction: "Is CONCURRENTLY refused, as it runs in a transaction (25001)?",
  duplicates: "Are there rows nobody looked at for duplicates?",
  dedup: "Does the dedup group otherwise than the key?",
  retry: "Does a second run pass over an INVALID index?",
  "if-not-exists": "Is IF NOT EXISTS advised for a concurrent unique build, so that a second run passes over an INVALID index?",
  "not-valid": "Is NOT VALID advised for UNIQUE, which Postgres refuses?",
  refused: "Does Postgres refuse the statement?",
  dropped: "Does code still name the key that goes?",
  target: "Is the conflict target refused (42P10)?",
  handler: "Can the handler never run?",
  uncovered: "Can another key than the target's be violated?",
  row: "Is a row counted on that a conflict does not give?",
  dialect: "Is a file of another database read as Postgres'?",
};

/** Tool → question → matcher. */
export const answers = {
  uniqlint: {
    lock: { rules: ["require-concurrent-unique-index"] },
    transaction: { rules: ["no-concurrent-index-in-transaction"] },
    duplicates: { rules: ["require-dedup-before-unique"] },
    dedup: { rules: ["no-mismatched-dedup"] },
    retry: { rules: ["no-unverified-concurrent-index"] },
    "if-not-exists": { says: /CONCURRENTLY IF NOT EXISTS/ },
    "not-valid": { says: /\bUNIQUE\b[^.]*NOT VALID/ },
    refused: { rules: ["no-constraint-index-mixup", "no-impossible-partitioned-key"] },
    dropped: { rules: ["no-dropped-key-in-use"] },
    target: { rules: ["no-unmatched-conflict-target"] },
    handler: { rules: ["no-unreachable-conflict-handler", "no-unknown-constraint-name"] },
    uncovered: { rules: ["no-uncovered-unique-key"] },
    row: { rules: ["no-assumed-returning-row"] },
    dialect: { rules: ["unread"] },
  },
  squawk,
  "squawk in a transaction": squawk,
  pgfence: {
    lock: { rules: ["create-index-not-concurrent", "add-constraint-unique", "add-pk-without-using-index"] },
    transaction: { rules: ["concurrent-in-transaction"] },
    "if-not-exists": { rules: ["prefer-robust-create-index"] },
    refused: { rules: ["unreadable"] },
    dialect: { rules: ["unreadable"] },
  },
  "postgres-language-server": {
    lock: { rules: ["requireConcurrentIndexCreation", "disallowUniqueConstraint", "addingPrimaryKeyConstraint"] },
    transaction: { rules: ["banConcurrentIndexCreationInTransaction"] },
    "if-not-exists": { rules: ["preferRobustStmts"] },
    "not-valid": { rules: ["constraintMissingNotValid"] },
    refused: { rules: ["syntax"] },
    dialect: { rules: ["syntax"] },
  },
};

/** Does one of these messages answer the question? null: the tool has no rule for it. */
export function answer(tool, question, messages) {
  const matcher = answers[tool][question];
  if (matcher === undefined) return null;
  const { rules, says } = matcher;
  return messages.some(({ rule, message }) => (rules?.includes(rule) ?? true) && (says?.test(message) ?? true));
}
