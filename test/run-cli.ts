// Loaded at first use otherwise, in the time of the first test.
import "../rules/index.ts";
import "../src/disk/lint-state.ts";
import { runCommandLine } from "../src/cli/program.ts";

export type CliResult = { status: number; stdout: string; stderr: string };

/** Runs a command line in this process, as if in another folder, and catches what it prints. One at a time. */
export async function runCli(cwd: string, ...args: string[]): Promise<CliResult> {
  const printed = { stdout: "", stderr: "" };
  const back = process.cwd();
  const streams = [
    { stream: process.stdout, name: "stdout" as const },
    { stream: process.stderr, name: "stderr" as const },
  ].map(({ stream, name }) => {
    const write = stream.write;
    stream.write = (chunk: string | Uint8Array) => {
      printed[name] += String(chunk);
      return true;
    };
    return { stream, write };
  });
  process.chdir(cwd);
  try {
    const status = await runCommandLine(args);
    return { status, ...printed };
  } finally {
    process.chdir(back);
    for (const { stream, write } of streams) stream.write = write;
  }
}

/** The same, where the folder is to hold only what the command itself writes. */
export function runWithoutCache(cwd: string, ...args: string[]): Promise<CliResult> {
  return runCli(cwd, ...args, "--no-cache");
}
