#!/usr/bin/env node
import { surviveClosedPipes } from "./output.ts";
import { runCommandLine } from "./program.ts";

surviveClosedPipes();
// Not process.exit(): what is still on its way to a pipe would be lost.
process.exitCode = await runCommandLine(process.argv.slice(2));
