import type { Expression } from "../../model/expression.ts";
import { callChain } from "../chains.ts";
import { classOf, enclosing, findMember, type ClassAt } from "../classes.ts";
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
  return /EntityManager\b/.test(typeOf(view, linked, receiver)?.text ?? "");
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
  const typed = typeOf(view, linked, receiver);
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

/** The type that a parameter or a member is written with, and where. */
function typeOf(view: CallView, linked: Linked, receiver: Expression): { path: string; text: string } | null {
  const { program } = linked;
  const code = program.facts(view.path)?.code;
  if (receiver.kind === "local") {
    const local = code?.locals[receiver.local];
    const parameter = code?.functions[local?.function ?? -1]?.parameters.find((each) => each.local === receiver.local && each.path.length === 0);
    return parameter?.typeText == null ? null : { path: view.path, text: parameter.typeText };
  }
  if (receiver.kind !== "member") return null;
  const holder = receiver.of.kind === "this" ? enclosing(program, view.path, view.fact.function) : classOf(program, view.path, receiver.of, view.fact.function);
  const found = holder === null ? null : findMember(program, holder, receiver.name);
  return found?.member.typeText == null ? null : { path: found.at.path, text: found.member.typeText };
}
