import type { Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";
import { expressionsIn, nameOf, unspread } from "./expressions.ts";

export type CallPlace = { path: string; call: number };

/**
 * The calls of a project by the last name of what they call, `save` of `repository.save(row)` (every link of a chain counts), and by the names that
 * they and `new` are handed; what `new` makes by its class; and classes by what they implement and extend. In order of files and calls.
 */
export type CallIndex = {
  named(name: string): CallPlace[];
  taking(name: string): Taking[];
  made(name: string): MadePlace[];
  heirs(name: string): Heir[];
  /** Files whose text may be like this; where texts are not at hand, all. */
  files(how: RegExp): string[];
};

/** A class that implements or extends something of a name. */
export type Heir = { path: string; name: string };

/** `new Worker(…)`. */
export type MadePlace = { path: string; expression: MadeNode };

/** A name among the arguments of a call (null: of `new`). `callee`: of the link that takes it; `key`: of the property that it stands at. */
export type Taking = { path: string; call: number | null; callee: string; argument: number; key: string | null; value: Expression };

type Kinds = { named: Map<string, CallPlace[]>; taking: Map<string, Taking[]>; made: Map<string, MadePlace[]>; heirs: Map<string, Heir[]> };

type MadeNode = Extract<Expression, { kind: "new" }>;
type CallNode = Extract<Expression, { kind: "call" }>;

/** The calls on the spine of a chain, outermost first; what is awaited inside it is a call of its own. */
export function spineCalls(expression: Expression): CallNode[] {
  const out: CallNode[] = [];
  let at: Expression = expression;
  for (let first = true; ; first = false) {
    if (!first && at.awaited === true) return out;
    if (at.kind === "call") {
      out.push(at);
      at = at.callee;
    } else if (at.kind === "member" || at.kind === "index") at = at.of;
    else return out;
  }
}

type Link = { callee: string; args: Expression[] };

/** The calls of a chain, with their arguments. */
export function linksOf(expression: Expression | null): Link[] {
  if (expression === null) return [];
  if (expression.kind === "new") return [{ callee: `new ${nameOf(expression.callee)}`, args: expression.args.map(unspread) }];
  return spineCalls(expression).map((node): Link => ({ callee: nameOf(node.callee), args: node.args.map(unspread) }));
}

function takingsIn(path: string, expression: Expression, call: number | null): Taking[] {
  return linksOf(expression).flatMap(({ callee, args }) => args.flatMap((arg, argument) => namesIn(arg, null).map((each) => ({ path, call, callee, argument, ...each }))));
}

/** Names in an argument, those in objects and lists and those bound (`x.create.bind(x)`) too. */
function namesIn(expression: Expression, key: string | null): { key: string | null; value: Expression }[] {
  switch (expression.kind) {
    case "name":
    case "local":
    case "member":
      return [{ key, value: expression }];
    case "object":
      return expression.entries.flatMap((entry) => (entry.kind === "spread" ? [] : namesIn(entry.value, entry.key)));
    case "array":
      return expression.items.flatMap((item) => namesIn(unspread(item), key));
    case "call":
      return expression.callee.kind === "member" && expression.callee.name === "bind" ? namesIn(expression.callee.of, key) : [];
    default:
      return [];
  }
}

function calleeName(callee: Expression): string | null {
  return callee.kind === "name" || callee.kind === "local" || callee.kind === "member" ? callee.name : null;
}

const indexes = new WeakMap<CodeFacts, Kinds>();

function noKinds(): Kinds {
  return { named: new Map(), taking: new Map(), made: new Map(), heirs: new Map() };
}

/** All that a file's calls, and `new`, are handed. */
export function takingsOf(path: string, code: CodeFacts): Taking[] {
  return [...callsIn(path, code).taking.values()].flat();
}

function callsIn(path: string, code: CodeFacts): Kinds {
  let index = indexes.get(code);
  if (index !== undefined) return index;
  indexes.set(code, (index = noKinds()));
  const take = (taking: Taking): void => enter(index.taking, calleeName(taking.value), [taking]);
  for (const [call, fact] of code.calls.entries()) {
    for (const node of spineCalls(fact.expression)) enter(index.named, calleeName(node.callee), [{ path, call }]);
    takingsIn(path, fact.expression, call).forEach(take);
  }
  for (const expression of expressionsIn(code)) {
    if (expression.kind !== "new") continue;
    takingsIn(path, expression, null).forEach(take);
    enter(index.made, calleeName(expression.callee), [{ path, expression }]);
  }
  for (const [name, { class: own }] of Object.entries(code.declarations)) {
    if (own === null) continue;
    for (const text of own.implements) enter(index.heirs, /^[A-Z]\w*/.exec(text)?.[0] ?? null, [{ path, name }]);
    if (own.extends !== null) enter(index.heirs, calleeName(own.extends), [{ path, name }]);
  }
  return index;
}

function enter<Item>(index: Map<string, Item[]>, name: string | null, items: Item[]): void {
  if (name === null) return;
  const list = index.get(name);
  if (list === undefined) index.set(name, items);
  else list.push(...items);
}

/** Reads all files at the first question. */
export function indexCalls(input: ProjectInput): CallIndex {
  let index: Kinds | null = null;
  const all = (): Kinds => (index ??= indexAll(input));
  return { named: (name) => all().named.get(name) ?? [], taking: (name) => all().taking.get(name) ?? [], made: (name) => all().made.get(name) ?? [], heirs: (name) => all().heirs.get(name) ?? [], files: () => input.candidates };
}

function indexAll(input: ProjectInput): Kinds {
  const index = noKinds();
  for (const path of input.candidates) {
    const code = input.facts(path)?.code;
    if (code == null) continue;
    const own = callsIn(path, code);
    for (const [name, places] of own.named) enter(index.named, name, [...places]);
    for (const [name, places] of own.taking) enter(index.taking, name, [...places]);
    for (const [name, places] of own.made) enter(index.made, name, [...places]);
    for (const [name, places] of own.heirs) enter(index.heirs, name, [...places]);
  }
  return index;
}

/** How a name is written: it is called, handed on, made by `new`, or what a class extends or implements. */
export type Writing = "called" | "taken" | "made" | "inherited";

/** Which of a project's files may write a name so, in their order, and which look like something. May name too many. */
export type Mentions = { of(name: string, how: Writing): string[]; like(how: RegExp): string[] };

/** Reads only the files that mention a name: for few questions. */
export function searchCalls(input: ProjectInput, mentions: Mentions): CallIndex {
  const search = <Place>(placesOf: (kinds: Kinds) => Map<string, Place[]>, how: Writing): ((name: string) => Place[]) => {
    const known = new Map<string, Place[]>();
    return (name) => {
      let found = known.get(name);
      if (found === undefined) known.set(name, (found = mentions.of(name, how).flatMap((path) => placesIn(path, input.facts(path)?.code, placesOf, name))));
      return found;
    };
  };
  return { named: search(({ named }) => named, "called"), taking: search(({ taking }) => taking, "taken"), made: search(({ made }) => made, "made"), heirs: search(({ heirs }) => heirs, "inherited"), files: mentions.like };
}

function placesIn<Place>(path: string, code: CodeFacts | null | undefined, placesOf: (kinds: Kinds) => Map<string, Place[]>, name: string): Place[] {
  return code == null ? [] : (placesOf(callsIn(path, code)).get(name) ?? []);
}

/** The same calls but for one file's, which has other facts now. */
export function replaceCalls(index: CallIndex, path: string, code: CodeFacts | null): CallIndex {
  return {
    named: (name) => replaced(index.named(name), path, placesIn(path, code, ({ named }) => named, name)),
    taking: (name) => replaced(index.taking(name), path, placesIn(path, code, ({ taking }) => taking, name)),
    made: (name) => replaced(index.made(name), path, placesIn(path, code, ({ made }) => made, name)),
    heirs: (name) => replaced(index.heirs(name), path, placesIn(path, code, ({ heirs }) => heirs, name)),
    files: (how) => [...new Set([...index.files(how), path])],
  };
}

function replaced<Place extends { path: string }>(all: Place[], path: string, own: Place[]): Place[] {
  const others = all.filter((place) => place.path !== path);
  const at = others.findIndex((place) => place.path > path);
  return others.toSpliced(at < 0 ? others.length : at, 0, ...own);
}
