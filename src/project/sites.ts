import type { Site, Written } from "../model/project.ts";
import type { Draft, DraftConflict, DraftWritten, Linked } from "./clients/adapter.ts";
import { isIncidental } from "./files.ts";
import { valueOf, type Values } from "./values.ts";
import { exportedAs } from "./exports.ts";
import { asksReplica } from "./replicas.ts";

/** A site with its values; what stands around it is guards.ts' to say. `migrations`: paths of the files that are some. */
export function finishSite(linked: Linked, values: Values, draft: Draft, id: number, migrations: Set<string>): Site {
  const { path } = draft.at;
  const code = linked.program.facts(path)?.code;
  const call = draft.call === null ? undefined : code?.calls[draft.call];
  const fact = call?.function == null ? undefined : code?.functions[call.function];
  const finish = (list: DraftWritten[] | null): Written[] | null => list?.map((each) => finishWritten(values, each)) ?? null;
  const exported = fact?.name != null && code != null && exportedAs(code, fact.name).length > 0;
  return {
    id,
    kind: draft.kind,
    client: draft.client,
    operation: draft.operation,
    database: draft.database,
    table: draft.table,
    at: draft.at,
    rows: draft.rows,
    columns: finish(draft.columns),
    columnsComplete: draft.columnsComplete,
    match: finish(draft.match),
    matchRest: draft.matchRest,
    lookup: draft.lookup,
    ...(draft.ordered === true ? { ordered: true } : {}),
    ...(draft.kind === "lookup" && call !== undefined && asksReplica(linked.program, draft, call.expression) ? { replica: true } : {}),
    ...(draft.repeats === true ? { repeats: true } : {}),
    conflict: draft.conflict === null ? null : finishConflict(draft.conflict, finish),
    returning: draft.returning,
    guards: [],
    ways: 1,
    entry: migrations.has(path) ? "migration" : null,
    inside: fact === undefined ? null : { path, name: fact.name, at: fact.at, exported },
    loop: call?.context.some((step) => step.kind === "loop") ?? false,
    incidental: migrations.has(path) || isIncidental(path),
  };
}

function finishConflict(conflict: DraftConflict, finish: (list: DraftWritten[] | null) => Written[] | null): Site["conflict"] {
  const { sets, ...rest } = conflict;
  return { ...rest, sets: sets === "all" ? "all" : finish(sets) };
}

function finishWritten(values: Values, written: DraftWritten): Written {
  const value = written.source === null ? (written.value ?? { text: "", origin: "unknown" as const, nullable: null }) : valueOf(values, written.source);
  return { column: written.column, value: written.optional === true ? { ...value, nullable: true } : value, at: written.at };
}
