import type { Expression } from "../../model/expression.ts";
import { callChain } from "../chains.ts";
import { classOf, enclosing, writtenType, type ClassAt } from "../classes.ts";
import { evaluate, evaluateName, unwrap } from "../evaluate.ts";
import { lastName, unspread } from "../expressions.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { isMikroOrm } from "../schema/mikro-orm-classes.ts";
import type { CallView, Linked } from "./adapter.ts";

const REPOSITORY = /(?:^|<)\s*(?:Sql|Custom|Base|Mongo)?(?:Entity|Object)?Repository<\s*([\w.]+)/;
const MANAGER = /^(?:_?em|\w*(?:Em|EM|[eE]ntityManager)|manager|fork|knexEm|tx|trx)$/;

/** Is it an entity manager, by its name or its type as written? */
export function isManager(view: CallView, linked: Linked, receiver: Expression): boolean {
  const name = receiver.kind === "call" ? lastName(receiver.callee) : lastName(receiver);
  if (MANAGER.test(name)) return true;
  return /EntityManager\b/.test(writtenType(linked.program, view.path, receiver, view.fact.function)?.text ?? "");
}

/** The entity of a repository: as it is typed, injected, or asked for. null: none is known. */
export function entityOfRepository(view: CallView, linked: Linked, receiver: Expression): EntityBinding | null {
  if (receiver.kind === "this") {
    const own = enclosing(linked.program, view.path, view.fact.function);
    return own === null ? null : entityOfClass(linked, own);
  }
  if (receiver.kind === "call" && lastName(receiver.callee) === "getRepository") {
    const [first] = receiver.args;
    return first === undefined ? null : linked.mikroOrm.entityOf(evaluate(linked.program, view.path, unspread(first)));
  }
  const typed = writtenType(linked.program, view.path, receiver, view.fact.function);
  const named = typed === null ? null : byType(linked, typed.path, typed.text);
  if (named !== null) return named;
  const value = unwrap(linked.program, evaluate(linked.program, view.path, receiver));
  const { links } = callChain(value);
  const link = links.at(-1);
  const [entity] = link?.name === "getRepository" ? (link.args ?? []) : [];
  if (entity !== undefined) return linked.mikroOrm.entityOf(entity);
  const own = classOf(linked.program, view.path, receiver, view.fact.function);
  return own === null ? null : entityOfClass(linked, own);
}

function byType(linked: Linked, path: string, text: string): EntityBinding | null {
  const name = REPOSITORY.exec(text)?.[1];
  if (name !== undefined) return linked.mikroOrm.entityOf(evaluateName(linked.program, path, name));
  const plain = /^([A-Z]\w*)$/.exec(text.trim())?.[1];
  const symbol = plain === undefined ? null : linked.program.lookup(path, plain);
  return symbol?.kind === "declaration" && symbol.declaration.class !== null ? entityOfClass(linked, { path: symbol.path, name: symbol.name }) : null;
}

/** `class UserRepository extends EntityRepository<User>`. */
function entityOfClass(linked: Linked, at: ClassAt): EntityBinding | null {
  const fact = linked.program.facts(at.path)?.code?.declarations[at.name]?.class;
  const [type] = fact?.extendsTypes ?? [];
  if (fact?.extends == null || type === undefined) return null;
  const parent = evaluate(linked.program, at.path, fact.extends);
  const isRepository = (parent.kind === "external" && isMikroOrm(parent.package)) || /Repository$/.test(lastName(fact.extends));
  return isRepository ? linked.mikroOrm.entityOf(evaluateName(linked.program, at.path, type)) : null;
}
