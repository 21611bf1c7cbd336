import { join } from "node:path";
import { createSyncFn } from "synckit";
import type { Answer, Request } from "./protocol.ts";

/** More than any first lint takes; without an end, a worker that died would leave ESLint waiting for ever. */
const LONGEST = 15 * 60 * 1000;

/**
 * The findings of one file. Blocks until the project service has answered: ESLint's rules are synchronous, and Postgres' parser and configuration
 * files load asynchronously. The service is a thread of its own that starts at the first call and does not keep the process alive.
 */
export function ask(request: Request): Answer[] {
  const call = createSyncFn<(request: Request) => Promise<Answer[]>>(join(import.meta.dirname, "worker.js"), { timeout: LONGEST });
  return call(request);
}
