/** What words of a caller may not hold: what terminals obey, and what a model reads and a person does not see. One rule for every text of a command. */

/**
 * UTF-16 offset of the first control character but tabs and line breaks, or of the first letter that hides: bidi overrides, zero widths, tags. Null if there
 * is none. A carriage return stands only before a line feed: alone it overwrites. Joiners (U+200C, U+200D) are part of words and of emoji, and stay.
 */
export function controlAt(text: string): number | null {
  const at = text.search(CONTROL);
  return at < 0 ? null : at;
}

/** C0 and DEL, and C1, whose CSI (U+009B) terminals take for an escape sequence; then what hides. */
const CONTROL =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]|\r(?!\n)/u;
