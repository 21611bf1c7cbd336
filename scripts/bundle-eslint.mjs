// Writes the CommonJS form of the ESLint plugin beside the compiled one: `require` of an ES module warns or fails in some versions of Node 20 and 22.
// The thread that it asks (worker.js) is an ES module in both forms.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../dist/src/eslint");

await build({
  entryPoints: [join(folder, "plugin.js")],
  outfile: join(folder, "plugin.cjs"),
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  packages: "external",
  define: { "import.meta.dirname": "__dirname" },
  footer: { js: "module.exports = module.exports.default;" },
  logLevel: "warning",
});
writeFileSync(
  join(folder, "plugin.d.cts"),
  'import type uniqlint from "./plugin.js" with { "resolution-mode": "import" };\ndeclare const plugin: typeof uniqlint;\nexport = plugin;\n',
);
