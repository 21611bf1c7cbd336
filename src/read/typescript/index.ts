import { ts } from "ts-morph";
import type { CodeFacts, FileFacts } from "../../model/facts.ts";
import type { SourceFile } from "../../model/span.ts";
import { noteChanges } from "./changes.ts";
import { readClassLike } from "./classes.ts";
import { noteComments, noteMigrationComments } from "./comment-facts.ts";
import { declareModule } from "./declarations.ts";
import { readExpression } from "./expression.ts";
import { directivesOf, readFunctionLike } from "./functions.ts";
import { noteModule, readCommonExport, readExportAssignment } from "./modules.ts";
import { noteRowUses } from "./row-use.ts";
import { createReader, type Reader, type Walk } from "./state.ts";
import { readStatements } from "./statements.ts";

const WALK: Walk = { expression: readExpression, statements: readStatements, functionLike: readFunctionLike, classLike: readClassLike };

/**
 * One TypeScript or JavaScript file → what it says, from its text alone; no library is known here. A syntax error is reported as unread, and
 * what the parser could make of the rest is still given. Throws nothing but what a stack overflow throws.
 */
export function readTypeScriptFile(file: SourceFile): FileFacts {
  const source = parse(file);
  const reader = createReader(file.path, file.text, source, WALK);
  noteSyntaxError(reader);
  const facts = readModule(reader);
  const { claims, suppressions } = noteComments(reader);
  noteMigrationComments(reader);
  return { path: file.path, language: "typescript", unread: reader.unread, suppressions, claims, sql: null, prisma: null, code: facts };
}

function parse(file: SourceFile): ts.SourceFile {
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const source = ts.createSourceFile(file.path, file.text, options, false, scriptKind(file.path));
  linkParents(source);
  return source;
}

/** As the parser's own `setParentNodes` does, without its lists of nodes for each node. */
function linkParents(source: ts.SourceFile): void {
  const open: ts.Node[] = [];
  let parent: ts.Node = source;
  const adopt = (node: ts.Node): void => {
    (node as { parent: ts.Node }).parent = parent;
    open.push(node);
  };
  for (let node: ts.Node | undefined = source; node !== undefined; node = open.pop()) {
    parent = node;
    ts.forEachChild(node, adopt);
  }
}

/** Plain .js may hold JSX and, in practice, type annotations by mistake; .ts may not hold JSX. */
function scriptKind(path: string): ts.ScriptKind {
  if (/\.tsx$/i.test(path)) return ts.ScriptKind.TSX;
  if (/\.[mc]?ts$/i.test(path)) return ts.ScriptKind.TS;
  return ts.ScriptKind.JSX;
}

function readModule(reader: Reader): CodeFacts {
  const statements = reader.source.statements;
  const directives = directivesOf(statements);
  if (directives.length > 0) reader.facts.directives = directives;
  declareModule(reader, statements);
  noteModule(reader, statements);
  const plain = statements.filter((statement) => {
    if (ts.isExportAssignment(statement)) readExportAssignment(reader, statement);
    return !ts.isExportAssignment(statement) && !readCommonExport(reader, statement);
  });
  readStatements(reader, plain);
  noteRowUses(reader);
  noteChanges(reader);
  return reader.facts;
}

/** The parser recovers; the first thing it stumbled over is told. */
function noteSyntaxError(reader: Reader): void {
  const { parseDiagnostics } = reader.source as ts.SourceFile & { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  const first = parseDiagnostics?.[0];
  if (first === undefined) return;
  const message = `syntax error: ${ts.flattenDiagnosticMessageText(first.messageText, " ")}`;
  reader.unread.push({ at: { path: reader.path, start: first.start, end: first.start + first.length }, message });
}
