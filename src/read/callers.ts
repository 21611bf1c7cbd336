/** What ORMs of entities and models call an insert, on something that is one by its name. */
const ENTITY_WRITE = /\.(?:bulkCreate|findOrCreate|findCreateFind|insertAndFetch|insertGraph\w*|upsertGraph\w*|insertMany|upsertMany|persistAndFlush)\(|\b(?:[rR]epo(?:sitory)?|\w+Repo(?:sitory)?|manager|em|models\.\w+|(?!Object\b)[A-Z]\w+)\.(?:create|save)\(/;

/** Told by the bytes: does a file write rows, so that those who call it matter? Wide, as `canHoldFacts` is. */
export function mayWrite(text: string): boolean {
  return /\.(?:insert|insertInto|upsert|createMany\w*|connectOrCreate)\(|\binsert\s+into\b/i.test(text) || (/\.create\(/.test(text) && /prisma|\btx\b/i.test(text)) || ENTITY_WRITE.test(text);
}

/** `router.post("/x", create)`, `new Worker("mail", send)`: handed on, to be called later. */
const HANDS_ON = /\.(?:post|put|patch|delete|route|openapi|work|process|command)\(|\bnew (?:Worker|CronJob)\(/;

/**
 * Told by the bytes: may a file that holds no facts itself call functions that ask a database, or tell a framework to? Components are called on
 * another machine.
 */
export function mayCallWriters(path: string, text: string): boolean {
  if (!/\.[mc]?[tj]sx?$/i.test(path) || /\.d\.[mc]?ts$/i.test(path) || /\.min\.[mc]?js$/i.test(path)) return false;
  if (!/\bawait\b|\.then\(|\.catch\(/.test(text) && !HANDS_ON.test(text)) return false;
  return !/x$/i.test(path) || /["']use server["']|\bexport\s+(?:const|(?:async\s+)?function)\s+(?:action|loader)\b/.test(text);
}

/** Told by the bytes: does a file hand on what others export? */
export function mayReexport(text: string): boolean {
  return /\bexport\s*(?:\*|\{)[^;"']*\bfrom\s*["']/.test(text);
}

/** Specifiers that a file imports values from, as far as a look at the text tells. */
export function importedFrom(text: string): string[] {
  const values = text.replace(/\bimport\s+type\b[^;"']*["'][^"'\n]+["']/g, "");
  return [...values.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']([^"'\n]+)["']/g)].flatMap((match) => match[1] ?? []);
}

/** Specifiers that a file imports types from only, as far as a look at the text tells. */
export function typesFrom(text: string): string[] {
  return [...text.matchAll(/\bimport\s+type\b[^;"']*["']([^"'\n]+)["']/g)].flatMap((match) => match[1] ?? []);
}

/** Specifiers of the interfaces that the classes of a file implement: who is handed one of those may call the class. */
export function implementedFrom(text: string): string[] {
  const names = [...text.matchAll(/\bimplements\s+([^{]{1,300})\{/g)].flatMap((match) => match[1]?.match(/\b[A-Z]\w*/g) ?? []);
  if (names.length === 0) return [];
  const imports = [...text.matchAll(/\bimport\s+(?:type\s+)?\{([^}]*)\}\s*from\s*["']([^"'\n]+)["']/g)];
  return imports.flatMap(([, imported = "", from = ""]) => (imported.match(/\b[A-Z]\w*/g)?.some((name) => names.includes(name)) === true ? [from] : []));
}
