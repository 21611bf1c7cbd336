import type { Catalog, Dialect } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";

export function emptyCatalog(dialect: Dialect): Catalog {
  return { dialect, tables: {} };
}

/** Replays changes in order. `origin`: where the spans of keys and tables go. */
export function fold(catalog: Catalog, changes: readonly SchemaChange[], origin: "declared" | "built"): Catalog {
  void changes;
  void origin;
  return catalog;
}
