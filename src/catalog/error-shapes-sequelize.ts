import type { ErrorTest, Handler } from "../model/project.ts";

/** Sequelize throws an error of its own and keeps the driver's as `parent` and `original` (reference §11.3). */
export function whyNeverSequelize(handler: Handler, test: ErrorTest): string | null {
  if (test.kind === "class" || (handler.thrown ?? []).some((text) => /\.(?:parent|original)\b|23505/.test(text))) return null;
  const path = test.path.join(".");
  const asks = "value" in test && /^(?:23505|ER_DUP_ENTRY|SQLITE_CONSTRAINT\w*)$/.test(test.value);
  if (path === "code" && asks) return "Sequelize throws a UniqueConstraintError, which has the code on its parent only.";
  return /^(?:constraint|constraint_name|detail)$/.test(path) ? `Sequelize throws a UniqueConstraintError, which has ${path} on its parent only.` : null;
}
