import { runAsWorker } from "synckit";
import type { Answer, Request } from "./protocol.ts";

/** What the plugin's thread waits for. The readers are loaded at the first request, so that a failure to load them is an answer like any other. */
runAsWorker(async (request: Request): Promise<Answer[]> => {
  const { lintOpenFile } = await import("./project-service.ts");
  return lintOpenFile(request);
});
