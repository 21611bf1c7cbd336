// The statements of migrations that build a unique key and are not CONCURRENTLY, and whether their table is new. Found by Postgres' parser alone,
// file by file, so that no tool judges itself.
import { loadModule, parseSync } from "libpg-query";
import { load } from "./tools.mjs";

const { prepareFile } = await load("read/sql/prepare.js");
const { splitStatements } = await load("read/sql/split.js");
await loadModule();

/** { file, start, end (lines), text, name (of an index), table, fresh }; `fresh`: the same file creates the table, for good or for the session. */
export function findBuilds(texts) {
  const builds = [];
  const known = new Set();
  for (const [file, text] of texts) {
    const { text: made, segments } = prepareFile(text);
    const created = new Set();
    const lineOf = (offset) => made.slice(0, offset).split("\n").length;
    for (const { start, end } of splitStatements(made, segments)) {
      const piece = made.slice(start, end);
      for (const node of parse(piece)) {
        note(node, created, known);
        const relation = buildOn(node);
        if (relation !== null) builds.push({ file, start: lineOf(start), end: lineOf(end), text: piece, name: node.IndexStmt?.idxname ?? null, table: nameOf(relation), fresh: created.has(nameOf(relation)) });
      }
    }
    for (const name of created) known.add(name);
  }
  return builds;
}

function parse(text) {
  try {
    return (parseSync(text).stmts ?? []).map(({ stmt }) => stmt);
  } catch {
    return [];
  }
}

const nameOf = ({ schemaname, relname }) => (schemaname === undefined || schemaname === "public" ? relname : `${schemaname}.${relname}`);

/** `known`: created by an earlier file, so that IF NOT EXISTS makes nothing. */
function note(node, created, known) {
  const relation = node.CreateStmt?.relation ?? node.CreateTableAsStmt?.into?.rel;
  const lenient = node.CreateStmt?.if_not_exists ?? node.CreateTableAsStmt?.if_not_exists ?? false;
  if (relation && !(lenient && known.has(nameOf(relation)))) created.add(nameOf(relation));
  const renamed = node.RenameStmt;
  if (renamed?.renameType === "OBJECT_TABLE") {
    const { schemaname } = renamed.relation;
    const to = nameOf({ schemaname, relname: renamed.newname });
    for (const names of [created, known]) if (names.delete(nameOf(renamed.relation))) names.add(to);
  }
  if (node.DropStmt?.removeType === "OBJECT_TABLE") {
    for (const { List } of node.DropStmt.objects) {
      const parts = List.items.map(({ String: word }) => word.sval);
      const name = nameOf({ schemaname: parts.at(-2), relname: parts.at(-1) });
      created.delete(name);
      known.delete(name);
    }
  }
}

/** The table on which the statement builds a unique key while others wait; null: it builds none. */
function buildOn({ IndexStmt: index, AlterTableStmt: alter }) {
  if (index) return index.unique && !index.concurrent && index.relation.inh ? index.relation : null;
  const builds = alter?.cmds.some(({ AlterTableCmd: { subtype, def } }) => {
    if (subtype === "AT_AddConstraint") return isUnique(def);
    return subtype === "AT_AddColumn" && (def.ColumnDef.constraints ?? []).some(isUnique);
  });
  return builds ? alter.relation : null;
}

function isUnique({ Constraint: { contype, indexname } = {} }) {
  return contype === "CONSTR_UNIQUE" && indexname === undefined;
}
