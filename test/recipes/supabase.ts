import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Address } from "./lab.ts";
import { BUILD, MEMBERS, packageJson, stamp, versionOf, type Draft, type RealRunner } from "./runner.ts";

const cli = join(dirname(createRequire(import.meta.url).resolve("supabase/package.json")), "dist/supabase.js");

/** The CLI knows servers by host and port only. */
async function migrate(root: string, { host, user, database }: Address): Promise<void> {
  const gate = createServer((socket) => {
    const server = connect(join(host, ".s.PGSQL.5432"));
    socket.pipe(server).pipe(socket);
    for (const [one, other] of [[socket, server], [server, socket]] as const) one.on("error", () => other.destroy());
  });
  await new Promise<void>((resolve) => void gate.listen(0, "127.0.0.1", resolve));
  const { port } = gate.address() as AddressInfo;
  const env = { PATH: process.env["PATH"], HOME: root, DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1" };
  try {
    await promisify(execFile)(process.execPath, [cli, "db", "push", "--yes", "--remote", `postgres://${user}@127.0.0.1:${port}/${database}?sslmode=disable`], { cwd: root, env });
  } finally {
    gate.close();
  }
}

const file = ({ sql }: Draft): string => sql.map((each) => `${each};\n`).join("");

const project = (drafts: Draft[]): Record<string, string> => ({
  "package.json": packageJson("supabase"),
  "supabase/config.toml": `project_id = "lab"\n`,
  ...Object.fromEntries(drafts.map((draft, index) => [`supabase/migrations/${stamp(index)}_step.sql`, file(draft)])),
});

const other = (sql: string[], refused: "25001" | null) => ({ files: project([MEMBERS, { sql, advised: false }]), refused });

export const supabase: RealRunner = {
  version: versionOf("supabase"),
  project,
  migrate,
  fixes: true,
  place: "in a migration file, where the CLI runs it by itself",
  // Starting the program takes a second.
  kinds: ["a unique constraint"],
  others: {
    "CONCURRENTLY twice, behind a setting and a DROP": other(["SET lock_timeout = '5s'", "DROP INDEX CONCURRENTLY IF EXISTS members_email_key", BUILD, BUILD.replace("_email_key", "_two")], null),
    "between BEGIN and COMMIT": other(["BEGIN", BUILD, "COMMIT"], "25001"),
  },
};
