import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { ClassFact } from "../../model/facts.ts";
import { readDecorators } from "./functions.ts";
import { propertyKey, stripWrappers, isFunctionNode } from "./nodes.ts";
import { inScope } from "./scopes.ts";
import { spanOf, textOf, type Reader } from "./state.ts";

type Member = ClassFact["members"][number];

/** A class: its members with their functions and values; a constructor's `private db: Db` is a member too. */
export function readClassLike(reader: Reader, node: ts.ClassLikeDeclaration, name: string | null): ClassFact {
  const fact: ClassFact = { extends: null, implements: [], decorators: readDecorators(reader, node), members: [] };
  for (const clause of node.heritageClauses ?? []) {
    const isExtends = clause.token === ts.SyntaxKind.ExtendsKeyword;
    const [parent] = isExtends ? clause.types : [];
    if (parent !== undefined) fact.extends = reader.walk.expression(reader, parent.expression);
    if (parent?.typeArguments !== undefined) fact.extendsTypes = parent.typeArguments.map((each) => textOf(reader, each));
    if (!isExtends) fact.implements = clause.types.map((each) => textOf(reader, each));
  }
  const outer = { class: reader.class, className: reader.className };
  reader.class = fact;
  reader.className = name;
  reader.classOf.set(node, fact);
  // Properties first: a constructor may give them their value.
  const ordered = [...node.members].sort((a, b) => Number(ts.isConstructorDeclaration(a)) - Number(ts.isConstructorDeclaration(b)));
  for (const member of ordered) readMember(reader, fact, member);
  reader.class = outer.class;
  reader.className = outer.className;
  return fact;
}

/** The same as a value, for a class that no name of the top level leads to. */
export function classValue(reader: Reader, node: ts.ClassLikeDeclaration, fact: ClassFact): Expression {
  const classes = (reader.facts.classes ??= []);
  return { kind: "class", class: classes.push(fact) - 1, start: node.getStart(reader.source), end: node.end };
}

function readMember(reader: Reader, fact: ClassFact, node: ts.ClassElement): void {
  if (ts.isConstructorDeclaration(node)) readConstructor(reader, fact, node);
  else if (ts.isPropertyDeclaration(node)) fact.members.push(readProperty(reader, node));
  else if (ts.isMethodDeclaration(node) || ts.isAccessor(node)) fact.members.push(readMethod(reader, node));
  else if (ts.isClassStaticBlockDeclaration(node)) inScope(reader, () => reader.walk.statements(reader, node.body.statements));
}

function emptyMember(reader: Reader, node: ts.PropertyDeclaration | ts.MethodDeclaration | ts.AccessorDeclaration): Member {
  return {
    name: propertyKey(node.name) ?? textOf(reader, node.name),
    static: node.modifiers?.some((each) => each.kind === ts.SyntaxKind.StaticKeyword) ?? false,
    function: null,
    value: null,
    typeText: node.type === undefined ? null : textOf(reader, node.type, 400),
    decorators: readDecorators(reader, node),
    optional: node.questionToken !== undefined,
    at: spanOf(reader, node),
  };
}

function readProperty(reader: Reader, node: ts.PropertyDeclaration): Member {
  const member = emptyMember(reader, node);
  if (node.initializer !== undefined) {
    member.value = reader.walk.expression(reader, node.initializer);
    const inner = stripWrappers(node.initializer);
    if (isFunctionNode(inner)) member.function = reader.functionOf.get(inner) ?? null;
  }
  return member;
}

function readMethod(reader: Reader, node: ts.MethodDeclaration | ts.AccessorDeclaration): Member {
  const member = emptyMember(reader, node);
  if (node.body === undefined) return member;
  const held = reader.walk.functionLike(reader, node);
  if (ts.isMethodDeclaration(node)) member.function = held;
  // What a getter that is one `return` answers is the member's value.
  const returns = reader.facts.functions[held]?.returns ?? [];
  if (ts.isGetAccessor(node) && returns.length === 1) member.value = returns[0] ?? null;
  return member;
}

function readConstructor(reader: Reader, fact: ClassFact, node: ts.ConstructorDeclaration): void {
  if (node.body === undefined) return;
  for (const parameter of node.parameters) {
    if (!ts.isIdentifier(parameter.name) || !ts.isParameterPropertyDeclaration(parameter, node)) continue;
    fact.members.push({
      name: parameter.name.text,
      static: false,
      function: null,
      value: null,
      typeText: parameter.type === undefined ? null : textOf(reader, parameter.type, 400),
      decorators: readDecorators(reader, parameter),
      optional: parameter.questionToken !== undefined,
      at: spanOf(reader, parameter),
    });
  }
  const held = reader.walk.functionLike(reader, node);
  for (const { local, path } of reader.facts.functions[held]?.parameters ?? []) {
    const named = reader.facts.locals[local];
    const member = fact.members.find((each) => each.name === named?.name && each.at.start <= named.at.start && named.at.end <= each.at.end);
    if (member !== undefined && named !== undefined && path.length === 0) member.value = { kind: "local", name: named.name, local, start: named.at.start, end: named.at.end };
  }
}
