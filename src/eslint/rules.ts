import { resolve } from "node:path";
import type { Rule } from "eslint";
import { isSource } from "../disk/languages.ts";
import { ruleUrl } from "../report/rule-url.ts";
import { ask } from "./client.ts";
import type { Answer, Edit, Settings } from "./protocol.ts";
import type { RuleInfo } from "./rule-list.ts";
import { WHOLE_FILE } from "./source-code.ts";

/** One of uniqlint's rules as a rule of ESLint: it reports what the project service found by that name in the file. */
export function makeRule({ name, summary, severity, preset, edits }: RuleInfo, version: string): Rule.RuleModule {
  return {
    meta: {
      type: severity === "error" ? "problem" : "suggestion",
      docs: { description: summary, url: ruleUrl(name, version), recommended: preset === "recommended" },
      schema: [],
      ...(edits.includes("fix") ? { fixable: "code" as const } : {}),
      ...(edits.includes("suggestions") ? { hasSuggestions: true } : {}),
    },
    create(context) {
      const report = (): void => {
        for (const finding of findingsOf(context)) if (finding.rule === name) context.report(describe(finding, edits));
      };
      return { Program: report, [WHOLE_FILE]: report };
    },
  };
}

/** All rules of a lint share one answer. */
const answers = new WeakMap<object, { settings: unknown; findings: Answer[] }>();

function findingsOf({ sourceCode, filename, physicalFilename, cwd, settings }: Rule.RuleContext): Answer[] {
  // Code without a file, and code inside another file, is no part of a project.
  if (filename.startsWith("<") || filename !== physicalFilename || !isSource(filename)) return [];
  const known = answers.get(sourceCode);
  if (known?.settings === settings) return known.findings;
  const findings = ask({ cwd, file: resolve(cwd, filename), text: sourceCode.text, settings: (settings["uniqlint"] ?? {}) as Settings });
  answers.set(sourceCode, { settings, findings });
  return findings;
}

function describe({ message, start, end, fix, suggestions }: Answer, edits: RuleInfo["edits"]): Rule.ReportDescriptor {
  const place = ({ line, column }: Answer["start"]) => ({ line, column: column - 1 });
  return {
    message,
    loc: { start: place(start), end: place(end) },
    ...(fix !== null && edits.includes("fix") ? { fix: fixerOf(fix) } : {}),
    ...(edits.includes("suggestions") ? { suggest: suggestions.map(({ title, edits: own }) => ({ desc: title, fix: fixerOf(own) })) } : {}),
  };
}

function fixerOf(edits: Edit[]): Rule.ReportFixer {
  return (fixer) => edits.map(({ range, text }) => fixer.replaceTextRange(range, text));
}
