import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { resolveBinary } from "dbmate";
import { BUILD, MEMBERS, packageJson, stamp, versionOf, type Draft, type RealRunner } from "./runner.ts";

const file = ({ sql, advised }: Draft, option = advised ? " transaction:false" : ""): string => `-- migrate:up${option}\n${sql.map((each) => `${each};\n`).join("")}\n-- migrate:down\n`;

const project = (drafts: Draft[]): Record<string, string> => ({
  "package.json": packageJson("dbmate"),
  ...Object.fromEntries(drafts.map((draft, index) => [`db/migrations/${stamp(index)}_step.sql`, file(draft)])),
});

export const dbmate: RealRunner = {
  version: versionOf("dbmate"),
  project,
  migrate: (root, { host, user, database }) =>
    promisify(execFile)(resolveBinary(), ["--url", `postgres://${user}@/${database}?socket=${encodeURIComponent(host)}`, "--no-dump-schema", "migrate"], { cwd: root }),
  fixes: true,
  place: "alone in a file with transaction:false after -- migrate:up",
  others: {
    "CONCURRENTLY in a migration like any other": { files: project([MEMBERS, { sql: [BUILD], advised: false }]), refused: "25001" },
    "two statements with transaction:false": { files: project([MEMBERS, { sql: ["SELECT 1", BUILD], advised: true }]), refused: "25001" },
  },
};
