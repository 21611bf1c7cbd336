import type { Expression } from "../../model/expression.ts";
import { asString, evaluate } from "../evaluate.ts";
import { enclosing } from "../classes.ts";
import { lastName, nameOf, unspread } from "../expressions.ts";
import type { BoundModel } from "../schema/sequelize.ts";
import type { CallView, Linked } from "./adapter.ts";

/** Links between a model and what is asked of it. */
const VIEWS = new Set(["scope", "unscoped", "withScope", "schema", "cache", "withoutScope"]);

export type Receiver = { bound: BoundModel; shown: string };

/**
 * The model that an operation is called on: by what the expression leads to, or, where a registry that is filled at run time stands between
 * (`models.User`, `db.User`), by its name. null: none.
 */
export function modelOfReceiver(view: CallView, linked: Linked, expression: Expression): Receiver | null {
  const receiver = withoutViews(expression);
  const shown = nameOf(receiver);
  if (receiver.kind === "this") {
    const own = enclosing(linked.program, view.path, view.fact.function);
    const bound = own === null ? undefined : linked.models.all.find(({ model }) => model.path === own.path && model.declared === own.name);
    return bound === undefined ? null : { bound, shown: own?.name ?? shown };
  }
  const value = evaluate(linked.program, view.path, receiver);
  const led = linked.models.modelOf(value);
  if (led !== null) return { bound: led, shown };
  // `sequelize.model("User")`, `sequelize.models["User"]`
  const name = receiver.kind === "call" && lastName(receiver.callee) === "model" ? asString(receiver.args[0] === undefined ? null : evaluate(linked.program, view.path, unspread(receiver.args[0]))) : receiver.kind === "call" ? null : lastName(receiver);
  // What leads to another declaration is that, whatever it is called.
  const isOpen = value.kind !== "declaration" && value.kind !== "external" && value.kind !== "function" && value.kind !== "string";
  if (name === null || name === "" || (!isOpen && !isRegistry(receiver))) return null;
  const found = linked.models.named(name);
  const near = linked.databaseForFile(view.path, "sequelize");
  const bound = found.length === 1 ? found[0] : found.find(({ binding }) => binding.database === near?.id);
  return bound === undefined ? null : { bound, shown };
}

function isRegistry(receiver: Expression): boolean {
  return receiver.kind === "member" && /^(?:models|db)$/i.test(lastName(receiver.of));
}

function withoutViews(expression: Expression): Expression {
  let at = expression;
  while (at.kind === "call" && at.callee.kind === "member" && VIEWS.has(at.callee.name)) at = at.callee.of;
  return at;
}
