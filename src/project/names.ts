import type { CodeFacts, Declaration, Import } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";
import type { ModuleTarget, Symbol } from "./program.ts";

type Resolve = (from: string, specifier: string) => ModuleTarget | null;
/** File → name → what it leads to. */
type Memo = Map<string, Map<string, Symbol | null>>;
export type Names = {
  lookup(path: string, name: string): Symbol | null;
  lookupExport(path: string, name: string): Symbol | null;
  exportedNames(path: string): string[];
};

/**
 * Follows names through imports, re-exports, `export *`, namespaces and barrels. Every answer is memoised; a name that leads back to
 * itself is null.
 */
export function createNames(input: ProjectInput, resolve: Resolve): Names {
  const locals: Memo = new Map();
  const exported: Memo = new Map();
  const indexes = new WeakMap<CodeFacts, Map<string, Import>>();
  const guarded = (memo: Memo, path: string, name: string, find: (path: string, name: string) => Symbol | null): Symbol | null => {
    let known = memo.get(path);
    if (known === undefined) memo.set(path, (known = new Map<string, Symbol | null>()));
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    known.set(name, null);
    const found = find(path, name);
    known.set(name, found);
    return found;
  };
  const names: Names = {
    lookup: (path, name) => guarded(locals, path, name, findLocal),
    lookupExport: (path, name) => guarded(exported, path, name, findExport),
    exportedNames: (path) => [...exportedNames(input, resolve, path, new Set())],
  };
  const follow = (from: string, specifier: string, name: string): Symbol | null => followImport(names, resolve(from, specifier), specifier, name);

  function findLocal(path: string, name: string): Symbol | null {
    const code = input.facts(path)?.code;
    if (code == null) return null;
    const declaration = ownProperty(code.declarations, name);
    if (declaration !== undefined) return followRequire(path, declaration) ?? { kind: "declaration", path, name, declaration };
    const imported = importsOf(indexes, code).get(name);
    return imported === undefined ? null : follow(path, imported.from, imported.name);
  }

  /** `const x = require("./y")`, also destructured or `.name`d, is an import. */
  function followRequire(path: string, declaration: Declaration): Symbol | null {
    let value = declaration.value;
    const members = [...declaration.path];
    while (value?.kind === "member") {
      members.unshift(value.name);
      value = value.of;
    }
    if (value?.kind !== "call" || value.callee.kind !== "name" || value.callee.name !== "require" || members.length > 1) return null;
    const [specifier] = value.args;
    return specifier?.kind === "string" ? follow(path, specifier.value, members[0] ?? "*") : null;
  }

  /** The file's own export of that name, else that of the files behind its `export *`, however they lead round in circles. */
  function findExport(path: string, name: string): Symbol | null {
    const own = findOwnExport(path, name);
    if (own !== null || name === "default") return own;
    let external: Symbol | null = null;
    const queue = starTargets(path);
    const seen = new Set([path]);
    for (const target of queue) {
      if (target.kind === "package") {
        external ??= { kind: "external", package: target.name, subpath: target.subpath, name };
        continue;
      }
      if (seen.has(target.path)) continue;
      seen.add(target.path);
      const found = findOwnExport(target.path, name);
      if (found !== null) return found;
      queue.push(...starTargets(target.path));
    }
    return external;
  }

  function findOwnExport(path: string, name: string): Symbol | null {
    for (const item of input.facts(path)?.code?.exports ?? []) {
      if (item.kind === "local" && item.name === name) return names.lookup(path, item.local);
      if (item.kind === "from" && item.name === name) return follow(path, item.from, item.imported);
      if (item.kind === "star" && item.as === name) return follow(path, item.from, "*");
    }
    return null;
  }

  function starTargets(path: string): ModuleTarget[] {
    const stars = (input.facts(path)?.code?.exports ?? []).filter((item) => item.kind === "star" && item.as === null);
    return stars.flatMap((item) => (item.kind === "star" ? (resolve(path, item.from) ?? []) : []));
  }
  return names;
}

/** An import whose specifier leads nowhere keeps the specifier as its package: `./generated/client` may simply not be in the repository. */
function followImport(names: Names, target: ModuleTarget | null, specifier: string, name: string): Symbol | null {
  if (target === null) return { kind: "external", package: specifier, subpath: "", name };
  if (target.kind === "package") return { kind: "external", package: target.name, subpath: target.subpath, name };
  return name === "*" ? { kind: "module", path: target.path } : names.lookupExport(target.path, name);
}

/** Every name that a file exports, through its barrels too; names of other packages' `export *` are not known. */
function exportedNames(input: ProjectInput, resolve: Resolve, path: string, seen: Set<string>): Set<string> {
  const out = new Set<string>();
  if (seen.has(path)) return out;
  seen.add(path);
  for (const item of input.facts(path)?.code?.exports ?? []) {
    if (item.kind !== "star") out.add(item.name);
    else if (item.as !== null) out.add(item.as);
    else {
      const target = resolve(path, item.from);
      if (target?.kind !== "file") continue;
      for (const name of exportedNames(input, resolve, target.path, seen)) if (name !== "default") out.add(name);
    }
  }
  return out;
}

function importsOf(indexes: WeakMap<CodeFacts, Map<string, Import>>, code: CodeFacts): Map<string, Import> {
  const seen = indexes.get(code);
  if (seen !== undefined) return seen;
  const index = new Map(code.imports.map((item) => [item.local, item]));
  indexes.set(code, index);
  return index;
}

/** Names such as `constructor` must not be found on Object.prototype. */
function ownProperty<Value>(record: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
