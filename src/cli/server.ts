import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, relative } from "node:path";

/** What a build server adds to a path: see `FormatOptions`. */
export type Server = { prefix: string; link: (path: string, line: number) => string | null };

/** Reads the variables that GitHub Actions and GitLab CI set; anywhere else paths stay as they are. */
export function findServer(cwd: string, env: Record<string, string | undefined>): Server {
  const { GITHUB_SERVER_URL: github, GITHUB_REPOSITORY: repository, GITHUB_SHA: sha, CI_PROJECT_URL: gitlab, CI_COMMIT_SHA: commit } = env;
  const pages = github && repository && sha ? `${github}/${repository}/blob/${sha}` : gitlab && commit ? `${gitlab}/-/blob/${commit}` : null;
  return {
    prefix: prefixOf(cwd, env["GITHUB_WORKSPACE"] ?? env["CI_PROJECT_DIR"]),
    link: (path, line) => (pages === null || path.startsWith("../") ? null : `${pages}/${path.split("/").map(encodeURIComponent).join("/")}#L${line}`),
  };
}

function prefixOf(cwd: string, root: string | undefined): string {
  if (root === undefined || !existsSync(root)) return "";
  const way = relative(realpathSync(root), realpathSync(cwd)).replaceAll("\\", "/");
  return way === "" || isAbsolute(way) || way === ".." || way.startsWith("../") ? "" : `${way}/`;
}
