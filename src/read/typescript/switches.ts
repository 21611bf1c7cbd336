import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import { conditionStep } from "./branches.ts";
import { noteTest } from "./error-frames.ts";
import { alwaysLeaves } from "./exits.ts";
import { declareStatements, inScope } from "./scopes.ts";
import { withStep, type Reader } from "./state.ts";

/** `switch (x) { case a: … }` as the tests `x === a`; clauses that fall through run under either; `default` when none held. */
export function readSwitch(reader: Reader, node: ts.SwitchStatement): void {
  const subject = reader.walk.expression(reader, node.expression);
  inScope(reader, () => {
    const clauses = node.caseBlock.clauses;
    for (const clause of clauses) declareStatements(reader, clause.statements);
    const tests = clauses.map((clause) => (ts.isCaseClause(clause) ? readCase(reader, subject, clause) : null));
    const any = anyOf(tests);
    let entering: (Expression | null)[] = [];
    clauses.forEach((clause, i) => {
      entering.push(tests[i] ?? null);
      readClause(reader, clause, entering, any);
      if (clause.statements.some(alwaysLeaves)) entering = [];
    });
  });
}

function readClause(reader: Reader, clause: ts.CaseOrDefaultClause, entering: (Expression | null)[], any: Expression | null): void {
  const depth = reader.context.length;
  const read = (): void => reader.walk.statements(reader, clause.statements);
  if (!entering.includes(null)) withStep(reader, conditionStep(anyOf(entering) as Expression, true), read);
  else if (any !== null && entering.length === 1) withStep(reader, conditionStep(any, false), read);
  else read();
  reader.context.length = depth;
}

function readCase(reader: Reader, subject: Expression, clause: ts.CaseClause): Expression {
  const right = reader.walk.expression(reader, clause.expression);
  // `switch (true) { case isUnique(e): }` asks the case itself.
  const test: Expression = subject.kind === "boolean" && subject.value ? right : { kind: "binary", operator: "===", left: subject, right, start: right.start, end: right.end };
  noteTest(reader, test);
  return test;
}

function anyOf(tests: (Expression | null)[]): Expression | null {
  return tests.reduce<Expression | null>((any, test) => {
    if (any === null || test === null) return any ?? test;
    return { kind: "binary", operator: "||", left: any, right: test, start: any.start, end: test.end };
  }, null);
}
