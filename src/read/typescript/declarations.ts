import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { Declaration } from "../../model/facts.ts";
import { addValue, bindLocal, bindPattern } from "./bindings.ts";
import { classValue } from "./classes.ts";
import { readEnum } from "./literals.ts";
import { boundNames, isFunctionNode, stripWrappers } from "./nodes.ts";
import { spanOf, textOf, type Reader } from "./state.ts";

/** Enters the names of the top level before anything is read: functions use them before their line. */
export function declareModule(reader: Reader, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) declareVariable(reader, statement, declaration);
    } else if (ts.isFunctionDeclaration(statement)) enter(reader, statement.name?.text ?? "default", statement, "function");
    else if (ts.isClassDeclaration(statement)) enter(reader, statement.name?.text ?? "default", statement, "class");
    else if (ts.isEnumDeclaration(statement)) enter(reader, statement.name.text, statement, "enum");
    else if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement)) declareType(reader, statement);
  }
}

export function enter(reader: Reader, name: string, node: ts.Node, kind: Declaration["kind"]): Declaration {
  const known = reader.facts.declarations[name];
  // Overloads, and a type of the same name as a value: the value stays.
  if (known !== undefined && (kind === "type" || known.kind === "function")) return known;
  const declaration: Declaration = { at: spanOf(reader, node), kind, value: null, path: [], function: null, class: null, typeText: null };
  reader.facts.declarations[name] = declaration;
  return declaration;
}

function declareVariable(reader: Reader, statement: ts.VariableStatement, node: ts.VariableDeclaration): void {
  const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
  for (const name of boundNames(node.name)) {
    const declaration = enter(reader, name.text, node, ts.isIdentifier(node.name) ? (isConst ? "const" : "let") : "destructured");
    if (node.type !== undefined && ts.isIdentifier(node.name)) declaration.typeText = textOf(reader, node.type, 400);
  }
}

function declareType(reader: Reader, node: ts.TypeAliasDeclaration | ts.InterfaceDeclaration): void {
  const declaration = enter(reader, node.name.text, node, "type");
  if (declaration.kind === "type") declaration.typeText = ts.isTypeAliasDeclaration(node) ? textOf(reader, node.type, 4000) : textOf(reader, node, 4000);
}

/** Gives a variable's names their value: locals inside functions and blocks, declarations at the top level. */
export function declareNamed(reader: Reader, node: ts.VariableDeclaration, value: Expression | null): void {
  if (value === null) return;
  bindPattern(reader, node.name, value, [], (name, each, path) => {
    if (reader.localOf.has(name)) bindLocal(reader, name, each, path);
    else setDeclaration(reader, name.text, each, path);
  });
  const initializer = node.initializer === undefined ? undefined : stripWrappers(node.initializer);
  const declaration = ts.isIdentifier(node.name) && !reader.localOf.has(node.name) ? reader.facts.declarations[node.name.text] : undefined;
  if (declaration === undefined || initializer === undefined) return;
  if (isFunctionNode(initializer)) declaration.function = reader.functionOf.get(initializer) ?? null;
  if (ts.isClassExpression(initializer)) {
    declaration.kind = "class";
    declaration.class = reader.classOf.get(initializer) ?? null;
  }
}

/** The first value counts; a default in a pattern comes after what it stands in for. */
export function setDeclaration(reader: Reader, name: string, value: Expression, path: string[]): void {
  const declaration = reader.facts.declarations[name];
  if (declaration === undefined || declaration.value !== null) return;
  declaration.value = value;
  declaration.path = path;
}

export function readFunctionStatement(reader: Reader, node: ts.FunctionDeclaration): void {
  if (node.body === undefined) return;
  const held = reader.walk.functionLike(reader, node);
  const local = node.name === undefined ? undefined : reader.localOf.get(node.name);
  if (local !== undefined) addValue(reader, local, { kind: "function", function: held, start: node.getStart(reader.source), end: node.end }, []);
  else if (reader.scope === null) {
    const declaration = enter(reader, node.name?.text ?? "default", node, "function");
    declaration.function ??= held;
    if (reader.facts.functions[held] !== undefined) declaration.at = spanOf(reader, node);
  }
}

export function readClassStatement(reader: Reader, node: ts.ClassDeclaration): void {
  const name = node.name?.text ?? "default";
  const fact = reader.walk.classLike(reader, node, name);
  const local = node.name === undefined ? undefined : reader.localOf.get(node.name);
  if (local !== undefined) addValue(reader, local, classValue(reader, node, fact), []);
  else if (reader.scope === null) enter(reader, name, node, "class").class = fact;
}

export function readEnumStatement(reader: Reader, node: ts.EnumDeclaration): void {
  const value = readEnum(reader, node);
  const local = reader.localOf.get(node.name);
  if (local !== undefined) addValue(reader, local, value, []);
  else setDeclaration(reader, node.name.text, value, []);
}
