import { createRequire } from "node:module";
import { posix } from "node:path";
import "reflect-metadata";
import { ts } from "ts-morph";

const require = createRequire(import.meta.url);
const COMPILER: ts.CompilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false };

/** Runs the modules of a project as Node would after compilation; gives what each exports. `given`: what stands for packages. */
export function runModules(files: Record<string, string>, given: Record<string, unknown> = {}): Record<string, Record<string, unknown>> {
  const modules: Record<string, Record<string, unknown>> = {};
  const load = (path: string): Record<string, unknown> => {
    const known = modules[path];
    if (known !== undefined) return known;
    const module = { exports: (modules[path] = {} as Record<string, unknown>) };
    const { outputText } = ts.transpileModule(files[path] ?? "", { compilerOptions: COMPILER, fileName: path });
    const own = (specifier: string): unknown => (specifier.startsWith(".") ? load(`${posix.join(posix.dirname(path), specifier)}.ts`) : (given[specifier] ?? require(specifier)));
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    (new Function("module", "exports", "require", outputText) as (...given: unknown[]) => void)(module, module.exports, own);
    return module.exports;
  };
  for (const path of Object.keys(files)) if (path.endsWith(".ts")) load(path);
  return modules;
}
