import type { PGlite } from "@electric-sql/pglite";

type Done = (error: unknown, answer?: unknown) => void;

/** Lists of names stay text, as `pg` leaves them. */
const AS_PG = { parsers: { 1003: (text: string) => text } };

/** The part of the driver `pg` that the libraries use, over a server in the process. `sent` gets every statement. */
export function driverOf(server: PGlite, sent: string[] = []): { Pool: new () => unknown; Client: new () => unknown } {
  const ask = async (text: string, values: unknown[] = []): Promise<unknown> => {
    sent.push(text);
    const answers = values.length > 0 ? [await server.query(text, values, AS_PG)] : await server.exec(text, AS_PG);
    const all = answers.map((answer) => ({ ...answer, command: /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "", rowCount: Math.max(answer.affectedRows ?? 0, answer.rows.length) }));
    return values.length === 0 && all.length > 1 ? all : (all[0] ?? { rows: [], fields: [], command: "", rowCount: 0 });
  };
  class Client {
    /** What tells of the server's parameters. */
    readonly connection = this;
    on(): this {
      return this;
    }
    once(): this {
      return this;
    }
    removeListener(): this {
      return this;
    }
    connect(done?: (error: null, client: this) => void): Promise<this> {
      done?.(null, this);
      return Promise.resolve(this);
    }
    query(query: string | { text: string; values?: unknown[] }, values?: unknown[] | Done, done?: Done): Promise<unknown> | undefined {
      const callback = typeof values === "function" ? values : done;
      const answer = typeof query === "string" ? ask(query, Array.isArray(values) ? values : []) : ask(query.text, query.values ?? []);
      if (callback === undefined) return answer;
      answer.then((given) => callback(null, given), (error: unknown) => callback(error));
      return undefined;
    }
    release(): void {
      // One connection serves all.
    }
    end(done?: () => void): Promise<void> {
      done?.();
      return Promise.resolve();
    }
  }
  class Pool extends Client {
    override connect(done?: (error: null, client: never, release: () => void) => void): Promise<this> {
      const client = new Client();
      done?.(null, client as never, () => undefined);
      return Promise.resolve(client as never);
    }
  }
  return { Pool, Client };
}
