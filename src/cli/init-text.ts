import type { DatabaseSource } from "../model/input.ts";
import { plural } from "../report/pretty.ts";

export type Surroundings = {
  typescript: boolean;
  /** The name of ESLint's flat configuration; null: there is none. */
  eslint: string | null;
  hooks: "husky" | "lefthook" | "pre-commit" | null;
  server: "github" | "gitlab" | null;
};

/** `packages/db: drizzle 0.44, 2 schema files, 12 migrations run by drizzle`. */
export function describeDatabase({ id, orm, ormVersion, dialect, schemaFiles, migrations }: DatabaseSource): string {
  const files = migrations.reduce((sum, list) => sum + list.files.length, 0);
  const runners = [...new Set(migrations.map(({ runner }) => runner))].filter((runner) => runner !== "unknown");
  return [
    `${id}: ${orm === "sql" ? "SQL" : orm}${ormVersion === null ? "" : ` ${ormVersion}`}${dialect === "postgres" ? "" : ` (${dialect})`}`,
    ...(schemaFiles.length > 0 ? [plural(schemaFiles.length, "schema file")] : []),
    ...(files > 0 ? [`${plural(files, "migration")}${runners.length > 0 ? ` run by ${runners.join(" and ")}` : ""}`] : []),
  ].join(", ");
}

/** The first configuration: what was found as comments, and what most people come to want. */
export function configText(databases: DatabaseSource[], lastMigration: string | null): string {
  const [first] = databases;
  const applied = lastMigration === null ? '"0042_add_email"' : JSON.stringify(lastMigration);
  return `import { defineConfig } from "uniqlint";

export default defineConfig({
  // "strict" runs every rule.
  preset: "recommended",

  // Levels of single rules: "off", "warning" or "error". \`uniqlint rules\` lists them.
  rules: {},

  // Migrations that have run in production cannot be changed any more: name the last one, and only later ones are judged.
  // migrations: { appliedThrough: ${applied} },

  // Found without being told (\`uniqlint schema\` prints the tables and keys):
${databases.map((database) => `  //   ${describeDatabase(database)}`).join("\n")}
  // What is wrong about it can be said here.
  // databases: { ${JSON.stringify(first?.id ?? ".")}: { runner: "psql" } },
});
`;
}

/** What to do next, for the tools that are there; an idea of each kind where there are none. */
export function nextSteps({ eslint, hooks, server }: Surroundings): { title: string; lines: string[] }[] {
  return [
    { title: "Now", lines: ["npx uniqlint", "npx uniqlint --baseline uniqlint-baseline.json --update-baseline   # accept what is there, and see only what is new"] },
    { title: "In the editor", lines: [`${eslint ?? "eslint.config.js"}:`, '  import uniqlint from "uniqlint/eslint";', "  export default [ …, ...uniqlint.configs.recommended ];"] },
    { title: "At a commit", lines: hookLines(hooks) },
    { title: "In the build", lines: serverLines(server) },
  ];
}

function hookLines(hooks: Surroundings["hooks"]): string[] {
  if (hooks === "pre-commit") return [".pre-commit-config.yaml: see docs/hooks.md"];
  if (hooks === "lefthook") return ["lefthook.yml:", "  pre-commit:", "    commands:", "      uniqlint:", "        run: npx uniqlint --staged"];
  return [".husky/pre-commit:", "  npx uniqlint --staged"];
}

function serverLines(server: Surroundings["server"]): string[] {
  if (server === "gitlab") return [".gitlab-ci.yml:", "  npx uniqlint --since origin/$CI_DEFAULT_BRANCH --report gitlab=gl-code-quality-report.json", "  (the whole job: docs/ci.md)"];
  return ["a step of a workflow, after actions/checkout with fetch-depth: 0:", "  npx uniqlint --since origin/${{ github.base_ref }}", "  (the whole job: docs/ci.md)"];
}
