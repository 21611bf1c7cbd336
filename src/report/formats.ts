import type { RuleInfo } from "../model/rule.ts";
import { formatGithub } from "./github.ts";
import { formatGitlab } from "./gitlab.ts";
import { formatJson } from "./json.ts";
import { formatJunit } from "./junit.ts";
import { formatMarkdown } from "./markdown.ts";
import { formatPretty } from "./pretty.ts";
import type { PrettyOptions } from "./pretty.ts";
import type { Report } from "./report.ts";
import { formatSarif } from "./sarif.ts";

export const formatNames = ["pretty", "json", "sarif", "github", "gitlab", "junit", "markdown"] as const;
export type FormatName = (typeof formatNames)[number];

export type FormatOptions = PrettyOptions & {
  /** What leads from the repository to the current folder, as "packages/api/"; "" when they are one. Servers count paths from the repository. */
  prefix: string;
  /** The page that shows a line of a file (its path from the repository); null: there is none. */
  link: (path: string, line: number) => string | null;
  rules: RuleInfo[];
};

/** A report as text, in one of the formats; each ends with a line feed. */
export function formatReport(name: FormatName, report: Report, options: FormatOptions): string {
  switch (name) {
    case "pretty":
      return formatPretty(report, options);
    case "json":
      return formatJson(report);
    case "sarif":
      return formatSarif(report, options);
    case "github":
      return formatGithub(report, options);
    case "gitlab":
      return formatGitlab(report, options);
    case "junit":
      return formatJunit(report, options);
    case "markdown":
      return formatMarkdown(report, options);
  }
}
