import type { Config, ConfigBlock } from "@loancrate/prisma-schema-parser";
import type { PrismaFacts } from "../../model/prisma.ts";
import type { Span } from "../../model/span.ts";
import { itemsOf, stringOf, wordOf } from "./arguments.ts";

/** `datasource db { … }`. An `env("…")` value is not known. */
export function readDatasource(block: ConfigBlock, at: Span): NonNullable<PrismaFacts["datasource"]> {
  return {
    provider: firstString(block, "provider"),
    relationMode: firstString(block, "relationMode") ?? legacyRelationMode(block),
    schemas: strings(block, "schemas"),
    at,
  };
}

/** `generator client { … }`. */
export function readGenerator(block: ConfigBlock): PrismaFacts["generators"][number] {
  return {
    name: block.name.value,
    provider: firstString(block, "provider"),
    output: firstString(block, "output"),
    previewFeatures: strings(block, "previewFeatures"),
    engineType: firstString(block, "engineType"),
  };
}

/** Called `referentialIntegrity` before Prisma 4.5. */
function legacyRelationMode(block: ConfigBlock): string | null {
  return firstString(block, "referentialIntegrity");
}

function firstString(block: ConfigBlock, name: string): string | null {
  return strings(block, name)[0] ?? null;
}

function strings(block: ConfigBlock, name: string): string[] {
  const config = block.members.find((member): member is Config => member.kind === "config" && member.name.value === name);
  return itemsOf(config?.value ?? null).flatMap((item) => stringOf(item) ?? wordOf(item) ?? []);
}
