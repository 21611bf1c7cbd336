import type { Runner } from "../../model/project.ts";
import type { Span, Unread } from "../../model/span.ts";
import type { Statement } from "../../model/statement.ts";
import { entryOf, evaluateExport } from "../evaluate.ts";
import type { Evaluated, Program } from "../program.ts";
import { dbMigrate } from "./db-migrate.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import type { MigrationLibrary, Reading, UpFunction } from "./library.ts";
import { mikroOrm } from "./mikro-orm.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { sequelize } from "./sequelize.ts";
import { statementsOf, type Sent } from "./sent.ts";
import { typeorm } from "./typeorm.ts";
import { walkCalls, type FunctionValue, type Step, type Visit } from "./walk.ts";

const LIBRARIES: Partial<Record<Runner, MigrationLibrary>> = { knex, kysely, "node-pg-migrate": nodePgMigrate, "db-migrate": dbMigrate, sequelize, typeorm, "mikro-orm": mikroOrm };

export type CodeMigration = {
  statements: Statement[];
  unread: Unread[];
  comments: { text: string; at: Span }[];
  /** It leaves the runner's transaction. */
  optsOut: boolean;
};

/**
 * A migration written in TypeScript or JavaScript: what its `up` sends to the server, as statements. Nothing is executed: calls are evaluated as far
 * as their text says, and what cannot be read is told. null: the file holds no such function, or no library is known for the runner.
 */
export function readCodeMigration(program: Program, runner: Runner, path: string): CodeMigration | null {
  const library = LIBRARIES[runner];
  const up = library === undefined ? null : findUp(program, path);
  if (library === undefined || up === null) return null;
  const sentAll: Sent[] = [];
  const unread: Unread[] = [];
  let optsOut = library.optsOut?.(program, up) ?? false;
  const home = (at: Span, step: Step): Span => (at.path === path ? at : step.at);
  const visitLibrary: Visit = (call, step, fact) => {
    const reading: Reading = {
      program,
      path,
      fact,
      send: (item) => sentAll.push({ ...item, conditional: item.conditional || step.conditional }),
      unread: (at, message) => void unread.push({ at: home(at, step), message }),
      optOut: () => void (optsOut = true),
      // A visitor of the library's own is told of conditions inside of the function only: what it sends is sent behind this call's.
      follow: (fn, args, visit) => walkCalls(program, path, fn, args, visit ?? visitLibrary, visit === undefined ? step : { ...step, conditional: false }),
      home: (at) => home(at, step),
    };
    return step.caught || library.read(call, reading);
  };
  walkCalls(program, path, up.fn, library.handles({ path, start: 0, end: 0 }), visitLibrary);
  const read = statementsOf(path, sentAll, optsOut || runner === "sequelize");
  const comments = program.facts(path)?.code?.comments ?? [];
  return { statements: read.statements, unread: [...unread, ...read.unread], comments, optsOut };
}

/** `up`, exported by its name, as a part of the default export, or as a method of a class. */
function findUp(program: Program, path: string): UpFunction | null {
  for (const value of [evaluateExport(program, path, "up"), entryOf(evaluateExport(program, path, "default"), "up")]) {
    const fn = functionOf(value);
    if (fn !== null) return { fn, path, className: null };
  }
  for (const [name, declaration] of Object.entries(program.facts(path)?.code?.declarations ?? {})) {
    const member = declaration.class?.members.find((each) => each.name === "up" && !each.static);
    if (member?.function != null) return { fn: { kind: "function", at: member.at, path, function: member.function }, path, className: name };
  }
  return null;
}

function functionOf(value: Evaluated | undefined): FunctionValue | null {
  if (value?.kind === "function") return value;
  if (value?.kind === "declaration" && value.declaration.function !== null) return { kind: "function", at: value.at, path: value.path, function: value.declaration.function };
  return null;
}
