import type { ArtifactLocation, Fix as SarifFix, Location, Log, Notification, Region, ReportingDescriptor, Result } from "sarif";
import type { Finding, Fix } from "../model/finding.ts";
import type { RuleInfo } from "../model/rule.ts";
import type { Span } from "../model/span.ts";
import type { Report } from "./report.ts";
import { repositoryPath } from "./repository-path.ts";
import { ruleUrl } from "./rule-url.ts";
import { locate } from "./sources.ts";
import type { Sources } from "./sources.ts";

/** UTF-16 units. */
const longestSnippet = 2000;

export type SarifOptions = { prefix: string; rules: RuleInfo[] };

/** `--format sarif`: SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub's code scanning and other servers read it. */
export function formatSarif(report: Report, options: SarifOptions): string {
  const { tool, findings, unread, notes } = report;
  const notifications: Notification[] = [
    ...unread.map(({ at, message }): Notification => ({ level: "warning", message: { text: `Not read: ${message}` }, locations: [makeLocation(at, report.sources, options.prefix)] })),
    ...notes.map((text): Notification => ({ level: "note", message: { text } })),
  ];
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            semanticVersion: tool.version,
            informationUri: `https://www.npmjs.com/package/${tool.name}`,
            rules: options.rules.map((rule) => describeRule(rule, tool.version)),
          },
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { SRCROOT: { description: { text: "The folder that paths are counted from: the repository's." } } },
        results: findings.map((finding) => describeFinding(finding, report.sources, options)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function describeRule(rule: RuleInfo, version: string): ReportingDescriptor {
  const url = ruleUrl(rule.name, version);
  return {
    id: rule.name,
    name: rule.name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${rule.summary}.` },
    fullDescription: { text: rule.why },
    help: { text: `${rule.why}\n\n${rule.fix}`, markdown: `${rule.why}\n\n${rule.fix}\n\n[More about this rule](${url})` },
    helpUri: url,
    defaultConfiguration: { level: rule.severity, enabled: rule.preset === "recommended" },
    properties: { tags: ["database", "correctness", rule.family], precision: rule.preset === "recommended" ? "high" : "medium", "problem.severity": rule.severity },
  };
}

function describeFinding(finding: Finding, sources: Sources, { prefix, rules }: SarifOptions): Result {
  const index = rules.findIndex(({ name }) => name === finding.rule);
  const fixes = [...(finding.fix === null ? [] : [finding.fix]), ...finding.suggestions];
  const { table, columns, sqlstate } = finding;
  return {
    ruleId: finding.rule,
    ...(index < 0 ? {} : { ruleIndex: index }),
    level: finding.severity,
    message: { text: finding.message },
    locations: [makeLocation(finding.at, sources, prefix)],
    ...(finding.see.length === 0 ? {} : { relatedLocations: finding.see.map(({ at, message }, id) => ({ id: id + 1, ...makeLocation(at, sources, prefix), message: { text: message } })) }),
    partialFingerprints: { "uniqlint/v1": finding.fingerprint },
    ...(fixes.length === 0 ? {} : { fixes: fixes.map((fix) => describeFix(fix, sources, prefix)) }),
    properties: { table, columns, sqlstate },
  };
}

function describeFix(fix: Fix, sources: Sources, prefix: string): SarifFix {
  const paths = [...new Set(fix.edits.map(({ at }) => at.path))];
  return {
    description: { text: fix.title },
    artifactChanges: paths.map((path) => ({
      artifactLocation: makeArtifact(path, prefix),
      replacements: fix.edits
        .filter(({ at }) => at.path === path)
        .map(({ at, text }) => ({ deletedRegion: makeRegion(at, sources), insertedContent: { text } })),
    })),
  };
}

function makeLocation(at: Span, sources: Sources, prefix: string): Location {
  const text = sources.lines(at.path)?.text.slice(at.start, at.end) ?? "";
  // Servers show it where they cannot reach the file.
  const snippet = text !== "" && text.length <= longestSnippet ? { snippet: { text } } : {};
  return { physicalLocation: { artifactLocation: makeArtifact(at.path, prefix), region: { ...makeRegion(at, sources), ...snippet } } };
}

function makeRegion(at: Span, sources: Sources): Region {
  const { start, end } = locate(sources, at);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function makeArtifact(path: string, prefix: string): ArtifactLocation {
  return { uri: repositoryPath(prefix, path).split("/").map(encodeURIComponent).join("/"), uriBaseId: "SRCROOT" };
}
