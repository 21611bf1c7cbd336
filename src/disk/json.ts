import { createRequire } from "node:module";
import type * as TsMorph from "ts-morph";
import { tellUnread } from "./files.ts";
import type { Files } from "./files.ts";
import { asObject } from "./values.ts";
import type { Json, JsonObject } from "./values.ts";

/** Only JSON with comments needs the compiler, which takes longer to load than many a job. */
const require = createRequire(import.meta.url);

export { asObject, asString, asStrings } from "./values.ts";
export type { Json, JsonObject } from "./values.ts";

/** Reads a JSON file that may hold comments and trailing commas; null when there is none, or (then it is in `unread`) it is broken. */
export function readJson(files: Files, path: string, limit?: number): JsonObject | null {
  const text = files.text(path, limit);
  if (text === null || text.trim() === "") return null;
  const parsed = parseJson(path, text);
  if ("problem" in parsed) {
    tellUnread(files, path, parsed.problem, parsed.offset);
    return null;
  }
  return asObject(parsed.value);
}

/** JSON with comments and trailing commas, or what is wrong with it and where. */
export function parseJson(path: string, text: string): { value: Json } | { problem: string; offset: number } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    const { ts } = require("ts-morph") as typeof TsMorph;
    const { config, error } = ts.parseConfigFileTextToJson(path, text) as { config?: Json; error?: TsMorph.ts.Diagnostic };
    if (error === undefined) return { value: config ?? null };
    return { problem: `not valid JSON: ${ts.flattenDiagnosticMessageText(error.messageText, " ")}`, offset: error.start ?? 0 };
  }
}
