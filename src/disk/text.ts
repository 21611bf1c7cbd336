/** More than any file that people write; generated bundles and dumps beyond it would cost minutes. */
export const largestFile = 5 * 1024 * 1024;

export type Decoded = { text: string } | { problem: string };

/**
 * Bytes → text: UTF-8 with or without a byte order mark, UTF-16 with one. What is not valid UTF-8 is read as Latin-1, so that the ASCII
 * parts keep their meaning. NUL bytes mean that it is no text at all; `isCode`: but for a rare one, which people use as a separator in strings.
 */
export function decode(bytes: Buffer, isCode = false): Decoded {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return { text: bytes.toString("utf16le", 2) };
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decodeBigEndian(bytes) };
  const isBinary = bytes.includes(0);
  if (isBinary && !(isCode && bytes.reduce((count, byte) => count + Number(byte === 0), 0) * 200 < bytes.length)) return { problem: "binary file" };
  try {
    // Takes the mark away.
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return isBinary ? { problem: "binary file" } : { text: bytes.toString("latin1") };
  }
}

function decodeBigEndian(bytes: Buffer): string {
  const even = bytes.length - (bytes.length % 2);
  return Buffer.from(bytes.subarray(2, even)).swap16().toString("utf16le");
}
