import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { globSync } from "tinyglobby";
import { ts } from "ts-morph";
import { describe, expect, test } from "vitest";

/**
 * The house (docs/architecture.md): imports go one way. Each layer lists those it may import; its own is always allowed.
 * `rules` are reached through an argument, so only the faces import them.
 */
const LAYERS: Record<string, string[]> = {
  model: [],
  read: ["model"],
  catalog: ["model", "read/sql"],
  project: ["model", "read", "catalog"],
  // Offsets become lines in one place only.
  lint: ["model", "read", "catalog", "project", "report/position.ts"],
  report: ["model"],
  disk: ["model", "read", "catalog", "project", "lint", "report"],
  // The list of rules without the rules, which load all readers.
  cli: ["model", "read", "catalog", "project", "lint", "report", "disk", "rules", "eslint/rule-list.ts"],
  eslint: ["model", "read", "catalog", "project", "lint", "report", "disk", "rules"],
  library: ["model", "read", "catalog", "project", "lint", "report", "disk", "rules"],
  rules: ["model", "catalog/lookup.ts"],
};

const MOST_LINES = 400;
const DISK_MODULES = /^node:(fs|fs\/promises|child_process)$/;

type Import = { from: string; to: string };

const root = join(import.meta.dirname, "..");
const files = globSync(["src/**/*.ts", "rules/*.ts"], { cwd: root }).sort();
const imports = files.flatMap(importsOf);

/** Every specifier that a file imports or re-exports, types too; relative ones as paths from the root. */
function importsOf(file: string): Import[] {
  const tree = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found.map((to) => ({ from: file, to: to.startsWith(".") ? normalize(join(dirname(file), to)) : to }));
}

/** `src/read/sql/x.ts` → `read`; `src/index.ts` → `library`; null: outside of the house. */
function layerOf(file: string): string | null {
  if (file === "src/index.ts") return "library";
  if (file.startsWith("rules/")) return "rules";
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? null;
}

function isAllowed({ from, to }: Import): boolean {
  const layer = layerOf(from) ?? "";
  if (layer === "rules" && from === "rules/index.ts" && to.startsWith("rules/")) return true;
  if (layer !== "rules" && layerOf(to) === layer) return true;
  return (LAYERS[layer] ?? []).some((allowed) => {
    if (allowed === "rules") return to === "rules/index.ts";
    return to === `src/${allowed}` || to.startsWith(`src/${allowed}/`);
  });
}

describe("imports", () => {
  test("every file stands in a layer", () => {
    expect(files.filter((file) => LAYERS[layerOf(file) ?? ""] === undefined)).toEqual([]);
  });

  test("lead to files that exist, with their ending", () => {
    const known = new Set(files);
    const inside = imports.filter(({ to }) => /^(src|rules)\//.test(to));
    expect(inside.filter(({ to }) => !known.has(to))).toEqual([]);
  });

  test("go one way", () => {
    const inside = imports.filter(({ to }) => /^(src|rules)\//.test(to));
    expect(inside.filter((edge) => !isAllowed(edge)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test("form no cycle, in types either", () => {
    expect(findCycle()).toBeNull();
  });

  test("only disk and the faces touch the disk or start processes", () => {
    const outside = imports.filter(({ from, to }) => DISK_MODULES.test(to) && !["disk", "cli", "eslint"].includes(layerOf(from) ?? ""));
    expect(outside.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test("reach the TypeScript compiler through ts-morph only", () => {
    expect(imports.filter(({ to }) => to === "typescript")).toEqual([]);
  });
});

describe("files", () => {
  test(`have no more than ${MOST_LINES} lines`, () => {
    const lengths = files.map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").trimEnd().split("\n").length }));
    const median = lengths.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
    const long = lengths.filter(({ lines }) => lines > MOST_LINES).map(({ file, lines }) => `${file}: ${lines}`);
    expect(long, `${lengths.length} files, median ${median} lines`).toEqual([]);
  });

  test("have names in kebab-case", () => {
    const named = files.map((file) => file.split("/").at(-1) ?? "");
    expect(named.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name))).toEqual([]);
  });
});

/** One cycle as its files, the first again at the end; null: none. */
function findCycle(): string[] | null {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const follow = (file: string, path: string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of edges.get(file) ?? []) {
      const cycle = follow(next, [...path, file]);
      if (cycle !== null) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const cycle = follow(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
