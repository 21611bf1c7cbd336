import { ts } from "ts-morph";
import type { FunctionFact } from "../../model/facts.ts";
import { calleeText, isWrapper, propertyKey } from "./nodes.ts";
import type { Reader } from "./state.ts";

/** What a function is called: by its declaration, variable, property (`obj.method`), class (`Class.method`); null for a callback. */
export function nameOf(node: ts.FunctionLikeDeclaration, className: string | null): string | null {
  if (ts.isConstructorDeclaration(node)) return className === null ? "constructor" : `${className}.constructor`;
  if (ts.isClassLike(node.parent)) return joinNames(className, propertyKey(node.name));
  if (ts.isFunctionDeclaration(node)) return node.name?.text ?? "default";
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node)) return joinNames(holderName(node.parent), propertyKey(node.name));
  return holderName(node) ?? (ts.isFunctionExpression(node) ? (node.name?.text ?? null) : null);
}

function joinNames(holder: string | null, key: string | null): string | null {
  if (key === null) return null;
  return holder === null ? key : `${holder}.${key}`;
}

/** The name that a value gets from where it stands. */
function holderName(node: ts.Node): string | null {
  const parent = node.parent;
  if (isWrapper(parent)) return holderName(parent);
  if (ts.isVariableDeclaration(parent)) return ts.isIdentifier(parent.name) ? parent.name.text : null;
  if (ts.isPropertyAssignment(parent)) return joinNames(holderName(parent.parent), propertyKey(parent.name));
  if (ts.isPropertyDeclaration(parent)) return joinNames(parent.parent.name?.text ?? null, propertyKey(parent.name));
  if (ts.isExportAssignment(parent)) return "default";
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === node) return assignedName(parent.left);
  return null;
}

/** `exports.a = `, `module.exports.a = ` → a; `X.prototype.y = ` → X.y; `a.b = ` → a.b. */
function assignedName(target: ts.Expression): string | null {
  const text = calleeText(target).replace(/^(?:module\.)?exports\.(?=.)/, "").replace(".prototype.", ".");
  if (text === "module.exports") return "default";
  return text.includes("?") || text.includes("(") ? null : text;
}

/**
 * The call that a function is handed to, directly (then it has no name) or inside an object literal (`task({ run: async () => {} })`,
 * where it has the property's). `call` null: that call has no fact.
 */
export function callbackOf(reader: Reader, node: ts.FunctionLikeDeclaration): FunctionFact["callbackOf"] {
  let at: ts.Node = node;
  for (;;) {
    const parent: ts.Node = at.parent;
    if (isWrapper(parent) || ts.isPropertyAssignment(parent) || ts.isObjectLiteralExpression(parent)) at = parent;
    else if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== at) {
      const argument = parent.arguments?.indexOf(at as ts.Expression) ?? -1;
      const callee = (ts.isNewExpression(parent) ? "new " : "") + calleeText(parent.expression);
      return { call: reader.callOf.get(parent) ?? null, callee, argument };
    } else return null;
  }
}

/** The statement, member or property in front of which a function's comment stands; null for a callback. */
export function leadOf(node: ts.FunctionLikeDeclaration): ts.Node | null {
  let at: ts.Node = node;
  for (;;) {
    if (ts.isStatement(at) && !ts.isBlock(at)) return at;
    if (ts.isClassElement(at) || ts.isPropertyAssignment(at) || ts.isMethodDeclaration(at) || ts.isAccessor(at)) return at;
    const parent = at.parent as ts.Node | undefined;
    if (parent === undefined || ts.isSourceFile(parent)) return null;
    const passes = isWrapper(parent) || ts.isVariableDeclaration(parent) || ts.isVariableDeclarationList(parent) || ts.isVariableStatement(parent);
    const assigned = ts.isBinaryExpression(parent) && parent.right === at && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (!passes && !assigned && !ts.isPropertyAssignment(parent) && !ts.isPropertyDeclaration(parent) && !ts.isExportAssignment(parent) && !ts.isExpressionStatement(parent)) return null;
    at = parent;
  }
}
