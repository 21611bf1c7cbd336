/**
 * What a rule about JavaScript asks of a file before it looks at its tree. Where a configuration switches such rules on without `files`, as those of
 * ESLint and typescript-eslint do, ESLint makes them for SQL and Prisma files as well. They find an empty program: none of its nodes is
 * visited, so that they have nothing to say, and nothing to fail at.
 */
export function emptyProgram() {
  const scope = { type: "global", block: null, set: new Map(), variables: [], references: [], through: [], childScopes: [], upper: null };
  return {
    tokensAndComments: [],
    getAllComments: () => [],
    getScope: () => scope,
    visitorKeys: { Program: [] as string[] },
    scopeManager: { globalScope: scope, scopes: [scope], acquire: () => scope, getDeclaredVariables: () => [] },
    parserServices: {
      program: { getCompilerOptions: () => ({ strict: true }), getTypeChecker: () => ({}), getSourceFile: () => undefined },
      emitDecoratorMetadata: false,
      experimentalDecorators: false,
      isolatedDeclarations: false,
      esTreeNodeToTSNodeMap: new Map(),
      tsNodeToESTreeNodeMap: new Map(),
    },
  };
}
