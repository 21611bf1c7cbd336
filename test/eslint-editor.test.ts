import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

type Diagnostic = { code: string; range: { start: { line: number; character: number } }; codeDescription: { href: string } };

const repository = join(import.meta.dirname, "..");

/** A project with the compiled plugin; `npm test` builds first. */
function makeProject(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "uniqlint-editor-")));
  cpSync(join(repository, "fixtures/incidents/tenant-reference/before"), root, { recursive: true });
  mkdirSync(join(root, "node_modules"));
  symlinkSync(repository, join(root, "node_modules/uniqlint"));
  for (const name of ["eslint", "typescript-eslint"]) symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
  writeFileSync(
    join(root, "eslint.config.mjs"),
    `import tseslint from "typescript-eslint";
import uniqlint from "uniqlint/eslint";
export default [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, ...uniqlint.configs.recommended];\n`,
  );
  return root;
}

test("the language server of VS Code shows what is wrong in the open text", async () => {
  const root = makeProject();
  const server = spawn(process.execPath, [join(repository, "node_modules/vscode-langservers-extracted/bin/vscode-eslint-language-server"), "--stdio"], { cwd: root });
  const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const folder = { uri: pathToFileURL(root).href, name: "project" };
  // As the extension sends them.
  const settings = {
    validate: "on", run: "onType", packageManager: "npm", useESLintClass: true, experimental: {}, workingDirectory: { directory: root }, workspaceFolder: folder, nodePath: null,
    codeAction: { disableRuleComment: { enable: true, location: "separateLine" }, showDocumentation: { enable: true } }, codeActionOnSave: { enable: false, mode: "all" },
    format: false, quiet: false, onIgnoredFiles: "off", options: {}, rulesCustomizations: [], problems: { shortenToSingleLine: false },
  };
  connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => settings));
  connection.onRequest((method) => (method === "eslint/confirmESLintExecution" ? 4 : null));
  connection.listen();
  const diagnose = async (uri: string): Promise<Diagnostic[]> => (await connection.sendRequest<{ items: Diagnostic[] }>("textDocument/diagnostic", { textDocument: { uri } })).items;
  const show = (diagnostics: Diagnostic[]): string[] => diagnostics.map(({ code, range: { start } }) => `${start.line + 1}:${start.character + 1} ${code}`);
  try {
    await connection.sendRequest("initialize", { processId: process.pid, rootUri: folder.uri, workspaceFolders: [folder], capabilities: { workspace: { configuration: true, workspaceFolders: true }, textDocument: {} } });
    await connection.sendNotification("initialized", {});
    const uri = pathToFileURL(join(root, "src/lib/tenants.ts")).href;
    const text = readFileSync(join(root, "src/lib/tenants.ts"), "utf8");
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text } });
    const found = await diagnose(uri);
    expect(show(found)).toEqual(expect.arrayContaining(["27:29 uniqlint/no-check-then-insert", "31:35 uniqlint/no-unknown-constraint-name"]));
    expect(found[0]?.codeDescription.href).toMatch(/\/rules\/[\w-]+\.md$/);
    const actions = await connection.sendRequest<{ title: string }[]>("textDocument/codeAction", { textDocument: { uri }, range: { start: { line: 30, character: 34 }, end: { line: 30, character: 34 } }, context: { diagnostics: found } });
    expect(actions.map(({ title }) => title)).toContain("Disable uniqlint/no-unknown-constraint-name for this line");
    // The buffer counts, and not the file.
    await connection.sendNotification("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ text: `\n${text}` }] });
    expect(show(await diagnose(uri))).toContain("32:35 uniqlint/no-unknown-constraint-name");
    await connection.sendNotification("textDocument/didChange", { textDocument: { uri, version: 3 }, contentChanges: [{ text: text.replaceAll("tenants_org_external_ref", "tenants_pkey") }] });
    expect(show(await diagnose(uri))).not.toContain("31:35 uniqlint/no-unknown-constraint-name");
  } finally {
    connection.dispose();
    server.kill();
    rmSync(root, { recursive: true, force: true });
  }
});
