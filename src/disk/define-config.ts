import type { Config } from "./config-schema.ts";

/** Gives a configuration file its types. A file of its own: configurations that import "uniqlint" get this one, and not the whole library. */
export function defineConfig(config: Config): Config {
  return config;
}
