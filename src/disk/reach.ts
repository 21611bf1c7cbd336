import type { ProjectInput } from "../model/input.ts";
import { createResolver } from "../project/resolve.ts";

/** Follows imports and re-exports: a schema is often a barrel over several files or packages. */
export function createReach(input: ProjectInput): (paths: string[]) => Set<string> {
  const resolve = createResolver(input);
  return (paths) => {
    const reached = new Set(paths);
    // A set that grows while it is walked: every file is looked at once.
    for (const path of reached) {
      const code = input.facts(path)?.code;
      const specifiers = [...(code?.imports ?? []), ...(code?.exports ?? []).filter((exported) => exported.kind !== "local")].map(({ from }) => from);
      for (const specifier of specifiers) {
        const target = resolve(path, specifier);
        if (target?.kind === "file") reached.add(target.path);
      }
    }
    return reached;
  };
}
