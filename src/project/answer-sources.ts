import type { Expression } from "../model/expression.ts";
import type { LocalValue } from "../model/facts.ts";
import type { Site } from "../model/project.ts";
import { evaluate } from "./evaluate.ts";
import { callIndexAt, lastName, unspread } from "./expressions.ts";
import { isIncidental } from "./files.ts";
import { argumentsOf, type Binding, type Flow } from "./flow.ts";
import type { Evaluated } from "./program.ts";
import { mappedProperty, soughtBy, type Sought } from "./sought.ts";

/** The look-up that a value comes from. `row`: one row or a part of it; `rows`: a list; `count`: a number of rows or a position. */
export type Source = {
  site: number;
  shape: "row" | "rows" | "count" | "boolean";
  bindings: Binding[];
  /** Sought among loaded rows by something that the look-up does not compare, and that is not known. */
  narrowed?: boolean;
  /** Sought among them by these. */
  sought?: Sought[];
  /** The rows' property that a list, set or map of them holds. */
  mapped?: string;
  /** One of the rows that a loop goes through: it is there, but of the rows that were loaded with it may be none. */
  turn?: true;
  /** Made by a caller, which hands the answer in: what it compares is told in the caller's words. */
  handedIn?: boolean;
  /** The row that these were loaded with, as the function that asks calls it. */
  parent?: { value: Evaluated; bindings: Binding[] };
};

/** Where an expression stands. `bindings`: from its function up to the one that is asked about. */
export type Place = { path: string; inside: number | null; depth: number; bindings: Binding[]; /** Ask also about rows that DO NOTHING … RETURNING may not have given. */ skipped?: true };

const DEEPEST = 3;
const MOST_CALLERS = 8;
/** Methods of lists, sets and maps over loaded rows, with what they answer. */
const METHODS: Record<string, Source["shape"]> = {
  find: "row", findLast: "row", at: "row", get: "row", pop: "row", shift: "row", some: "boolean", includes: "boolean", has: "boolean", findIndex: "count", indexOf: "count",
  filter: "rows", map: "rows", flatMap: "rows", slice: "rows", keys: "rows", values: "rows", entries: "rows", flat: "rows", sort: "rows",
};

/** Those that ask only about some of the rows. */
const NARROWING = new Set(["find", "findLast", "get", "some", "includes", "has", "findIndex", "indexOf", "filter"]);

/** The look-ups that a condition on an expression asks about. */
export function rowsOf(flow: Flow, place: Place, expression: Expression): Source[] {
  return sourcesOf(flow, place, expression).filter((source) => source.turn !== true);
}

/** The look-ups whose answer an expression is, or is taken from: through locals, list methods, `??`, and functions that return them. */
export function sourcesOf(flow: Flow, place: Place, expression: Expression, hops = 0): Source[] {
  if (hops > 12) return [];
  const inner = (each: Expression): Source[] => sourcesOf(flow, place, each, hops + 1);
  switch (expression.kind) {
    case "local":
      return localSources(flow, place, expression.local, hops);
    case "member":
      return memberSources(flow, inner(expression.of), expression.name, { place, expression: expression.of });
    case "index":
      return inner(expression.of).map((source) => ({ ...source, shape: "row" as const }));
    case "binary":
      return expression.operator === "??" || expression.operator === "||" ? unique([...inner(expression.left), ...inner(expression.right)]) : expression.operator === "&&" ? inner(expression.right) : [];
    case "conditional":
      return unique([...inner(expression.then), ...inner(expression.else)]);
    case "new":
      return ["Set", "Map"].includes(lastName(expression.callee)) && expression.args[0] !== undefined ? inner(unspread(expression.args[0])) : [];
    case "unary":
      return expression.operator === "!" ? inner(expression.of) : [];
    case "template":
      return siteSources(flow, place, expression);
    case "call":
      return callSources(flow, place, expression, hops);
    default:
      return [];
  }
}

function unique(sources: Source[]): Source[] {
  return [...new Map(sources.map((source) => [source.site, source])).values()];
}

function localSources(flow: Flow, place: Place, index: number, hops: number): Source[] {
  const local = flow.program.facts(place.path)?.code?.locals[index];
  if (local?.kind === "parameter") return parameterSources(flow, place, index, local.function, hops);
  if (local === undefined || local.kind === "catch") return [];
  if (local.kind === "loop") return turnSources(flow, place, local.values, hops);
  return unique(
    local.values.slice(0, 4).flatMap(({ value, path }) => {
      const { from, rest } = elementOf(value, path);
      return rest.reduce((sources, step) => memberSources(flow, sources, step), sourcesOf(flow, place, from, hops + 1));
    }),
  );
}

