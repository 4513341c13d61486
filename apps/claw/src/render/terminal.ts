/**
 * What hosts say, made safe to show: on a terminal a name could otherwise move the cursor, set the title or turn the text round (DESIGN 14.22).
 */
import { stripControls } from "@claw/redact";

/** Text for a terminal, on one line. */
export const oneLine = (text: string): string => stripControls(text).replace(/\s+/g, " ").trim();

/** Text for a terminal that may have lines. */
export const lines = (text: string): string => stripControls(text);

/** A whole value with its texts made safe: for YAML, which writes them as they are. */
export function safeTree(value: unknown): unknown {
  if (typeof value === "string") return stripControls(value);
  if (Array.isArray(value)) return value.map(safeTree);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [stripControls(key), safeTree(member)]),
  );
}

/** Characters that a terminal obeys and JSON leaves as they are: DEL, C1, and the marks that reorder text. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** JSON that loses nothing and that a terminal cannot obey: what it would obey is written as an escape. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    OBEYED,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const CODES = { red: 31, green: 32, yellow: 33, grey: 90 } as const;
export type Colour = keyof typeof CODES;

export const paint = (text: string, colour: Colour, hasColour: boolean): string =>
  hasColour ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
