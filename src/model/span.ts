/** A range of one file's text: UTF-16 offsets, `end` exclusive. Lines and columns exist only where text is printed. */
export type Span = { path: string; start: number; end: number };

/** Something that was seen but could not be understood; counted and shown, never guessed about. */
export type Unread = { at: Span; message: string };

/** One file's text with its path, relative to the project's root, with `/`. */
export type SourceFile = { path: string; text: string };
