import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { supportsColor, supportsColorStderr } from "chalk";
import { messageOf } from "../disk/errors.ts";
import { failure } from "../lint/failure.ts";

/** May this stream have colours? NO_COLOR and --no-color say no, FORCE_COLOR yes, else a terminal. */
export function hasColour(stream: "stdout" | "stderr", wanted: boolean): boolean {
  if (!wanted || (process.env["NO_COLOR"] ?? "") !== "") return false;
  return (stream === "stdout" ? supportsColor : supportsColorStderr) !== false;
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

export function writeReport(file: string, text: string): void {
  try {
    writeFileSync(resolve(file), text);
  } catch (error) {
    throw failure(`cannot write ${file}: ${messageOf(error)}`, error);
  }
}
