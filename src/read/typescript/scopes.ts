import { ts } from "ts-morph";
import type { Local } from "../../model/facts.ts";
import { boundNames } from "./nodes.ts";
import { spanOf, type Reader } from "./state.ts";

/** Declares a name in the innermost scope and gives it a local. */
export function declareLocal(reader: Reader, name: ts.Identifier, kind: Local["kind"]): number {
  const local = addLocal(reader, name.text, name, kind);
  if (reader.scope === null) reader.scope = { names: new Map(), parent: null };
  reader.scope.names.set(name.text, local);
  return local;
}

/** A local that no name leads to, e.g. the error of `catch ({ code })`. */
export function addLocal(reader: Reader, name: string, node: ts.Node, kind: Local["kind"]): number {
  const local = reader.facts.locals.length;
  reader.facts.locals.push({ name, kind, values: [], function: reader.function ?? -1, at: spanOf(reader, node) });
  reader.references.push([]);
  reader.localOf.set(node, local);
  return local;
}

/** Reads under a scope of its own. */
export function inScope<T>(reader: Reader, read: () => T): T {
  const outer = reader.scope;
  reader.scope = { names: new Map(), parent: outer };
  const result = read();
  reader.scope = outer;
  return result;
}

/** The local that a name means here; null: a name of the module, or a global. */
export function resolveLocal(reader: Reader, name: string): number | null {
  for (let scope = reader.scope; scope !== null; scope = scope.parent) {
    const local = scope.names.get(name);
    if (local !== undefined) return local;
  }
  return null;
}

/** Declares what a block's statements declare, before any of them is read: functions and closures see later names. */
export function declareStatements(reader: Reader, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) declareList(reader, statement.declarationList);
    else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) && statement.name !== undefined) {
      if (ts.isFunctionDeclaration(statement) && reader.scope?.names.has(statement.name.text) === true && statement.body === undefined) continue;
      declareLocal(reader, statement.name, ts.isFunctionDeclaration(statement) ? "function" : "const");
    }
  }
}

/** Names of a `const`, `let` or `var` list; a `var` that was hoisted already keeps its local. */
export function declareList(reader: Reader, list: ts.VariableDeclarationList, kind?: Local["kind"]): void {
  for (const declaration of list.declarations) {
    for (const name of boundNames(declaration.name)) {
      if (!reader.localOf.has(name)) declareLocal(reader, name, kind ?? ((list.flags & ts.NodeFlags.Const) !== 0 ? "const" : "let"));
    }
  }
}

/** Hoists the `var`s of a function's body to the function's scope; a second `var x` is the same local. */
export function hoistVars(reader: Reader, body: ts.Node): void {
  if (!reader.hasVar) return;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isTypeNode(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0) {
      for (const declaration of node.declarations) for (const name of boundNames(declaration.name)) hoist(reader, name);
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
}

function hoist(reader: Reader, name: ts.Identifier): void {
  const known = reader.scope?.names.get(name.text);
  if (known === undefined) declareLocal(reader, name, "let");
  else reader.localOf.set(name, known);
}