/** `for (const user of users)`: only the rows that were loaded with each user are asked about in it. */
function turnSources(flow: Flow, place: Place, values: LocalValue[], hops: number): Source[] {
  const [only] = values;
  if (only?.path[0] !== "*") return [];
  const turns: Source[] = sourcesOf(flow, place, only.value, hops + 1).flatMap((source) => (source.shape === "rows" ? [{ ...source, shape: "row", turn: true }] : []));
  return only.path.slice(1).reduce((sources, step) => memberSources(flow, sources, step), turns);
}

/** `save(input, existing)`: what the callers looked up. */
function parameterSources(flow: Flow, place: Place, index: number, owner: number, hops: number): Source[] {
  const parameter = flow.program.facts(place.path)?.code?.functions[owner]?.parameters.find((item) => item.local === index);
  if (parameter === undefined || place.depth >= DEEPEST) return [];
  if (parameter.position === 0) {
    const awaited = awaitedSources(flow, place, owner, hops);
    if (awaited.length > 0) return parameter.path.reduce((sources, step) => memberSources(flow, sources, step), awaited);
  }
  const callers = flow.graph.callers({ path: place.path, function: owner }).filter(({ path }) => !isIncidental(path));
  const found = callers.slice(0, MOST_CALLERS).flatMap(({ path, call, args }) => {
    const given = args.slice(0, parameter.position + 1);
    const argument = given[parameter.position];
    if (argument === undefined || given.some((item) => item.kind === "spread")) return [];
    const inside = flow.program.facts(path)?.code?.calls[call]?.function ?? null;
    const outer: Place = { path, inside, depth: place.depth + 1, bindings: place.bindings };
    return parameter.path.reduce((sources, step) => memberSources(flow, sources, step), sourcesOf(flow, outer, unspread(argument), hops + 1));
  });
  return unique(found.map(({ parent: _parent, ...source }) => ({ ...source, handedIn: true })));
}

/** `find(…).then((existing) => …)`: what the promise answers. */
function awaitedSources(flow: Flow, place: Place, owner: number, hops: number): Source[] {
  const code = flow.program.facts(place.path)?.code;
  const handed = code?.functions[owner]?.callbackOf;
  const chain = handed?.call == null || handed.argument !== 0 || !/(?:^|\.)then$/.test(handed.callee) ? undefined : code?.calls[handed.call];
  if (chain === undefined || handed?.call == null) return [];
  const own = flow.sitesAt(place.path, handed.call).flatMap((id): Source[] => {
    const site = flow.sites[id];
    return site?.kind === "lookup" && flow.drafts[id]?.relation === undefined ? [{ site: id, shape: shapeOf(site, flow.drafts[id]?.row === true), bindings: place.bindings }] : [];
  });
  if (own.length > 0) return own;
  const callee = chain.expression.kind === "call" ? chain.expression.callee : null;
  return callee?.kind === "member" && callee.name === "then" ? sourcesOf(flow, { ...place, inside: chain.function }, callee.of, hops + 1) : [];
}

/** `const [a, b] = await Promise.all([x, y])`: a is x's. */
function elementOf(value: Expression, path: string[]): { from: Expression; rest: string[] } {
  const [first, ...rest] = path;
  const list = value.kind === "call" && value.callee.kind === "member" && /^all/.test(value.callee.name) && lastName(value.callee.of) === "Promise" ? value.args[0] : undefined;
  const item = list?.kind === "array" && first !== undefined ? list.items[Number(first)] : undefined;
  return item === undefined ? { from: value, rest: path } : { from: unspread(item), rest };
}

/** `of`: what the member is one of, where that is an expression. */
function memberSources(flow: Flow, sources: Source[], name: string, of?: { place: Place; expression: Expression }): Source[] {
  return sources.flatMap((source) => {
    const related = relatedSource(flow, source, name);
    if (related !== null) return [of === undefined ? related : { ...related, parent: { value: evaluate(flow.program, of.place.path, of.expression), bindings: of.place.bindings } }];
    return source.turn === true ? [] : [memberSource(source, name)];
  });
}

function memberSource(source: Source, name: string): Source {
  if (name === "length" || name === "size" || name === "rowCount" || name === "count" || name === "numUpdatedRows" || name === "numAffectedRows") return { ...source, shape: "count" };
  if (name === "data" || name === "rows" || name === "error" || name === "then") return source;
  return source.shape === "count" ? source : { ...source, shape: "row" };
}

