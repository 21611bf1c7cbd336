import { callChain } from "../chains.ts";
import type { MigrationLibrary } from "./library.ts";
import { sent } from "./sent.ts";
import { onlyWrites, rawPieces } from "./sql-text.ts";

/** MikroORM: `this.addSql(…)`, each a statement of its own; `this.execute(…)` runs at once (reference §12.3). */
export const mikroOrm: MigrationLibrary = {
  handles: () => [],
  read(call, reading) {
    const { root, links } = callChain(call);
    const [first] = links;
    if (root.kind !== "unknown" || root.text !== "this" || (first?.name !== "addSql" && first?.name !== "execute")) return false;
    const [text] = first.args ?? [];
    const sql = rawPieces(reading, text);
    const at = reading.home(call.at);
    if (sql === null && onlyWrites(text)) reading.unread(at, "The SQL of this statement could not be read");
    else reading.send(sent(at, sql));
    return true;
  },
  optsOut(program, { path, className }) {
    const code = program.facts(path)?.code;
    const own = className === null ? undefined : code?.declarations[className]?.class?.members.find((member) => member.name === "isTransactional");
    const [returned] = own?.function == null ? [] : (code?.functions[own.function]?.returns ?? []);
    return returned?.kind === "boolean" && !returned.value;
  },
};
