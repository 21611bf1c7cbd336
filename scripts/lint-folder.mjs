// Lints a folder with one rule, in the preset strict, by what `npm run build` made.
import { loadProject } from "../dist/src/disk/load.js";
import { check } from "../dist/src/lint/check.js";
import { buildProject } from "../dist/src/project/build.js";
import { loadSqlParser } from "../dist/src/read/sql/parser.js";
import { locate, makeSources } from "../dist/src/report/sources.js";

await loadSqlParser();

/** Findings with their place: file, line, column, severity, message. */
export function lintFolder(folder, rule) {
  const input = loadProject(folder);
  const text = (path) => input.files.text(path);
  const { findings } = check(buildProject(input), [rule], {
    preset: "strict",
    includeIncidental: false,
    levels: {},
    text,
    statements: (path) => input.facts(path)?.sql?.statements.map(({ at }) => at) ?? [],
  });
  const sources = makeSources(text);
  return findings.map(({ at, severity, message }) => ({ file: at.path, ...locate(sources, at).start, severity, message }));
}
