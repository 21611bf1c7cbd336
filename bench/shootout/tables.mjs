// Results as Markdown.

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A line for each question of each case. ✗: wrong; –: the tool has no rule for the question. */
export function caseTable(tools, results) {
  const lines = new Map();
  for (const result of results) {
    const id = JSON.stringify([result.group, result.name, result.question]);
    lines.set(id, { ...(lines.get(id) ?? { ...result, cells: {} }), cells: { ...lines.get(id)?.cells, [result.tool]: cell(result) } });
  }
  let group = "";
  let name = "";
  const rows = [...lines.values()].flatMap((line) => {
    const title = line.group === group ? [] : [[`**${line.group}**`, "", "", ...tools.map(() => "")]];
    const first = line.group !== group || line.name !== name;
    ({ group, name } = line);
    return [...title, [first ? line.name : "", line.question, line.expected, ...tools.map((tool) => line.cells[tool.name])]];
  });
  return table(["Case", "Question", "Right", ...tools.map(({ name }) => name)], rows);
}

function cell({ said, right }) {
  return `${said === null ? "–" : said ? "flags" : "silent"}${right ? "" : " ✗"}`;
}

/** Right answers by tool. */
export function totalTable(tools, results) {
  const share = (tool, matches) => {
    const asked = results.filter((result) => result.tool === tool.name && matches(result));
    return `${asked.filter(({ right }) => right).length} of ${asked.length}`;
  };
  const rows = [
    ["mistakes that are found", ({ expected }) => expected === "flag"],
    ["the same, where the tool has a rule for it", ({ expected, said }) => expected === "flag" && said !== null],
    ["sound places that are left alone", ({ expected }) => expected === "silent"],
    ["the same, where the tool has a rule for it", ({ expected, said }) => expected === "silent" && said !== null],
    ["all", () => true],
  ];
  return table(["", ...tools.map(({ name }) => name)], rows.map(([title, matches]) => [title, ...tools.map((tool) => share(tool, matches))]));
}

/** A line for each folder and tool. */
export function folderTable(tools, judged) {
  const head = ["Folder", "Files", "Builds on new tables", "on older ones", "Tool", "flagged", "of them on new tables", "older ones missed", "Seconds"];
  const rows = judged.flatMap(({ name, files, fresh, older, tally }) =>
    tools.map((tool, index) => {
      const { flagged, noise, missed, seconds } = tally[tool.name];
      return [...(index === 0 ? [name, files, fresh, older] : ["", "", "", ""]), tool.name, flagged, `${noise} (${share(noise, flagged)})`, `${missed} (${share(missed, older)})`, seconds.toFixed(1)];
    }),
  );
  return table(head, rows);
}

function share(part, whole) {
  return whole === 0 ? "–" : `${Math.round((100 * part) / whole)} %`;
}
