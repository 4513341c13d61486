import type { Mark } from "./marker.ts";
import { OVERLONG } from "./rules/index.ts";
import { BLOCK_MAX, UNTERMINATED } from "./rules/pem.ts";
import { isBoundary } from "./scan/chars.ts";
import type { Scanner } from "./scan/scanner.ts";
import { type Awaited, boundaryBefore, cutOf, firstBlock, openBlock } from "./stream-cut.ts";

/**
 * Redacts text that arrives in pieces. What `push` returns is final and safe to show; what could still become part
 * of a secret is held back until a later piece, or `end`, decides.
 */
export interface StreamRedactor {
  readonly push: (chunk: string) => string;
  /** The rest. The redactor is then empty and may be used for the next text. */
  readonly end: () => string;
}

/** The most that is held back, in UTF-16 units. */
export const HELD_MAX = BLOCK_MAX;

/** How much of a dropped line is remembered, to see a block begin in it: more than its longest first line. */
const TAIL = 128;

/** What a stream is bound to. */
interface Means {
  readonly scanner: Scanner;
  readonly mark: Mark;
  readonly redact: (text: string) => string;
}

interface Held {
  text: string;
  awaited: Awaited;
  /** The line grew beyond {@link HELD_MAX}; nothing more of it goes out. */
  isDropping: boolean;
}

const hasAwaited = (chunk: string, awaited: Awaited): boolean => {
  if (awaited === "newline") return chunk.includes("\n");
  for (let at = 0; at < chunk.length; at += 1) if (isBoundary(chunk.charCodeAt(at))) return true;
  return false;
};

/** Too much is held: drop it and the rest of its line. A block that opens within goes on being held. */
const drop = ({ scanner, mark, redact }: Means, held: Held): string => {
  const { text } = held;
  const block = openBlock(scanner, text);
  if (block && text.length - block.at <= HELD_MAX) {
    held.text = text.slice(block.at);
    held.awaited = "newline";
    return redact(text.slice(0, boundaryBefore(text, block.at)));
  }
  const isWhole = block !== undefined || held.awaited === "boundary";
  const keep = isWhole ? 0 : boundaryBefore(text, text.length - scanner.pendingKnown(text));
  held.text = block ? "" : text.slice(-TAIL);
  held.isDropping = true;
  return redact(text.slice(0, keep)) + mark(block ? UNTERMINATED : OVERLONG, text.slice(keep));
};

const release = (means: Means, held: Held): string => {
  const cut = cutOf(means.scanner, held.text);
  const out = means.redact(held.text.slice(0, cut.at));
  held.text = held.text.slice(cut.at);
  held.awaited = cut.awaited;
  return held.text.length > HELD_MAX ? out + drop(means, held) : out;
};

/** Go on dropping, until the line ends or a block begins in it. */
const resume = (means: Means, held: Held): string => {
  const newline = held.text.indexOf("\n");
  const block = firstBlock(means.scanner, held.text)?.at ?? held.text.length;
  const from = newline < 0 ? block : Math.min(block, newline);
  if (from === held.text.length) {
    held.text = held.text.slice(-TAIL);
    return "";
  }
  held.isDropping = false;
  held.text = held.text.slice(from);
  return release(means, held);
};

const accept = (means: Means, held: Held, chunk: string): string => {
  held.text += chunk;
  if (held.isDropping) return resume(means, held);
  return hasAwaited(chunk, held.awaited) || held.text.length > HELD_MAX ? release(means, held) : "";
};

const nothing = (): Held => ({ text: "", awaited: "boundary", isDropping: false });

/**
 * Bind a stream. What is held never exceeds {@link HELD_MAX} and one slice of the same size: what grows beyond it (a
 * word without end, an unended block, an open line) is dropped to one mark together with the rest of its line. A
 * whole text is not so limited; for text whose lines and blocks are shorter, streaming and whole redaction agree.
 */
export const makeStream = (means: Means): StreamRedactor => {
  let held = nothing();
  return {
    // Pieces are taken in slices, so that one huge piece meets the same bound as many small ones.
    push: (chunk) => {
      let out = "";
      for (let at = 0; at < chunk.length; at += HELD_MAX)
        out += accept(means, held, chunk.slice(at, at + HELD_MAX));
      return out;
    },
    end: () => {
      const out = held.isDropping ? "" : means.redact(held.text);
      held = nothing();
      return out;
    },
  };
};