/** `user.profile` of a look-up that loaded it with the user. */
function relatedSource(flow: Flow, source: Source, name: string): Source | null {
  const draft = flow.drafts[source.site];
  if (draft === undefined || draft.call === null || draft.client !== "prisma" || source.shape === "count") return null;
  const relation = draft.relation === undefined ? name : `${draft.relation}.${name}`;
  const site = flow.sitesAt(draft.at.path, draft.call).find((id) => flow.drafts[id]?.relation === relation);
  if (site === undefined) return null;
  const { site: _of, sought, mapped: _mapped, turn: _turn, parent: _parent, ...rest } = source;
  return { ...rest, site, shape: flow.sites[site]?.lookup === "one" ? "row" : "rows", ...(sought === undefined ? {} : { narrowed: true }) };
}

function siteSources(flow: Flow, place: Place, expression: Expression): Source[] {
  const code = flow.program.facts(place.path)?.code;
  const call = code == null ? null : callIndexAt(code, expression.start, expression.end);
  if (code == null || call === null) return [];
  // `db.execute(sql`…`)`: the statement is an argument of the call that runs it.
  const argument = expression.kind === "call" ? expression.args[0] : undefined;
  const statement = argument?.kind === "template" ? callIndexAt(code, argument.start, argument.end) : null;
  const ids = [call, ...(statement === null ? [] : [statement])].flatMap((index) => flow.sitesAt(place.path, index));
  return ids.flatMap((id): Source[] => {
    const site = flow.sites[id];
    const answers = site?.kind === "lookup" || site?.kind === "update" || (place.skipped === true && site?.conflict?.action === "nothing");
    return site === undefined || flow.drafts[id]?.relation !== undefined || !answers ? [] : [{ site: id, shape: shapeOf(site, flow.drafts[id]?.row === true), bindings: place.bindings }];
  });
}

/** `row`: the client answers with one row or none. */
function shapeOf(site: Site, row: boolean): Source["shape"] {
  if (site.kind === "update") return site.returning === "none" ? "count" : row ? "row" : "rows";
  if (site.lookup === "count" || site.lookup === "max") return "count";
  if (site.lookup === "exists") return "boolean";
  // `select().limit(1)` is still a list; clients with a row for an answer name it.
  return row || (site.lookup === "one" && (site.client === "prisma" || site.client === "supabase" || /findFirst$/.test(site.operation))) ? "row" : "rows";
}

function callSources(flow: Flow, place: Place, expression: Extract<Expression, { kind: "call" }>, hops: number): Source[] {
  const own = siteSources(flow, place, expression);
  if (own.length > 0) {
    const taken = expression.callee.kind === "member" && expression.callee.name === "then";
    return taken ? own.map((source) => ({ ...source, shape: "row" as const })) : own;
  }
  const { callee } = expression;
  if (callee.kind === "member") {
    const shape = Object.hasOwn(METHODS, callee.name) ? METHODS[callee.name] : undefined;
    if (shape !== undefined) {
      const over = sourcesOf(flow, place, callee.of, hops + 1);
      if (over.length > 0) return over.map((source) => throughMethod(flow, place, expression, { ...source, shape }, callee.name));
    }
    if (["then", "catch", "finally", "pipe"].includes(callee.name)) return sourcesOf(flow, place, callee.of, hops + 1);
  }
  return returnedSources(flow, place, expression, hops);
}

function throughMethod(flow: Flow, place: Place, call: Extract<Expression, { kind: "call" }>, source: Source, name: string): Source {
  if (name === "map") {
    const mapped = mappedProperty(flow, place, call);
    return mapped === undefined ? source : { ...source, mapped };
  }
  if (!NARROWING.has(name) || call.args.length === 0) return source;
  const by = soughtBy(flow, place, call, source.mapped);
  return by === null ? { ...source, narrowed: true } : { ...source, sought: [...(source.sought ?? []), ...by] };
}

/** What a function of the project answers: the look-ups that its returned values come from. */
function returnedSources(flow: Flow, place: Place, expression: Extract<Expression, { kind: "call" }>, hops: number): Source[] {
  if (place.depth >= DEEPEST) return [];
  const to = flow.graph.resolve(place.path, expression.callee, place.inside);
  const fact = to === null ? undefined : flow.program.facts(to.path)?.code?.functions[to.function];
  if (to === null || fact === undefined) return [];
  const bindings = [{ to, args: argumentsOf(flow.program, place.path, expression.args) }, ...place.bindings];
  const inner: Place = { path: to.path, inside: to.function, depth: place.depth + 1, bindings };
  return unique(fact.returns.slice(0, 6).flatMap((returned) => sourcesOf(flow, inner, returned, hops + 1)));
}
