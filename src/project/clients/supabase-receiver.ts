import type { Expression } from "../../model/expression.ts";
import type { RawLink } from "../chains.ts";
import { enclosing, findMember } from "../classes.ts";
import { callChain, evaluate, unwrap } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import type { CallView, Linked } from "./adapter.ts";

const RECEIVER = /supabase|^(?:sb|postgrest|adminClient|serviceClient|supa\w*)$/i;
const TYPE = /Supabase\w*Client|SupabaseService|\bPostgrestClient\b/;

/** Is `….from(table)` called on a Supabase client? By its name, its type as written, or what it was made from. `before`: the links in front of `from`. */
export function isSupabaseReceiver(view: CallView, linked: Linked, before: RawLink[]): boolean {
  const { root } = view;
  const held = before.findLast((link) => link.name !== "schema" && link.name !== "");
  // `ctx.supabase.from(…)`: the member in front of `from` is the client.
  if (RECEIVER.test(held?.name ?? nameOf(root))) return true;
  if (root.kind === "this") return held !== undefined && isMember(view, linked, held.name);
  return held === undefined || held.args !== null ? isMadeOf(linked, view.path, root) || TYPE.test(typeOf(view, linked, root)) : false;
}

/** `createClient()` of a Supabase package, wherever it was called, or of a helper in a file that is named after Supabase. */
function isMadeOf(linked: Linked, path: string, expression: Expression): boolean {
  const { root } = callChain(unwrap(linked.program, evaluate(linked.program, path, expression)));
  if (root.kind === "external") return /supabase/i.test(root.package);
  return root.kind === "function" && expression.kind !== "function" && /supabase/i.test(root.path);
}

function typeOf(view: CallView, linked: Linked, root: Expression): string {
  const code = linked.program.facts(view.path)?.code;
  if (root.kind !== "local" || code == null) return "";
  const local = code.locals[root.local];
  return code.functions[local?.function ?? -1]?.parameters.find((item) => item.local === root.local && item.path.length === 0)?.typeText ?? "";
}

function isMember(view: CallView, linked: Linked, name: string): boolean {
  const own = enclosing(linked.program, view.path, view.fact.function);
  const found = own === null ? null : findMember(linked.program, own, name);
  if (found === null) return false;
  return TYPE.test(found.member.typeText ?? "") || (found.member.value !== null && isMadeOf(linked, found.at.path, found.member.value));
}
