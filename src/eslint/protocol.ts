import type { Config } from "../disk/config-schema.ts";
import type { Dialect } from "../model/catalog.ts";

/** `settings.uniqlint` of an ESLint configuration. */
export type Settings = {
  /** Folder of the project, absolute or relative to ESLint's current folder; absent: it is looked for from the file upwards. */
  root?: string;
  /** A configuration file instead of the project's own (absolute or relative to the root), or what wins over it. */
  config?: string | Config;
  /** Wins over both. */
  preset?: "recommended" | "strict";
  /** Of all databases of the project. */
  dialect?: Dialect;
};

/** What a lint asks the project service. `file`: absolute; `text`: as the editor has it, without a byte order mark. */
export type Request = { cwd: string; file: string; text: string; settings: Settings };

/** A finding in the file that was asked for. Lines and columns from 1; ranges are UTF-16 offsets. */
export type Answer = {
  rule: string;
  message: string;
  start: { line: number; column: number };
  end: { line: number; column: number };
  fix: Edit[] | null;
  suggestions: { title: string; edits: Edit[] }[];
};

export type Edit = { range: [number, number]; text: string };
