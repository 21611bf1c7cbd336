import { rawChain } from "../chains.ts";
import { entryOf, evaluate, possibilities, unwrap } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { Linked } from "./adapter.ts";

/**
 * Does postgres.js prepare what this tag sends? It does by default, in a transaction's `sql` too; not with `prepare: false`. Options that are not known
 * may say so, and then the answer is no.
 */
export function isPreparedTag(linked: Linked, tag: Evaluated, depth = 0): boolean {
  const client = unwrap(linked.program, tag);
  if (client.kind === "parameter") return depth < 3 && client.members.length === 0 && client.position === 0 && isHandedOn(linked, client, depth);
  if (client.kind !== "call" || !client.complete) return false;
  const { callee, args } = client;
  if (callee.kind !== "external" || callee.package !== "postgres" || callee.name !== "default") return false;
  // postgres(url, options), postgres(options)
  const [first, second] = args;
  if (second !== undefined) return leavesPrepared(second) && (first?.kind !== "string" || isPlainUrl(first));
  return first === undefined || leavesPrepared(first) || possibilities(first).every(isPlainUrl);
}

/** `sql.begin(async (sql) => …)`, `sql.savepoint(…)`: the callback's own tag is the client's on one connection. */
function isHandedOn(linked: Linked, parameter: Extract<Evaluated, { kind: "parameter" }>, depth: number): boolean {
  const code = linked.program.facts(parameter.path)?.code;
  const handed = code?.functions[parameter.function]?.callbackOf;
  const call = handed?.call == null ? undefined : code?.calls[handed.call];
  if (call === undefined) return false;
  const { root, links } = rawChain(call.expression);
  return links.length === 1 && /^(?:begin|savepoint)$/.test(links[0]?.name ?? "") && isPreparedTag(linked, evaluate(linked.program, parameter.path, root), depth + 1);
}

function leavesPrepared(options: Evaluated): boolean {
  if (options.kind !== "object" || !options.complete || options.entries.has("no_prepare")) return false;
  const said = entryOf(options, "prepare");
  return said === undefined || (said.kind === "boolean" && said.value);
}

/** An address that says nothing of it, as far as the text shows. */
function isPlainUrl(value: Evaluated): boolean {
  return value.kind === "string" ? !/[?&]prepare=/.test(value.value) : value.kind === "member" && /url|uri|dsn|connection/i.test(value.name);
}
