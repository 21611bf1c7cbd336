// node bench/sample.mjs SEED COUNT CODE REPORT.json… : draws COUNT findings out of reports (`uniqlint --format json`), at least CODE of them of the
// families assumed and inserts. The same seed and reports give the same sample. At most a fifth of each part comes from one rule of one repository.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const [seed, count, code, ...files] = process.argv.slice(2);
let state = Number(seed) >>> 0;
/** mulberry32. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const all = files.sort().flatMap((file) => JSON.parse(readFileSync(file, "utf8")).findings.map((finding) => ({ repo: basename(file, ".json"), ...finding })));
const isCode = (finding) => finding.family === "assumed" || finding.family === "inserts";
const drawn = [...draw(all.filter(isCode), Number(code)), ...draw(all.filter((finding) => !isCode(finding)), Number(count) - Number(code))];
console.log(JSON.stringify(drawn, null, 1));

function draw(from, number) {
  const taken = [], held = new Map(), left = from.map((finding) => ({ finding, order: random() })).sort((a, b) => a.order - b.order);
  for (const { finding } of left) {
    const group = `${finding.repo} ${finding.rule}`;
    if (taken.length >= number || (held.get(group) ?? 0) >= number / 5) continue;
    held.set(group, (held.get(group) ?? 0) + 1);
    taken.push(finding);
  }
  return taken;
}
