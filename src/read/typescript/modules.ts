import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import { enter, setDeclaration } from "./declarations.ts";
import { boundNames, isFunctionNode, memberName, propertyKey, stripWrappers } from "./nodes.ts";
import type { Reader } from "./state.ts";

/** Imports and exports of the top level; initializers and bodies are read by the walk. */
export function noteModule(reader: Reader, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (ts.isImportDeclaration(statement)) noteImport(reader, statement);
    else if (ts.isImportEqualsDeclaration(statement)) noteImportEquals(reader, statement);
    else if (ts.isExportDeclaration(statement)) noteExport(reader, statement);
    else noteExportedDeclaration(reader, statement);
    if (ts.isVariableStatement(statement)) for (const each of statement.declarationList.declarations) noteRequire(reader, each);
  }
}

function noteImport(reader: Reader, node: ts.ImportDeclaration): void {
  const clause = node.importClause;
  if (clause === undefined || !ts.isStringLiteral(node.moduleSpecifier)) return;
  const from = node.moduleSpecifier.text;
  const add = (local: string, name: string, typeOnly: boolean): void => void reader.facts.imports.push({ local, name, from, typeOnly });
  const typeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (clause.name !== undefined) add(clause.name.text, "default", typeOnly);
  const bindings = clause.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) add(bindings.name.text, "*", typeOnly);
  else for (const each of bindings.elements) add(each.name.text, (each.propertyName ?? each.name).text, typeOnly || each.isTypeOnly);
}

function noteImportEquals(reader: Reader, node: ts.ImportEqualsDeclaration): void {
  const reference = node.moduleReference;
  if (!ts.isExternalModuleReference(reference) || !ts.isStringLiteralLike(reference.expression)) return;
  reader.facts.imports.push({ local: node.name.text, name: "*", from: reference.expression.text, typeOnly: node.isTypeOnly });
}

/** `const x = require("y")` is a namespace import, `const { a: b } = require("y")` a named one; they are no declarations then. */
function noteRequire(reader: Reader, node: ts.VariableDeclaration): void {
  const from = node.initializer === undefined ? null : requiredModule(node.initializer);
  if (from === null) return;
  const member = memberName(stripWrappers(node.initializer as ts.Expression));
  for (const name of boundNames(node.name)) delete reader.facts.declarations[name.text];
  if (ts.isIdentifier(node.name)) reader.facts.imports.push({ local: node.name.text, name: member ?? "*", from, typeOnly: false });
  else if (member === null) {
    for (const element of node.name.elements) {
      if (ts.isBindingElement(element) && ts.isIdentifier(element.name)) reader.facts.imports.push({ local: element.name.text, name: propertyKey(element.propertyName) ?? element.name.text, from, typeOnly: false });
    }
  }
}

/** `require("y")` or `require("y").z`, and a top-level `await import("y")`. */
function requiredModule(node: ts.Expression): string | null {
  let at = stripWrappers(node);
  if (ts.isAwaitExpression(at)) at = stripWrappers(at.expression);
  if (memberName(at) !== null) at = stripWrappers((at as ts.PropertyAccessExpression).expression);
  if (!ts.isCallExpression(at) || at.arguments[0] === undefined || !ts.isStringLiteralLike(at.arguments[0])) return null;
  const isRequire = ts.isIdentifier(at.expression) && at.expression.text === "require";
  return isRequire || at.expression.kind === ts.SyntaxKind.ImportKeyword ? at.arguments[0].text : null;
}

function noteExport(reader: Reader, node: ts.ExportDeclaration): void {
  const from = node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : null;
  const clause = node.exportClause;
  if (clause === undefined || ts.isNamespaceExport(clause)) {
    if (from !== null) reader.facts.exports.push({ kind: "star", from, as: clause === undefined ? null : clause.name.text });
    return;
  }
  for (const each of clause.elements) {
    const name = each.name.text;
    const local = (each.propertyName ?? each.name).text;
    if (from === null) reader.exported.add(name);
    reader.facts.exports.push(from === null ? { kind: "local", name, local } : { kind: "from", name, imported: local, from });
  }
}

function noteExportedDeclaration(reader: Reader, node: ts.Statement): void {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  if (!modifiers.some((each) => each.kind === ts.SyntaxKind.ExportKeyword)) return;
  const isDefault = modifiers.some((each) => each.kind === ts.SyntaxKind.DefaultKeyword);
  for (const name of declaredNames(node)) exportLocal(reader, isDefault ? "default" : name, name);
}

function declaredNames(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((each) => boundNames(each.name)).map((each) => each.text);
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return [node.name?.text ?? "default"];
  if (ts.isEnumDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return [node.name.text];
  return [];
}

export function exportLocal(reader: Reader, name: string, local: string): void {
  if (reader.exported.has(name)) return;
  reader.exported.add(name);
  reader.facts.exports.push({ kind: "local", name, local });
}

/** `export default x`, `export = x`: what it is, under the name "default" where it has none of its own. */
export function readExportAssignment(reader: Reader, node: ts.ExportAssignment): void {
  exportValue(reader, "default", node.expression, reader.walk.expression(reader, node.expression));
}

/** `module.exports = …`, `module.exports.a = …`, `exports.a = …` at the top level. True when the statement was one of these. */
export function readCommonExport(reader: Reader, node: ts.Statement): boolean {
  if (!ts.isExpressionStatement(node) || !ts.isBinaryExpression(node.expression) || node.expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  const { left, right } = node.expression;
  const name = exportedName(left);
  if (name === null) return false;
  const value = reader.walk.expression(reader, right);
  exportValue(reader, name, right, value);
  const object = stripWrappers(right);
  if (name !== "default" || value.kind !== "object" || !ts.isObjectLiteralExpression(object)) return true;
  for (const entry of value.entries) if (entry.kind === "property" && entry.key !== null) exportRead(reader, entry.key, object, entry.value);
  return true;
}

/** The name that the left side exports; "default" for `module.exports` itself. */
function exportedName(left: ts.Expression): string | null {
  if (isModuleExports(left)) return "default";
  const name = memberName(left);
  if (name === null || !ts.isPropertyAccessExpression(left)) return null;
  const of = left.expression;
  return (ts.isIdentifier(of) && of.text === "exports") || isModuleExports(of) ? name : null;
}

function isModuleExports(node: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === "exports" && ts.isIdentifier(node.expression) && node.expression.text === "module";
}

function exportValue(reader: Reader, name: string, node: ts.Expression, value: Expression): void {
  exportRead(reader, name, node, value);
  const inner = stripWrappers(node);
  const declaration = reader.facts.declarations[name];
  if (declaration === undefined || value.kind === "name") return;
  if (isFunctionNode(inner)) declaration.function = reader.functionOf.get(inner) ?? null;
  if (ts.isClassExpression(inner)) Object.assign(declaration, { kind: "class", class: reader.classOf.get(inner) ?? null });
}

function exportRead(reader: Reader, name: string, node: ts.Node, value: Expression): void {
  if (value.kind === "name") {
    exportLocal(reader, name, value.name);
    return;
  }
  if (reader.facts.declarations[name] === undefined) {
    enter(reader, name, node, "const");
    setDeclaration(reader, name, value, []);
  }
  exportLocal(reader, name, name);
}
