import type { Migration, Runner } from "../model/project.ts";
import type { Discovery } from "./context.ts";
import { isCode } from "./languages.ts";
import { folderOf, isWithin, nameOf } from "./paths.ts";

type Mode = Migration["transaction"];
type Setting = { said: RegExp; mode: Mode };

/**
 * Settings by which a project tells its runner what to do with transactions, as they stand in configuration files, in the code that starts the
 * runner, and in scripts (reference §13).
 */
const SETTINGS: Partial<Record<Runner, Setting[]>> = {
  knex: [{ said: /\bdisableTransactions\s*:\s*true\b/, mode: "none" }],
  kysely: [{ said: /\bdisableTransactions\s*:\s*true\b/, mode: "none" }],
  typeorm: [
    { said: /\bmigrationsTransactionMode["']?\s*:\s*["']none["']|migration:run[^"\n]*(?:--transaction|-t)[ =]none\b/, mode: "none" },
    { said: /\bmigrationsTransactionMode["']?\s*:\s*["']each["']|migration:run[^"\n]*(?:--transaction|-t)[ =]each\b/, mode: "file" },
  ],
  "mikro-orm": [
    { said: /\btransactional\s*:\s*false\b/, mode: "none" },
    { said: /\ballOrNothing\s*:\s*false\b/, mode: "file" },
  ],
  "node-pg-migrate": [{ said: /\bsingleTransaction["']?\s*:\s*false\b|--no-single-transaction\b|--single-transaction[ =]false\b/, mode: "file" }],
  "golang-migrate": [{ said: /\bx-multi-statement=true\b/, mode: "none" }],
  atlas: [
    { said: /--tx-mode[ =]none\b|\btx-mode\s*=\s*"?none\b/, mode: "none" },
    { said: /--tx-mode[ =]all\b|\btx-mode\s*=\s*"?all\b/, mode: "batch" },
  ],
};

/** What the project's own files tell its runner; null: nothing, so it does what it does by itself. `home`: folder of the program. */
export function configuredTransaction({ files }: Discovery, runner: Runner, home: string): Mode | null {
  const settings = SETTINGS[runner];
  if (settings === undefined) return null;
  for (const path of files.paths) {
    if (!isWithin(path, home) || !maySay(path)) continue;
    const text = files.text(path) ?? "";
    const found = settings.find(({ said }) => said.test(text));
    if (found !== undefined) return found.mode;
  }
  return null;
}

/** Configurations, scripts, and code whose name says that it is about the database. */
function maySay(path: string): boolean {
  const name = nameOf(path);
  if (name === "package.json" || name === "Makefile" || name === "atlas.hcl" || /\.(?:sh|ya?ml)$/.test(name)) return true;
  if (/\.json$/.test(name)) return /config/i.test(name);
  return isCode(path) && (/config|knexfile|migrat|data-?source|database|\bdb\b|orm/i.test(name) || /(?:^|\/)(?:db|database)$/i.test(folderOf(path))) && !/^\d/.test(name);
}
