#!/usr/bin/env node
import module from "node:module";
import { surviveClosedPipes } from "./output.ts";
import { runCommandLine } from "./program.ts";

// From Node 22.1 on: compiled code is kept for the next start, as TypeScript's own compiler does it.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
surviveClosedPipes();
// Not process.exit(): what is still on its way to a pipe would be lost.
process.exitCode = await runCommandLine(process.argv.slice(2));
