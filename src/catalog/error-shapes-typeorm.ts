import type { ErrorTest } from "../model/project.ts";
import type { NeverTrue } from "./error-shapes-prisma.ts";

/**
 * TypeORM throws a QueryFailedError: what pg says of the error (code, constraint, detail, table) stands on it and on its `driverError`, in 0.3 and 1.x
 * alike; it has no cause (reference §10.3).
 */
export function whyNeverTypeorm(test: ErrorTest): NeverTrue | null {
  if (test.kind === "class") return null;
  const path = test.path.join(".");
  const wrapper = /^(cause|original|parent|originalError|nativeError)\./.exec(path)?.[1];
  if (wrapper !== undefined) return { why: `TypeORM throws a QueryFailedError, which has no ${wrapper}: what the driver says stands on the error itself and on its driverError.`, by: "path", sure: true };
  if (/^(?:driverError\.)?constraint_name$/.test(path)) return { why: "pg, which TypeORM runs on, puts the key's name into constraint.", by: "path", sure: true };
  return null;
}
