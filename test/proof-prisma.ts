import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import type { Address, CodeModule } from "./proof-sessions.ts";

type Client = { $disconnect(): Promise<void> };
type Runtime = { getPrismaClient(config: object): new (options: { adapter: PrismaPg }) => Client };

/** Part of Node, but of no type library that this project loads. */
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object } };

const require = createRequire(import.meta.url);
const COMPILER = "@prisma/client/runtime/query_compiler_fast_bg.postgresql";

/**
 * A JavaScript session with a Prisma client, `prisma`, of these models. What `prisma generate` would write is made here, for Prisma's command
 * line downloads an engine that the client has no use for.
 *
 * `models`: as in schema.prisma, one block each, fields of scalar types only.
 */
export function openPrisma(models: string): CodeModule["open"] {
  const { getPrismaClient } = require("@prisma/client/runtime/client") as Runtime;
  const { version } = require("@prisma/client/package.json") as { version: string };
  const PrismaClient = getPrismaClient({
    previewFeatures: [],
    clientVersion: version,
    engineVersion: version,
    activeProvider: "postgresql",
    inlineSchema: `datasource db {\n  provider = "postgresql"\n}\n${models}`,
    runtimeDataModel: { models: readModels(models), enums: {}, types: {} },
    // Which values of a query are parameters of a plan that can be kept; nothing but zeros: none is kept.
    parameterizationSchema: { strings: [], graph: "A".repeat(88) },
    compilerWasm: {
      getRuntime: async () => require(`${COMPILER}.js`) as object,
      getQueryCompilerWasmModule: async () => {
        const { wasm } = require(`${COMPILER}.wasm-base64.js`) as { wasm: string };
        return new WebAssembly.Module(Buffer.from(wasm, "base64"));
      },
      importName: "./query_compiler_fast_bg.js",
    },
  });
  return async (address: Address) => {
    const prisma = new PrismaClient({ adapter: new PrismaPg(address) });
    return { scope: { prisma }, close: () => prisma.$disconnect() };
  };
}

function readModels(models: string): object {
  const blocks = [...models.matchAll(/^model (\w+) \{\n([^}]*)\}/gm)];
  const fieldsOf = (body: string): object[] => [...body.matchAll(/^ +(\w+) +(\w+)/gm)].map(([, name, type]) => ({ name, kind: "scalar", type }));
  return Object.fromEntries(blocks.map(([, name, body = ""]) => [name ?? "", { dbName: null, schema: null, fields: fieldsOf(body) }]));
}
