/** Values out of JSON, apart from its parser: that brings the TypeScript compiler with it, which takes longer to load than many a job. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function asString(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A string or a list of strings; anything else gives nothing. */
export function asStrings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}
