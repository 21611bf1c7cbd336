// Joins the compiled modules of each thing that is started into few files, as loading hundreds of them takes Node longer than the work of a small commit.
// The others stay beside them for the scripts of this repository; the package holds only what is started.
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const compiled = join(dirname(fileURLToPath(import.meta.url)), "../dist/src");
const plugin = join(compiled, "eslint/plugin.js");
const shared = { bundle: true, platform: "node", target: "node20", packages: "external", logLevel: "warning" };

// The CommonJS form of the ESLint plugin: `require` of an ES module warns or fails in some versions of Node 20 and 22. The thread that it asks (worker.js)
// is an ES module in both forms.
await build({
  ...shared,
  entryPoints: [plugin],
  outfile: join(compiled, "eslint/plugin.cjs"),
  format: "cjs",
  define: { "import.meta.dirname": "__dirname" },
  footer: { js: "module.exports = module.exports.default;" },
});
writeFileSync(
  join(compiled, "eslint/plugin.d.cts"),
  'import type uniqlint from "./plugin.js" with { "resolution-mode": "import" };\ndeclare const plugin: typeof uniqlint;\nexport = plugin;\n',
);

rmSync(join(compiled, "chunks"), { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: [plugin, ...["cli/main.js", "eslint/worker.js", "index.js", "disk/define-config.js"].map((path) => join(compiled, path))],
  outdir: compiled,
  outbase: compiled,
  allowOverwrite: true,
  format: "esm",
  splitting: true,
  // As deep as the modules themselves: what they find beside and above them is where it was.
  chunkNames: "chunks/[name]-[hash]",
});
