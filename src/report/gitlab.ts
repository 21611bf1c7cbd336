import type { Report } from "./report.ts";
import { repositoryPath } from "./repository-path.ts";
import { locate } from "./sources.ts";

/**
 * `--format gitlab`: a Code Quality report, which GitLab shows in the merge request
 * (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
 */
export function formatGitlab(report: Report, { prefix }: { prefix: string }): string {
  const issues = report.findings.map(({ rule, message, severity, fingerprint, at }) => {
    const { start, end } = locate(report.sources, at);
    return {
      type: "issue",
      check_name: rule,
      description: message,
      categories: ["Bug Risk"],
      severity: severity === "error" ? "major" : "minor",
      fingerprint,
      location: { path: repositoryPath(prefix, at.path), lines: { begin: start.line, end: end.line } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}
