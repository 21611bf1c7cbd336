const source = /\.(sql|prisma|[cm]?tsx?|[cm]?jsx?)$/i;

/** Files that a reader exists for. Type declarations say nothing that runs. */
export function isSource(path: string): boolean {
  return source.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

/** TypeScript and JavaScript. */
export function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/i.test(path) && !/\.d\.[cm]?ts$/.test(path);
}
