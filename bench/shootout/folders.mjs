// Puts the migrations of a folder to the tools, and counts what each says of the unique keys that they build.
import { basename } from "node:path";
import { findBuilds } from "./builds.mjs";
import { answer } from "./questions.mjs";
import { load } from "./tools.mjs";

const { loadProject } = await load("disk/load.js");
const { loadSqlParser } = await load("read/sql/parser.js");

/** Builds by the age of their table, and by tool: how many it flags, how many of those are on new tables, how many on older ones it misses, seconds. */
export async function judgeFolder(folder, tools, scratch) {
  await loadSqlParser();
  const project = loadProject(folder);
  const lists = project.databases.filter(({ dialect }) => dialect === "postgres").flatMap(({ migrations }) => migrations.map(({ files }) => files.filter((path) => path.endsWith(".sql"))));
  const builds = lists.flatMap((files) => findBuilds(files.map((file) => [file, project.files.text(file) ?? ""])));
  const files = lists.flat();
  const fresh = builds.filter((build) => build.fresh).length;
  const tally = {};
  const open = [];
  for (const tool of tools) {
    const started = performance.now();
    const found = await tool.run({ bin: tool.bin, folder, files, scratch });
    const seconds = (performance.now() - started) / 1000;
    const byFile = groupByFile(found);
    const flagged = builds.filter((build) => answer(tool.name, "lock", (byFile.get(build.file) ?? []).filter((message) => isAbout(message, build))));
    const missed = builds.filter((build) => !build.fresh && !flagged.includes(build));
    const noise = flagged.filter((build) => build.fresh);
    tally[tool.name] = { flagged: flagged.length, noise: noise.length, missed: missed.length, seconds };
    for (const [what, places] of [["new table flagged", noise], ["older table missed", missed]]) open.push(...places.map(({ file, start, table }) => `${tool.name}: ${what}: ${basename(folder)}/${file}:${start} ${table}`));
  }
  return { name: basename(folder), files: files.length, fresh, older: builds.length - fresh, tally, open };
}

function groupByFile(messages) {
  const groups = new Map();
  for (const message of messages) {
    if (!groups.has(message.file)) groups.set(message.file, []);
    groups.get(message.file).push(message);
  }
  return groups;
}

/** By line; by the text of the statement, or the name of the index, where a tool tells no line (its text is cut wrong behind characters of several bytes). */
function isAbout({ line, statement, message }, { start, end, text, name }) {
  if (statement === undefined) return line >= start && line <= end;
  return plain(statement) === plain(text) || (name !== null && message.includes(`"${name}"`));
}

/** The words of a statement, without the comments before it. */
function plain(text) {
  return text.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)+/, "").replace(/[\s;]+/g, " ").trim();
}

export function sumFolders(judged) {
  const total = { name: "all", files: 0, fresh: 0, older: 0, tally: {}, open: [] };
  for (const { files, fresh, older, tally } of judged) {
    total.files += files;
    total.fresh += fresh;
    total.older += older;
    for (const [tool, counts] of Object.entries(tally)) {
      const sum = (total.tally[tool] ??= { flagged: 0, noise: 0, missed: 0, seconds: 0 });
      for (const key of Object.keys(sum)) sum[key] += counts[key];
    }
  }
  return total;
}
