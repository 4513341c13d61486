/**
 * Text of hosts and models before it is shown (DESIGN-NOTES, "Words"): never markup, because React makes text of it; here it loses what could disturb the page
 * though it is text: control characters, and those that turn the direction of reading. Pure.
 */

/** C0 and C1 controls but tab and line feed, bidirectional marks, overrides and isolates, zero-width characters, line and paragraph separators. */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- these are what it takes out
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Letters of one text that a page shows; what is longer says so. */
export const MAX_SHOWN = 20_000;

/** A text of several lines. */
export function plain(text: string, max: number = MAX_SHOWN): string {
  const seen = text.replace(UNSEEN, "");
  return seen.length <= max ? seen : `${seen.slice(0, max)}…`;
}

/** What `plain` does not show of a text, in a sentence; null where it shows all of it. Whoever decides by a text has to know. */
export function notShown(text: string, max: number = MAX_SHOWN): string | null {
  const unseen = text.match(UNSEEN)?.length ?? 0;
  const cut = Math.max(0, text.length - unseen - max);
  if (unseen === 0 && cut === 0) return null;
  const parts = [
    unseen === 0 ? null : `${unseen.toLocaleString("en-US")} characters that cannot be seen`,
    cut === 0 ? null : `the last ${cut.toLocaleString("en-US")} letters`,
  ].filter((part) => part !== null);
  return `Not shown: ${parts.join(" and ")}.`;
}

/** A text on one line. */
export const oneLine = (text: string, max = 300): string => plain(text.replace(/\s+/g, " ").trim(), max);

/** The last letters of an id, by which people tell sessions apart; the ends of ids that begin with a time differ most. */
export const shortId = (id: string): string => (id.length <= 8 ? id : id.slice(-6));

/** Two letters for a person's mark: of a name's first and last word; of `unix:mara@fra-01` and of an address, of what stands before the `@`. */
export function initials(name: string): string {
  const words = name
    .replace(/^[a-z]+:/, "")
    .replace(/@.*$/, "")
    .split(/[\s._-]+/)
    .filter((word) => word !== "");
  const first = words[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1) ?? "") : first.slice(1);
  return `${first.slice(0, 1)}${last.slice(0, 1)}`.toUpperCase();
}
