// Puts the cases to the tools.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { groups } from "./cases.mjs";
import { answer } from "./questions.mjs";

/**
 * One result for each tool and question of a case. `said`: true, false, or null where the tool has no rule for the question; `right`: it says
 * something where something is wrong, and nothing where nothing is.
 */
export async function askCases(tools, scratch) {
  const results = [];
  for (const [group, cases] of Object.entries(groups)) {
    for (const [index, one] of cases.entries()) {
      const folder = join(scratch, "cases", `${Object.keys(groups).indexOf(group)}-${index}`);
      write(folder, one.files);
      const at = one.at ?? one.migrations.at(-1);
      for (const tool of tools) {
        const files = tool.code ? one.migrations : one.migrations.filter((path) => path.endsWith(".sql"));
        const isAsked = Object.keys(one.asks).some((question) => answer(tool.name, question, []) !== null);
        const found = files.length === 0 || !isAsked ? [] : await tool.run({ bin: tool.bin, folder, files, scratch });
        const messages = found.filter(({ file }) => file === at);
        for (const [question, expected] of Object.entries(one.asks)) {
          const said = answer(tool.name, question, messages);
          results.push({ group, name: one.name, question, expected, tool: tool.name, said, right: (said === true) === (expected === "flag") });
        }
      }
    }
  }
  return results;
}

function write(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
