/** What every text passes before it may enter an event: the redactor, and a cap in bytes. */

/** A text as it may leave the host, and how many bytes the cap took. */
export interface Scrubbed {
  readonly text: string;
  readonly cutBytes: number;
}

/** Takes secrets and terminal controls out, then caps at `capBytes` of UTF-8. Bound to a redactor by the shell. */
export type Scrub = (text: string, capBytes: number) => Scrubbed;

/** Caps in bytes. Together they keep one item under the 128 KiB that an event may have. */
export const CAPS = {
  text: 49_152,
  output: 32_768,
  command: 8_192,
  path: 512,
  paths: 32,
  label: 512,
  preview: 1_024,
  error: 4_096,
  word: 96,
} as const;

/** The longest prefix within the cap that ends at a character. */
export function cutBytes(text: string, capBytes: number): Scrubbed {
  if (text.length * 3 <= capBytes) return { text, cutBytes: 0 };
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= capBytes) return { text, cutBytes: 0 };
  let end = capBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { text: bytes.toString("utf8", 0, end), cutBytes: bytes.length - end };
}

/** One line that people read: a name, a path, a branch. */
export const labelOf = (text: unknown, scrub: Scrub): string | null =>
  typeof text === "string" ? scrub(text.replaceAll(/\s+/g, " "), CAPS.label).text : null;

/** A word of a peer's own choice; never empty. */
export function wordOf(value: unknown, scrub: Scrub): string | null {
  if (typeof value !== "string") return null;
  const { text } = scrub(value, CAPS.word);
  return text === "" ? null : text;
}
