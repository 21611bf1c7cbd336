import type { Argument, Expression } from "../model/expression.ts";
import type { Span } from "../model/span.ts";
import type { Evaluated } from "./program.ts";

/**
 * `db.insert(t).values(v)` from the root outwards: root `db`, links `insert(t)`, `values(v)`. `args: null`: a member that is not called
 * (`db.query.users`). A call of the root itself (`uuid("id").notNull()`) is a link without a name: "". `at`: from the root's start to the link's end.
 */
export type Chain = { root: Evaluated; links: ChainLink[] };
export type ChainLink = { name: string; args: Evaluated[] | null; complete: boolean; new: boolean; at: Span };

/** The chain of calls that a value is; a value that is none is a root without links. */
export function callChain(value: Evaluated): Chain {
  const links: ChainLink[] = [];
  let root = value;
  for (;;) {
    if (root.kind === "call") {
      const callee = root.callee;
      const call = { args: root.args, complete: root.complete, new: root.new, at: root.at };
      if (callee.kind === "member") {
        links.push({ name: callee.name, ...call });
        root = callee.of;
      } else if (callee.kind === "parameter" && callee.members.length > 0) {
        links.push({ name: callee.members.at(-1) ?? "", ...call });
        root = { ...callee, members: callee.members.slice(0, -1) };
      } else {
        links.push({ name: "", ...call });
        root = callee;
      }
    } else if (root.kind === "member") {
      links.push({ name: root.name, args: null, complete: true, new: false, at: root.at });
      root = root.of;
    } else if (root.kind === "parameter" && root.members.length > 0) {
      links.push({ name: root.members.at(-1) ?? "", args: null, complete: true, new: false, at: root.at });
      root = { ...root, members: root.members.slice(0, -1) };
    } else return { root, links: links.reverse() };
  }
}

/** The link of that name that stands last in the chain, or null. */
export function linkOf(chain: { links: ChainLink[] }, name: string): ChainLink | null {
  return chain.links.findLast((link) => link.name === name) ?? null;
}

export type RawChain = { root: Expression; links: RawLink[] };
/** As ChainLink, on syntax. */
export type RawLink = { name: string; args: Argument[] | null; typeArgs: string[]; new: boolean; start: number; end: number };

/** The same on syntax alone: cheap, for deciding whether a call is worth evaluating. */
export function rawChain(expression: Expression): RawChain {
  const links: RawLink[] = [];
  let root = expression;
  for (;;) {
    const { start, end } = root;
    if (root.kind === "call" || root.kind === "new") {
      const call = { args: root.args, typeArgs: root.kind === "call" ? root.typeArgs : [], new: root.kind === "new", start, end };
      const callee: Expression = root.callee;
      const isMember: boolean = callee.kind === "member" && root.kind === "call";
      links.push({ name: isMember && callee.kind === "member" ? callee.name : "", ...call });
      root = isMember && callee.kind === "member" ? callee.of : callee;
    } else if (root.kind === "member") {
      links.push({ name: root.name, args: null, typeArgs: [], new: false, start, end });
      root = root.of;
    } else return { root, links: links.reverse() };
  }
}
