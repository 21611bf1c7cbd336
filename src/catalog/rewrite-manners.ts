import type { Migration, Runner } from "../model/project.ts";

/**
 * What a file has to say so that its runner leaves out the transaction: `direct` puts it into a file that is there (null: it finds no place),
 * `wrap` makes a file, for statements of which some (`outside`) or none want that. Runners whose files have no such words, and where a statement that
 * is alone runs outside of a transaction, only name their files. `several`: with those words statements go one by one, so a file holds as many as one likes.
 */
export type Manner = { several?: true; direct?(text: string): { start: number; end: number; text: string } | null; wrap(sql: string, down: string, outside: boolean): string };

const plain: Manner = { wrap: (sql) => `${sql}\n` };
const MANNERS: Partial<Record<Runner, Manner>> = {
  prisma: plain,
  supabase: plain,
  "golang-migrate": plain,
  flyway: plain,
  goose: {
    several: true,
    direct: () => ({ start: 0, end: 0, text: "-- +goose NO TRANSACTION\n" }),
    wrap: (sql, down, outside) => `${outside ? "-- +goose NO TRANSACTION\n" : ""}-- +goose Up\n${sql}\n\n-- +goose Down\n${down}\n`,
  },
  atlas: {
    several: true,
    direct: () => ({ start: 0, end: 0, text: "-- atlas:txmode none\n\n" }),
    wrap: (sql, _down, outside) => `${outside ? "-- atlas:txmode none\n\n" : ""}${sql}\n`,
  },
  dbmate: {
    direct: directDbmate,
    wrap: (sql, down, outside) => `-- migrate:up${outside ? " transaction:false" : ""}\n${sql}\n\n-- migrate:down${outside ? " transaction:false" : ""}\n${down}\n`,
  },
};

function directDbmate(text: string): { start: number; end: number; text: string } | null {
  const up = /^--[ \t]*migrate:up(?=[ \t]*\r?$)/m.exec(text);
  return up === null ? null : { start: up.index + up[0].length, end: up.index + up[0].length, text: " transaction:false" };
}

/** null: the runner has none, or (Prisma 8, atlas with tx-mode all) opens its transaction whatever a file says. */
export function mannerOf({ runner, transaction }: Migration): Manner | null {
  if (transaction === "batch" || (runner === "prisma" && transaction === "file")) return null;
  return MANNERS[runner] ?? null;
}

/** Do these run one after the other where statement `index` of the file stands? `first`: the first that wants no transaction; `drops`: one is DROP INDEX CONCURRENTLY. */
export function mayStay({ runner, transaction }: Migration, index: number, { alone, first, outside, all, drops }: { alone: boolean; first: number; outside: number; all: number; drops: boolean }): boolean {
  // Flyway wants such a file to hold nothing else.
  if (runner === "flyway") return alone && all === 1;
  switch (transaction) {
    case "none":
      // Beside DROP INDEX CONCURRENTLY or USING INDEX, Prisma sends the file as one query.
      return all === 1 || (runner !== "prisma" && (!drops || runner !== "supabase"));
    case "pipeline":
      return index === 0 && first === 0 && outside === 1;
    case "implicit":
      return alone && all === 1;
    case "unknown":
      return alone && all === 1 && runner !== "unknown";
    default:
      return false;
  }
}
