import type { Suppression } from "../model/facts.ts";
import type { Finding, Severity } from "../model/finding.ts";
import { didYouMean } from "./nearest.ts";

/** What is told about comments that switch rules off. */
export type SuppressionLevels = { unused: Severity | "off"; withoutReason: Severity | "off" };

/**
 * Findings about suppressions themselves. One that names only rules that did not run may have its use in another preset, so it is no finding.
 * `ran` and `all`: names of rules.
 */
export function findSuppressionProblems(
  suppressions: Suppression[],
  used: Set<Suppression>,
  { ran, all, levels }: { ran: string[]; all: string[]; levels: SuppressionLevels },
): Finding[] {
  return suppressions.flatMap((suppression) => {
    const { rules, reason, kind, at } = suppression;
    if (kind === "enable") return [];
    const make = (rule: string, severity: Severity | "off", message: string): Finding[] =>
      severity === "off"
        ? []
        : [{ rule, family: "suppressions", severity, message, at, see: [], table: null, columns: null, sqlstate: null, suggestions: [], fix: null, fingerprint: "" }];
    const unknown = rules.find((name) => !all.includes(name));
    const couldAct = rules.length === 0 || rules.some((name) => ran.includes(name)) || unknown !== undefined;
    const what = rules.length === 0 ? "Nothing is found here" : `${rules.join(" and ")} find${rules.length === 1 ? "s" : ""} nothing here`;
    const why = unknown === undefined ? `${what}, so this comment switches nothing off.` : `No rule is named "${unknown}"${didYouMean(unknown, all)}, so this comment switches nothing off.`;
    return [
      ...(couldAct && !used.has(suppression) ? make("unused-suppression", levels.unused, why) : []),
      ...(reason === null ? make("suppression-without-reason", levels.withoutReason, `Say after "--" why ${rules.length === 0 ? "no rule applies" : `${rules.join(" and ")} does not apply`} here.`) : []),
    ];
  });
}
