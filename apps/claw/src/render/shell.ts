/** Command lines that people may paste: what a shell would read as anything else is quoted (DESIGN 14.22). */
import { stripControls } from "@claw/redact";

/** What no shell reads as anything but itself, in any place of a line. */
const PLAIN = /^[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:,@%+=-]*$/;

export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The words as one line of a shell, quoted where they have to be, and without what a terminal obeys. */
export const shellLine = (words: readonly string[]): string =>
  words
    .map(stripControls)
    .map((word) => (PLAIN.test(word) ? word : quoted(word)))
    .join(" ");
