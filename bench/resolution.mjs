// How much of the code is brought to a table and its columns? `npm run build && node bench/resolution.mjs FOLDER…` prints one row a folder: conflict
// clauses, inserts, look-ups and handlers, resolved of those seen, as `--stats` counts them. With --unresolved the places that are not are printed on
// standard error, with the beginning of their source.
import { basename, resolve } from "node:path";
import { readFolder } from "../dist/src/disk/lint-state.js";
import { findTargets } from "../dist/src/disk/targets.js";
import { indexLines, positionAt } from "../dist/src/report/position.js";

const [folders, options] = [process.argv.slice(2).filter((arg) => !arg.startsWith("--")), process.argv.slice(2).filter((arg) => arg.startsWith("--"))];

console.log("| repository | clients | conflict | inserts | look-ups | handlers |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const folder of folders.map((path) => resolve(path))) {
  const [target] = findTargets(folder, []);
  const { project, input } = await readFolder(target, {});
  const { conflict, insert, lookup, handler } = project.counts;
  console.log(`| ${[basename(folder), clientsOf(project), ...[conflict, insert, lookup, handler].map(shown)].join(" | ")} |`);
  if (options.includes("--unresolved")) for (const line of unresolved(project, input)) console.error(line);
}

/** Those of at least a twentieth of the sites, the most used first. */
function clientsOf({ sites }) {
  const counts = new Map();
  for (const { client } of sites) counts.set(client, (counts.get(client) ?? 0) + 1);
  return [...counts].filter(([, count]) => count * 20 >= sites.length).sort((a, b) => b[1] - a[1]).map(([client]) => client).join(", ");
}

function shown({ seen, resolved }) {
  return seen === 0 ? "–" : `${resolved}/${seen} (${Math.floor((resolved / seen) * 100)} %)`;
}

function unresolved({ sites, handlers }, { files }) {
  const places = [
    ...sites.filter((site) => site.table === null || (site.conflict?.target.by === "unknown" && site.conflict.oneOf === undefined)).map((site) => ({ what: `${site.conflict === null ? site.kind : "conflict"} (${site.client})`, at: site.at })),
    ...handlers.filter(({ handles, opaqueTests }) => handles === "unknown" || (handles === "unique" && opaqueTests > 0)).map(({ body }) => ({ what: "handler", at: body })),
  ];
  return places.map(({ what, at }) => {
    const text = files.text(at.path) ?? "";
    const { line } = positionAt(indexLines(text), at.start);
    return `${at.path}:${line} ${what}: ${text.slice(at.start, Math.min(at.end, at.start + 120)).replace(/\s+/g, " ")}`;
  });
}
