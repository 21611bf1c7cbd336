import { inspect } from "node:util";
import pg from "pg";
import { printAnswer, printSaid, type Answer, type Said } from "./proof-print.ts";

/** Somebody who types, one thing after the other. */
export type Session = {
  /** Settles when all is answered; gives the answer's lines. Refusals are answers. */
  run(text: string): Promise<string[]>;
  close(): Promise<void>;
};

/** Where a session connects to. The server knows it by `application_name`. */
export type Address = { host: string; database: string; user: string; application_name: string };

/** What `proof/<session>.ts` exports: the names that its code may use, and how to let go of them. */
export type CodeModule = { open(address: Address): Promise<{ scope: Record<string, unknown>; close(): Promise<void> }> };

/** A connection that sends what it is given as one simple query, as psql does. `\;` joins statements of one query. */
export async function openSql(address: Address): Promise<Session> {
  const client = new pg.Client(address);
  await client.connect();
  // Notices come before the answer of the statement that gives them, and belong to no query.
  const notices: string[] = [];
  client.on("notice", (notice) => notices.push(...printSaid(notice as Said)));
  return {
    run: (text) =>
      new Promise((resolve) => {
        client.query(new Recorder(text.replaceAll("\\;", ";"), (lines) => resolve([...notices.splice(0), ...lines])));
      }),
    close: () => client.end(),
  };
}

/**
 * node-postgres hands over to it what the server sends: values as text, whole command tags.
 * Errors do not reject, for they are what a transcript shows.
 */
class Recorder implements pg.Submittable {
  private readonly text: string;
  private readonly done: (lines: string[]) => void;
  private readonly lines: string[] = [];
  private fields: Answer["fields"] = null;
  private rows: Answer["rows"] = [];

  constructor(text: string, done: (lines: string[]) => void) {
    this.text = text;
    this.done = done;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleRowDescription({ fields }: { fields: NonNullable<Answer["fields"]> }): void {
    this.fields = fields;
  }

  handleDataRow({ fields }: { fields: Answer["rows"][number] }): void {
    this.rows.push(fields);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.lines.push(...printAnswer({ fields: this.fields, rows: this.rows, tag: text }));
    this.fields = null;
    this.rows = [];
  }

  handleError(error: Said): void {
    this.done([...this.lines, ...printSaid(error)]);
  }

  handleReadyForQuery(): void {
    this.done(this.lines);
  }
}

/** Runs one JavaScript expression after the other and awaits it, as Node's prompt does; `file` says which names there are. */
export async function openCode(address: Address, file: string): Promise<Session> {
  const { open } = (await import(file)) as CodeModule;
  const { scope, close } = await open(address);
  const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<unknown>;
  return {
    run: async (text) => {
      const code = new AsyncFunction(...Object.keys(scope), `return (${text});`);
      try {
        return inspect(await code(...Object.values(scope))).split("\n");
      } catch (error) {
        return [`Uncaught ${String(error)}`];
      }
    },
    close,
  };
}
