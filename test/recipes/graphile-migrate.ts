import { createHash } from "node:crypto";
import { BUILD, FEW_KINDS, MEMBERS, packageJson, runMigrateJs, versionOf, type Draft, type RealRunner } from "./runner.ts";

const start = `const { Logger } = require("@graphile/logger");
const { migrate } = require("graphile-migrate");
module.exports = async ({ host, user, database }) => {
  const logger = new Logger(() => () => {});
  await migrate({ connectionString: "postgres:///" + database + "?user=" + user + "&host=" + encodeURIComponent(host), migrationsFolder: __dirname + "/migrations", logger });
};
`;

const body = ({ sql, advised }: Draft): string => `${advised ? "--! no-transaction\n" : ""}${sql.map((each) => `${each};\n`).join("")}`;

/** Files as `graphile-migrate commit` writes them; each names the one before by its hash. */
const committed = (bodies: string[]): Record<string, string> => {
  const files: Record<string, string> = {};
  let previous: string | null = null;
  for (const [index, text] of bodies.entries()) {
    const hash: string = `sha1:${createHash("sha1").update(`${`${previous ?? ""}\n${text.trim()}`.trim()}\n`).digest("hex")}`;
    files[`migrations/committed/00000${index + 1}.sql`] = `--! Previous: ${previous ?? "-"}\n--! Hash: ${hash}\n\n${text}`;
    previous = hash;
  }
  return { "package.json": packageJson("graphile-migrate", "pg"), "migrate.js": start, ...files };
};

const project = (drafts: Draft[]): Record<string, string> => committed(drafts.map(body));

export const graphileMigrate: RealRunner = {
  version: versionOf("graphile-migrate"),
  project,
  migrate: runMigrateJs,
  place: "alone in a file that begins with --! no-transaction",
  kinds: FEW_KINDS,
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, { sql: [BUILD], advised: false }]), refused: "25001" },
    "two statements with no-transaction": { files: project([MEMBERS, { sql: ["SELECT 1", BUILD], advised: true }]), refused: "25001" },
    "no-transaction below a comment": { files: committed([body(MEMBERS), `-- One e-mail, one member.\n--! no-transaction\n${BUILD};\n`]), refused: "25001" },
  },
};
