import type { DirectiveType, FileProblem, RulesConfig, SourceLocation, TraversalStep } from "@eslint/core";
import { CallMethodStep, ConfigCommentParser, Directive, TextSourceCodeBase } from "@eslint/plugin-kit";
import { indexLines, positionAt } from "../report/position.ts";
import type { Comment } from "./comments.ts";
import { emptyProgram } from "./empty-program.ts";

/** The trees of .sql and .prisma files: uniqlint's rules look at the project, so a root and the comments are all that ESLint needs. */
export type Root = { type: "Program"; loc: SourceLocation; range: [number, number]; comments: Note[]; body: never[]; tokens: never[] };
export type Note = { type: "Comment"; value: string; loc: SourceLocation; range: [number, number] };

/** Lines from 1, columns from 0, as JavaScript's trees have them. */
export function makeRoot(text: string, comments: Comment[]): Root {
  const lines = indexLines(text);
  const place = (offset: number): SourceLocation["start"] => {
    const { line, column } = positionAt(lines, offset);
    return { line, column: column - 1 };
  };
  const locate = (start: number, end: number): SourceLocation => ({ start: place(start), end: place(end) });
  return {
    type: "Program",
    loc: locate(0, text.length),
    range: [0, text.length],
    body: [],
    tokens: [],
    comments: comments.map(({ start, end, value }) => ({ type: "Comment", value, loc: locate(start, end), range: [start, end] })),
  };
}

/** The one event of such a file. Nodes are not visited: rules about JavaScript would take them for theirs. */
export const WHOLE_FILE = "onUniqlintFile";

/** What a comment `eslint rule: level` says. */
type InlineConfig = { config: { rules: RulesConfig }; loc: SourceLocation };

const parser = new ConfigCommentParser();
const DIRECTIVE = /^\s*eslint(?:-enable|-disable(?:(?:-next)?-line)?)?(?:\s|$)/u;

/** A file with comments that ESLint understands: `eslint-disable…` and `eslint rule: level`. */
export class CommentedSourceCode extends TextSourceCodeBase<{ LangOptions: Record<string, unknown>; RootNode: Root; SyntaxElementWithLoc: Root | Note; ConfigNode: Note }> {
  constructor(text: string, ast: Root) {
    super({ text, ast, lineEndingPattern: /\r\n|[\r\n]/u });
    Object.assign(this, emptyProgram());
  }

  override getParent(node: Root | Note): Root | undefined {
    return node.type === "Comment" ? this.ast : undefined;
  }

  override traverse(): Iterable<TraversalStep> {
    return [new CallMethodStep({ target: WHOLE_FILE, args: [] })];
  }

  getInlineConfigNodes(): Note[] {
    return this.ast.comments.filter(({ value }) => DIRECTIVE.test(value));
  }

  getDisableDirectives(): { directives: Directive[]; problems: FileProblem[] } {
    const directives: Directive[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const { label = "", value = "", justification = "" } = parser.parseDirective(node.value) ?? {};
      const type = /^eslint-(disable(?:(?:-next)?-line)?|enable)$/.exec(label)?.[1] as DirectiveType | undefined;
      if (type === undefined) continue;
      if (type === "disable-line" && node.loc.start.line !== node.loc.end.line) {
        problems.push({ ruleId: null, message: `${label} comment should not span multiple lines.`, loc: node.loc });
      } else {
        directives.push(new Directive({ type, node, value, justification }));
      }
    }
    return { directives, problems };
  }

  applyInlineConfig(): { configs: InlineConfig[]; problems: FileProblem[] } {
    const configs: InlineConfig[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const { label, value = "" } = parser.parseDirective(node.value) ?? {};
      if (label !== "eslint") continue;
      const parsed = parser.parseJSONLikeConfig(value);
      if (parsed.ok) configs.push({ config: { rules: parsed.config }, loc: node.loc });
      else problems.push({ ruleId: null, message: parsed.error.message, loc: node.loc });
    }
    return { configs, problems };
  }
}
