import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

type Editor = Awaited<ReturnType<typeof openEditor>>;
type Range = { start: { line: number; character: number }; end: { line: number; character: number } };
type Action = { title: string; command: unknown };
type WorkspaceEdit = { documentChanges: { edits: { range: Range; newText: string }[] }[] };
type Diagnostic = { code: string; range: Range; codeDescription: { href: string } };

const repository = join(import.meta.dirname, "..");

/** A project with the compiled plugin; `npm test` builds first. */
function makeProject(fixture: string): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "uniqlint-editor-")));
  cpSync(join(repository, "fixtures", fixture), root, { recursive: true });
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

/** VS Code's language server in a project; `edits`: what it asked the editor to apply, the newest last. */
async function openEditor(root: string) {
  const server = spawn(process.execPath, [join(repository, "node_modules/vscode-langservers-extracted/bin/vscode-eslint-language-server"), "--stdio"], { cwd: root });
  const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const folder = { uri: pathToFileURL(root).href, name: "project" };
  // As the extension sends them.
  const settings = {
    validate: "on", run: "onType", packageManager: "npm", useESLintClass: true, experimental: {}, workingDirectory: { directory: root }, workspaceFolder: folder, nodePath: null,
    codeAction: { disableRuleComment: { enable: true, location: "separateLine" }, showDocumentation: { enable: true } }, codeActionOnSave: { enable: false, mode: "all" },
    format: false, quiet: false, onIgnoredFiles: "off", options: {}, rulesCustomizations: [], problems: { shortenToSingleLine: false },
  };
  const edits: WorkspaceEdit[] = [];
  connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => settings));
  connection.onRequest("workspace/applyEdit", ({ edit }: { edit: WorkspaceEdit }) => ({ applied: edits.push(edit) > 0 }));
  connection.onRequest((method) => (method === "eslint/confirmESLintExecution" ? 4 : null));
  connection.listen();
  await connection.sendRequest("initialize", { processId: process.pid, rootUri: folder.uri, workspaceFolders: [folder], capabilities: { workspace: { configuration: true, workspaceFolders: true, applyEdit: true, workspaceEdit: { documentChanges: true } }, textDocument: {} } });
  await connection.sendNotification("initialized", {});
  const uriOf = (path: string): string => pathToFileURL(join(root, path)).href;
  return {
    edits,
    open: (path: string, languageId: string, text: string): Promise<void> => connection.sendNotification("textDocument/didOpen", { textDocument: { uri: uriOf(path), languageId, version: 1, text } }),
    change: (path: string, version: number, text: string): Promise<void> => connection.sendNotification("textDocument/didChange", { textDocument: { uri: uriOf(path), version }, contentChanges: [{ text }] }),
    diagnose: async (path: string): Promise<Diagnostic[]> => (await connection.sendRequest<{ items: Diagnostic[] }>("textDocument/diagnostic", { textDocument: { uri: uriOf(path) } })).items,
    actions: (path: string, { range }: Diagnostic, diagnostics: Diagnostic[]): Promise<Action[]> => connection.sendRequest("textDocument/codeAction", { textDocument: { uri: uriOf(path) }, range, context: { diagnostics } }),
    run: ({ command }: Action): Promise<unknown> => connection.sendRequest("workspace/executeCommand", command),
    close: (): void => {
      connection.dispose();
      server.kill();
    },
  };
}

async function inEditor(fixture: string, body: (editor: Editor, root: string) => Promise<void>): Promise<void> {
  const root = makeProject(fixture);
  const editor = await openEditor(root);
  try {
    await body(editor, root);
  } finally {
    editor.close();
    rmSync(root, { recursive: true, force: true });
  }
}

const show = (diagnostics: Diagnostic[]): string[] => diagnostics.map(({ code, range: { start } }) => `${start.line + 1}:${start.character + 1} ${code}`);

