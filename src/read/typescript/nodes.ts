import { ts } from "ts-morph";

/** A node of the kinds that do not change what a value is: parentheses, casts, `!`. */
export function isWrapper(node: ts.Node): node is ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression | ts.NonNullExpression | ts.TypeAssertion | ts.ExpressionWithTypeArguments {
  switch (node.kind) {
    case ts.SyntaxKind.ParenthesizedExpression:
    case ts.SyntaxKind.AsExpression:
    case ts.SyntaxKind.SatisfiesExpression:
    case ts.SyntaxKind.NonNullExpression:
    case ts.SyntaxKind.TypeAssertionExpression:
    case ts.SyntaxKind.ExpressionWithTypeArguments:
      return true;
    default:
      return false;
  }
}

export function stripWrappers(node: ts.Expression): ts.Expression {
  let inner = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner;
}

export function isFunctionNode(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** The key that a property name spells; null: computed from something that is no literal. */
export function propertyKey(name: ts.PropertyName | ts.BindingName | undefined): string | null {
  if (name === undefined) return null;
  if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) return name.text;
  if (ts.isComputedPropertyName(name)) {
    const inner = stripWrappers(name.expression);
    return ts.isStringLiteralLike(inner) || ts.isNumericLiteral(inner) ? inner.text : null;
  }
  return null;
}

/** Member name of `a.b` and `a["b"]`; null for anything else. */
export function memberName(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) return node.argumentExpression.text;
  return null;
}

/** What a callee is called: `db.transaction`, `this.db.transaction().execute`; arguments, `!` and `?` left out. */
export function calleeText(node: ts.Expression): string {
  const parts: string[] = [];
  let at: ts.Expression = node;
  for (;;) {
    at = stripWrappers(at);
    const name = memberName(at);
    if (name !== null) parts.push(`.${name}`);
    else if (ts.isElementAccessExpression(at)) parts.push("[]");
    else if (ts.isCallExpression(at)) parts.push("()");
    else if (ts.isTaggedTemplateExpression(at)) parts.push("``");
    else break;
    at = ts.isTaggedTemplateExpression(at) ? at.tag : (at as ts.CallExpression | ts.PropertyAccessExpression).expression;
  }
  const root = ts.isAwaitExpression(at) ? calleeText(at.expression) : rootText(at);
  return root + parts.reverse().join("");
}

function rootText(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (node.kind === ts.SyntaxKind.ThisKeyword) return "this";
  if (node.kind === ts.SyntaxKind.SuperKeyword) return "super";
  if (node.kind === ts.SyntaxKind.ImportKeyword) return "import";
  return ts.isNewExpression(node) ? `new ${calleeText(node.expression)}` : "?";
}

/** The expression that a chain of members and calls starts from. */
export function chainRoot(node: ts.Expression): ts.Expression {
  let at: ts.Expression = node;
  for (;;) {
    if (isWrapper(at) || ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isCallExpression(at)) at = at.expression;
    else if (ts.isTaggedTemplateExpression(at)) at = at.tag;
    else return at;
  }
}

/** Names that a binding pattern or a plain name declares. */
export function boundNames(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}
