import { evaluate } from "../evaluate.ts";
import { asString, asStrings, entryOf, truthOf } from "../evaluated.ts";
import type { Evaluated, Program } from "../program.ts";
import type { Span } from "../../model/span.ts";
import { givenOf, NONE, type Given, type IndexDraft, type UniqueDraft } from "./typeorm-draft.ts";

/** `@Unique(["a", "b"])`, `@Unique("name", (e) => [e.a], { deferrable })`, `@Unique()` on a property. */
export function uniqueOf(program: Program, args: Evaluated[], property: string | null, at: Span): UniqueDraft {
  const { name, fields } = splitArguments(args);
  // Options behind a name alone are not looked at.
  const deferrable = entryOf(args[0]?.kind === "object" ? args[0] : args[2], "deferrable");
  return { name, properties: property === null ? propertiesOf(program, fields) : [property], deferrable: deferrable !== undefined && deferrable.kind !== "undefined", at };
}

/** `@Index(["a", "b"], { unique: true })`, `@Index("name", { synchronize: false })`, `@Index({ unique: true })` on a property. */
export function indexOf(program: Program, args: Evaluated[], property: string | null, at: Span): IndexDraft {
  const { name, fields, options } = splitArguments(args);
  return indexWith(options, { name, properties: property === null ? propertiesOf(program, fields) : [property], at });
}

/** The same of an EntitySchema's `indices` and `uniques`. */
export function schemaIndex(program: Program, value: Evaluated): IndexDraft {
  return indexWith(value, { name: givenOf(entryOf(value, "name")), properties: propertiesOf(program, entryOf(value, "columns")), at: value.at });
}

export function schemaUnique(program: Program, value: Evaluated): UniqueDraft {
  return { name: givenOf(entryOf(value, "name")), properties: propertiesOf(program, entryOf(value, "columns")), deferrable: entryOf(value, "deferrable") !== undefined, at: value.at };
}

function indexWith(options: Evaluated | undefined, index: Pick<IndexDraft, "name" | "properties" | "at">): IndexDraft {
  const isOn = (name: string): boolean => {
    const value = entryOf(options, name);
    return value !== undefined && truthOf(value) === true;
  };
  const synchronize = entryOf(options, "synchronize");
  const isSpatial = isOn("spatial");
  return {
    ...index,
    unique: isOn("unique"),
    where: givenOf(entryOf(options, "where")),
    synchronizes: synchronize === undefined || truthOf(synchronize) !== false,
    deferrable: false,
    method: isSpatial ? "gist" : (asString(entryOf(options, "type"))?.toLowerCase() ?? "btree"),
  };
}

function splitArguments(args: Evaluated[]): { name: Given; fields: Evaluated | undefined; options: Evaluated | undefined } {
  const [first] = args;
  const isFields = (value: Evaluated | undefined): boolean => value?.kind === "array" || value?.kind === "function";
  const fields = args.find(isFields);
  const options = args.find((value) => value.kind === "object");
  const name: Given = first === undefined || isFields(first) || first.kind === "object" ? NONE : givenOf(first);
  return { name, fields, options };
}

/** `["a", "b"]`, `(e) => [e.a, e.b]`, `(e) => ({ a: 1, b: "ASC" })`. */
function propertiesOf(program: Program, value: Evaluated | undefined): string[] | null {
  const plain = asStrings(value);
  if (plain !== null && value?.kind === "array") return plain.map((name) => name.trim());
  if (value?.kind !== "function") return null;
  const returns = program.facts(value.path)?.code?.functions[value.function]?.returns ?? [];
  const [only] = returns;
  if (only === undefined || returns.length !== 1) return null;
  const made = evaluate(program, value.path, only, value.closure ?? null);
  if (made.kind === "object") return made.complete ? [...made.entries.keys()] : null;
  if (made.kind !== "array" || !made.complete) return null;
  const names = made.items.flatMap((item) => {
    if (item.kind === "string") return [item.value];
    return item.kind === "parameter" && item.members.length > 0 ? [item.members.join(".")] : [];
  });
  return names.length === made.items.length ? names : null;
}
