import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { supportsColor, supportsColorStderr } from "chalk";
import supportsHyperlinks from "supports-hyperlinks";
import { messageOf } from "../disk/errors.ts";
import { failure } from "../lint/failure.ts";

/** May this stream have colours? NO_COLOR and --no-color say no, FORCE_COLOR yes, else a terminal. */
export function hasColour(stream: "stdout" | "stderr", wanted: boolean): boolean {
  if (!wanted || (process.env["NO_COLOR"] ?? "") !== "") return false;
  return (stream === "stdout" ? supportsColor : supportsColorStderr) !== false;
}

/** Does the terminal follow links (OSC 8)? FORCE_HYPERLINK says so of any. */
export function hasLinks(): boolean {
  return supportsHyperlinks.stdout;
}

/** Shows on a terminal what is being done; the function that it gives takes the line away again. */
export function showProgress(text: string): () => void {
  const { stderr } = process;
  if (!stderr.isTTY || (process.env["CI"] ?? "") !== "") return () => undefined;
  stderr.write(text);
  // The carriage return and "erase in line": the next output starts as if nothing had been there.
  return () => stderr.write("\r\u001b[K");
}

/** Columns of the terminal; 80 where there is none. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : 80;
}

/** A reader that closes the pipe (`| head`) has seen enough: that is no error, and the exit code stays. */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

/** Makes the folder, too: a build starts without those that git ignores. Else a `failure`. */
export function writeReport(file: string, text: string): void {
  const path = resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw failure(`cannot write ${file}: ${messageOf(error)}`, error);
  }
}
