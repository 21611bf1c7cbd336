import { Chalk } from "chalk";
import { rules } from "../../rules/index.ts";
import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import { wrap } from "../report/text-width.ts";
import { terminalWidth } from "./output.ts";

const families = {
  assumed: "Assumed: code relies on a key that is not declared",
  migrations: "Migrations: a key is built unsafely",
  inserts: "Inserts: a write does not handle the conflict",
};

/** `uniqlint rules`. */
export function listRules(colours: boolean): string {
  const colour = new Chalk({ level: colours ? 1 : 0 });
  const width = Math.min(terminalWidth(), 120);
  const blocks = Object.entries(families).flatMap(([family, title]) => {
    const own = rules.filter((rule) => rule.family === family);
    if (own.length === 0) return [];
    const lines = own.flatMap(({ name, severity, preset, summary }) => [
      `  ${colour.bold(name)}  ${severity}${preset === "strict" ? ", strict only" : ""}`,
      ...wrap(summary, width - 4).map((line) => `    ${line}`),
    ]);
    return [[colour.underline(title), ...lines].join("\n")];
  });
  return `${blocks.join("\n\n")}\n`;
}

/** `uniqlint explain RULE`; a `failure` when there is none of that name. */
export function explainRule(name: string, colours: boolean): string {
  const rule = rules.find((own) => own.name === name);
  if (rule === undefined) throw failure(`no rule is named "${name}"${didYouMean(name, rules.map((own) => own.name))}`);
  const colour = new Chalk({ level: colours ? 1 : 0 });
  const width = Math.min(terminalWidth(), 100);
  const part = (title: string, text: string): string => [colour.underline(title), ...wrap(text, width - 2).map((line) => `  ${line}`)].join("\n");
  const head = `${colour.bold(rule.name)}  ${rule.severity}, ${rule.preset === "strict" ? "strict only" : "recommended"}, ${rule.family}`;
  const suppress = `// uniqlint-disable-next-line ${rule.name} -- why it does not apply here`;
  const parts = [head, ...wrap(`${rule.summary}.`, width), "", part("Why", rule.why), "", part("What to do", rule.fix), "", part("To accept one place", suppress)];
  return `${parts.join("\n")}\n`;
}
