/** An error in a few words that a user understands: `no such file`, `permission denied`, the first line of its message. */
export function messageOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : null;
  switch (code) {
    case "ENOENT":
      return "no such file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "it leads back to itself";
    case "EISDIR":
      return "it is a folder";
    default:
      return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  }
}
