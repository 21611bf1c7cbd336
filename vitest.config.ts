import { defineConfig } from "vitest/config";

// On GitHub the default format is another one.
export default defineConfig({
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2, env: { GITHUB_ACTIONS: "" } },
});
