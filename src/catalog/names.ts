/** Postgres' NAMEDATALEN - 1: bytes of UTF-8, not characters. */
export const nameBytes = 63;

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** An identifier as Postgres keeps it: cut to 63 bytes, never inside a character. */
export function cutName(name: string): string {
  return name.length * 3 <= nameBytes ? name : clip(name, nameBytes);
}

/** The longest start of `text` that is no longer than `bytes`, in whole characters. */
export function clip(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  let kept = "";
  let length = 0;
  for (const character of text) {
    length += byteLength(character);
    if (length > bytes) break;
    kept += character;
  }
  return kept;
}

/**
 * `makeObjectName` of Postgres (src/backend/commands/indexcmds.c): `table_columns_label`, where the longer of the first two is shortened a byte
 * at a time until all fits (reference §2.7).
 */
export function objectName(table: string, columns: string | null, label: string): string {
  let [first, second] = [byteLength(table), columns === null ? 0 : byteLength(columns)];
  const available = nameBytes - (columns === null ? 0 : 1) - byteLength(label) - 1;
  while (first + second > available) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  const parts = [clip(table, first), ...(columns === null ? [] : [clip(columns, second)]), label];
  return parts.join("_");
}

/** The first of `base`, `base1`, `base2`, … that is free; the number belongs to the label, so that cutting leaves it whole. */
export function freeName(table: string, columns: string | null, label: string, taken: (name: string) => boolean): string {
  let name = objectName(table, columns, label);
  for (let pass = 1; taken(name); pass += 1) name = objectName(table, columns, `${label}${pass}`);
  return name;
}

/** Column names joined as Postgres does for a default name: it stops when 64 bytes are reached. */
export function joinColumns(columns: readonly string[]): string {
  let joined = "";
  for (const column of columns) {
    joined += (joined === "" ? "" : "_") + column;
    if (byteLength(joined) > nameBytes) break;
  }
  return joined;
}
