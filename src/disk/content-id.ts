import { createHash } from "node:crypto";
import { statSync } from "node:fs";

/** What was written in the last seconds may be written again without another time: file systems count in steps of up to two. */
const SETTLED = 2000;

/** Names a content: equal digests are equal bytes. */
export function digestOf(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("base64url");
}

/**
 * Changes whenever a file is written or put in another's place: its times, size and number. null: it is no file, or so new that the next change may leave
 * all of these as they are; then only its content tells.
 */
export function stampOf(file: string): string | null {
  try {
    const now = Date.now();
    const { mtimeNs, ctimeNs, mtimeMs, ctimeMs, size, ino } = statSync(file, { bigint: true });
    const isSettled = Number(mtimeMs) < now - SETTLED && Number(ctimeMs) < now - SETTLED;
    return isSettled ? [mtimeNs, ctimeNs, size, ino].map((each) => each.toString(36)).join(".") : null;
  } catch {
    return null;
  }
}
