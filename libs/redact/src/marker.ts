import { createHmac, createSecretKey } from "node:crypto";

const OPEN = "‹redacted:";
const CLOSE = "›";
const LINK_HEX = 4;
const KIND_MAX = 40;

/** What stands where a secret stood: `‹redacted:<kind>:h=<4 hex>›`. */
export type Mark = (kind: string, secret: string) => string;

/**
 * Bind marks to one key. Equal secrets get equal links within a deployment, so that a reader can follow one through
 * the log; 16 bits of a keyed hash confirm no guess.
 */
export const makeMark = (linkKey: Uint8Array | string): Mark => {
  const key = createSecretKey(typeof linkKey === "string" ? Buffer.from(linkKey, "utf8") : linkKey);
  return (kind, secret) => {
    const link = createHmac("sha256", key).update(secret).digest("hex").slice(0, LINK_HEX);
    return `${OPEN}${kind}:h=${link}${CLOSE}`;
  };
};

/** The same marks, made once for each secret of one text, which often repeats them; to be dropped with the text. */
export const rememberMarks = (mark: Mark): Mark => {
  const made = new Map<string, string>();
  return (kind, secret) => {
    const name = `${kind}:${secret}`;
    const known = made.get(name) ?? mark(kind, secret);
    made.set(name, known);
    return known;
  };
};

const isLink = (text: string): boolean => /^h=[0-9a-f]{4}$/.test(text);

/**
 * The end of the mark that begins at `at`, or -1. Only kinds that this redactor writes count, so nobody can hide a
 * secret inside something that looks like a mark.
 */
export const markEnd = (text: string, at: number, kinds: ReadonlySet<string>): number => {
  if (!text.startsWith(OPEN, at)) return -1;
  const longest = at + OPEN.length + KIND_MAX + LINK_HEX + 4;
  const close = text.slice(at, longest).indexOf(CLOSE);
  if (close < 0) return -1;
  const [kind = "", link = "", ...rest] = text.slice(at + OPEN.length, at + close).split(":");
  return rest.length === 0 && kinds.has(kind) && isLink(link) ? at + close + CLOSE.length : -1;
};

/** The stretches of `text` that are marks already, in order. */
export const findMarks = (
  text: string,
  kinds: ReadonlySet<string>,
): readonly (readonly [number, number])[] => {
  const marks: [number, number][] = [];
  for (let at = text.indexOf(OPEN); at >= 0; at = text.indexOf(OPEN, at + 1)) {
    const end = markEnd(text, at, kinds);
    if (end > 0) marks.push([at, end]);
  }
  return marks;
};