test("the language server of VS Code shows what is wrong in the open text", async () => {
  await inEditor("incidents/tenant-reference/before", async (editor, root) => {
    const path = "src/lib/tenants.ts";
    const text = readFileSync(join(root, path), "utf8");
    await editor.open(path, "typescript", text);
    const found = await editor.diagnose(path);
    expect(show(found)).toEqual(expect.arrayContaining(["27:29 uniqlint/no-check-then-insert", "31:35 uniqlint/no-unknown-constraint-name"]));
    expect(found[0]?.codeDescription.href).toMatch(/\/rules\/[\w-]+\.md$/);
    const name = found.find(({ code }) => code === "uniqlint/no-unknown-constraint-name") as Diagnostic;
    expect((await editor.actions(path, name, found)).map(({ title }) => title)).toContain("Disable uniqlint/no-unknown-constraint-name for this line");
    // The buffer counts, and not the file.
    await editor.change(path, 2, `\n${text}`);
    expect(show(await editor.diagnose(path))).toContain("32:35 uniqlint/no-unknown-constraint-name");
    await editor.change(path, 3, text.replaceAll("tenants_org_external_ref", "tenants_pkey"));
    expect(show(await editor.diagnose(path))).not.toContain("31:35 uniqlint/no-unknown-constraint-name");
  });
});

describe("quick fixes", () => {
  /** The text after the one fix of uniqlint's own for the first problem of a rule. `title`: what the editor offers it as. */
  async function quickFix(editor: Editor, path: string, rule: string, text: string): Promise<{ title: string; text: string }> {
    const found = await editor.diagnose(path);
    const problem = found.find(({ code }) => code === rule);
    if (problem === undefined) throw new Error(`no ${rule}: ${show(found).join(", ")}`);
    const actions = await editor.actions(path, problem, found);
    const [own, ...more] = actions.filter(({ title }) => !/^(?:Disable uniqlint|Show documentation)/.test(title));
    if (own === undefined || more.length > 0) throw new Error(`other actions: ${actions.map(({ title }) => title).join(", ")}`);
    await editor.run(own);
    return { title: own.title, text: applied(text, editor.edits.at(-1)) };
  }

  /** As an editor does it: all ranges are of the text before. */
  function applied(text: string, edit: WorkspaceEdit | undefined): string {
    const lines = text.split("\n");
    const offset = ({ line, character }: Range["start"]): number => lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + character;
    const edits = (edit?.documentChanges ?? []).flatMap(({ edits: own }) => own.map(({ range, newText }) => ({ start: offset(range.start), end: offset(range.end), newText })));
    return edits.sort((a, b) => b.start - a.start).reduce((made, { start, end, newText }) => made.slice(0, start) + newText + made.slice(end), text);
  }

  test("of code: the edit and the import that it needs", async () => {
    await inEditor("code-fixes/drizzle-target-where/before", async (editor, root) => {
      const path = "src/save.ts";
      const text = readFileSync(join(root, path), "utf8");
      await editor.open(path, "typescript", text);
      const fixed = await quickFix(editor, path, "uniqlint/no-unmatched-conflict-target", text);
      expect(fixed).toEqual({ title: "Repeat the index's predicate: targetWhere: sql`deleted_at is null` (uniqlint/no-unmatched-conflict-target)", text: readFileSync(join(repository, "fixtures/code-fixes/drizzle-target-where/after", path), "utf8") });
      await editor.change(path, 2, fixed.text);
      expect(await editor.diagnose(path)).toEqual([]);
    });
  });

  test("of a migration", async () => {
    await inEditor("fixes/goose-constraint/before", async (editor, root) => {
      const path = "db/migrations/00002_key.sql";
      const text = readFileSync(join(root, path), "utf8");
      await editor.open(path, "sql", text);
      const fixed = await quickFix(editor, path, "uniqlint/require-concurrent-unique-index", text);
      expect(fixed.title).toBe("Build its index CONCURRENTLY, then attach it, with -- +goose NO TRANSACTION (uniqlint/require-concurrent-unique-index)");
      expect(fixed.text).toBe(readFileSync(join(repository, "fixtures/fixes/goose-constraint/after", path), "utf8"));
      await editor.change(path, 2, fixed.text);
      expect(show(await editor.diagnose(path))).toEqual([]);
    });
  });
});
