import { blankSegments } from "./segments.ts";
import type { SqlSource } from "./scope.ts";
import { splitStatements } from "./split.ts";

/** SQL inside a PL/pgSQL body. `perform`: its text begins with SELECT where the body says PERFORM. */
export type ProcedurePart =
  /** `condition`: what it depends on, as far as it is known; null: it is always run. */
  | { kind: "sql" | "perform" | "expression" | "execute"; text: string; condition: string | null }
  /** A block with EXCEPTION begins, one of its handlers begins, it ends. `catches`: names of conditions, or SQLSTATEs. */
  | { kind: "block"; part: "begin" | "handler" | "end"; catches: string[] };

/** Which field of which statement holds what. */
const fields: Record<string, [field: string, kind: Exclude<ProcedurePart["kind"], "block">][]> = {
  PLpgSQL_stmt_execsql: [["sqlstmt", "sql"]],
  PLpgSQL_stmt_perform: [["expr", "perform"]],
  PLpgSQL_stmt_fors: [["query", "sql"]],
  PLpgSQL_stmt_return_query: [["query", "sql"], ["dynquery", "execute"]],
  PLpgSQL_stmt_dynexecute: [["query", "execute"]],
  PLpgSQL_stmt_dynfors: [["query", "execute"]],
  PLpgSQL_stmt_if: [["cond", "expression"]],
  PLpgSQL_if_elsif: [["cond", "expression"]],
};

/** Walks the compiler's tree in source order; `variables` are the names that the body declares. */
export function collectParts(tree: unknown): { parts: ProcedurePart[]; variables: string[] } {
  const parts: ProcedurePart[] = [];
  const variables: string[] = [];
  const visit = (value: unknown, condition: string | null): void => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) return value.forEach((item) => visit(item, condition));
    for (const [key, content] of Object.entries(value)) {
      for (const [field, kind] of fields[key] ?? []) {
        const text = expressionText(content, field);
        if (text !== null) parts.push({ kind, text, condition });
      }
      const name = key === "refname" && typeof content === "string" ? content : null;
      if (name !== null) variables.push(name);
      if (key === "PLpgSQL_stmt_block" && handlersOf(content).length > 0) visitBlock(content, condition);
      else visit(content, branches.test(key) ? `${condition ?? ""} ${expressionText(content, "cond") ?? ""}` : condition);
    }
  };
  const visitBlock = (block: unknown, condition: string | null): void => {
    const handlers = handlersOf(block);
    parts.push({ kind: "block", part: "begin", catches: handlers.flatMap((handler) => handler.catches) });
    visit((block as Record<string, unknown>)["body"], condition);
    for (const { catches, action } of handlers) {
      parts.push({ kind: "block", part: "handler", catches });
      visit(action, condition);
    }
    parts.push({ kind: "block", part: "end", catches: [] });
  };
  visit(tree, null);
  return { parts, variables: variables.filter((name) => name !== "(unnamed row)") };
}

const branches = /^PLpgSQL_stmt_(?:if|case|loop|while|fori|fors|forc|foreach_a|dynfors)$/;

type ExceptionBlock = { exceptions?: { PLpgSQL_exception_block?: { exc_list?: { PLpgSQL_exception?: { conditions?: { PLpgSQL_condition?: { condname?: string } }[]; action?: unknown } }[] } } };

function handlersOf(block: unknown): { catches: string[]; action: unknown }[] {
  const list = (block as ExceptionBlock | null)?.exceptions?.PLpgSQL_exception_block?.exc_list ?? [];
  return list.map(({ PLpgSQL_exception: handler }) => ({
    catches: (handler?.conditions ?? []).flatMap((condition) => condition.PLpgSQL_condition?.condname ?? []),
    action: handler?.action,
  }));
}

function expressionText(content: unknown, field: string): string | null {
  const of = (content as Record<string, { PLpgSQL_expr?: { query?: unknown } } | undefined> | null)?.[field];
  const query = of?.PLpgSQL_expr?.query;
  return typeof query === "string" ? query : null;
}

const control = /^\s*(?:<<\w+>>|declare\b|begin\b|else\b(?!\s*if)|loop\b|exception\b|end(?:\s+(?:if|loop|case))?\b|(?:if|elsif|elseif|when)\b[\s\S]*?\bthen\b|(?:for|foreach|while)\b[\s\S]*?\bloop\b)/i;
const verbs = /^\s*(?:create|alter|drop|insert|update|delete|select|with|merge|truncate|lock|refresh|reindex|set)\b/i;

/** Where the compiler gives up: the statements that can be seen behind the control words. */
export function scanParts(body: SqlSource): ProcedurePart[] {
  const masked = blankSegments(body.text, body.segments, ["comment"]);
  return splitStatements(body.text, body.segments).flatMap(({ start, end }): ProcedurePart[] => {
    let text = masked.slice(start, end);
    for (let word = control.exec(text); word && word[0].length > 0; word = control.exec(text)) text = text.slice(word[0].length);
    const execute = /^\s*execute\s+([\s\S]*?)(?:\s+(?:into|using)\s[\s\S]*)?$/i.exec(text);
    if (execute?.[1]) return [{ kind: "execute", text: execute[1].trim(), condition: "" }];
    const perform = /^\s*perform\s+([\s\S]*)$/i.exec(text);
    if (perform?.[1]) return [{ kind: "perform", text: `select ${perform[1].trim()}`, condition: "" }];
    return verbs.test(text) ? [{ kind: "sql", text: text.trim(), condition: "" }] : [];
  });
}
