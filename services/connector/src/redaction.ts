/** The host's redactor: nothing enters the outbox that has not passed it (N1-043). It learns secrets as the connector meets them. */
import {
  KNOWN_MIN,
  makeRedactor,
  type Redactor,
  REDACTOR_VERSION,
  type StreamRedactor,
  stripControls,
} from "@claw/redact";
import { cutBytes, type Scrub } from "./domain/scrub.ts";

export interface Redaction {
  readonly version: string;
  readonly scrub: Scrub;
  /** For text that arrives in pieces. */
  readonly stream: () => StreamRedactor;
  /** Takes these values out from now on. They are kept in memory only. */
  readonly learn: (secrets: Iterable<string>) => void;
}

/** How much text beyond a cap is read, so that a secret across the cap is seen as a whole. */
const MARGIN_BYTES = 65_536;

/**
 * `linkKey` is this deployment's: equal secrets get equal marks, and a guess cannot be confirmed. `onRedacted` hears how many secrets were taken out of a text; text that
 * arrives in pieces is not counted, because it is said again as a whole.
 */
export function makeRedaction(
  linkKey: string,
  secrets: Iterable<string>,
  onRedacted: (count: number) => void = () => {},
): Redaction {
  const known = new Set<string>();
  let redactor = learned(known, secrets, linkKey) ?? makeRedactor({ linkKey });
  return {
    version: REDACTOR_VERSION,
    scrub: (text, capBytes) => scrub(redactor, text, capBytes, onRedacted),
    stream: () => withoutControls(redactor.stream()),
    learn: (more) => {
      redactor = learned(known, more, linkKey) ?? redactor;
    },
  };
}

/** Values that are known at most; each is compiled in a dozen forms. Those that came first stay: they are the host's own. */
const MAX_KNOWN = 2_048;

/** A redactor that knows more, or null when nothing of it is new. */
function learned(known: Set<string>, secrets: Iterable<string>, linkKey: string): Redactor | null {
  const before = known.size;
  for (const secret of secrets) if (secret.length >= KNOWN_MIN && known.size < MAX_KNOWN) known.add(secret);
  return known.size === before ? null : makeRedactor({ known, linkKey });
}

function scrub(
  redactor: Redactor,
  text: string,
  capBytes: number,
  onRedacted: (count: number) => void,
): ReturnType<Scrub> {
  const near = cutBytes(text, capBytes + MARGIN_BYTES);
  const { text: clean, count } = redactor.text(stripControls(near.text));
  if (count > 0) onRedacted(count);
  const whole = near.cutBytes === 0 ? clean : clean.slice(0, lastEnd(clean));
  const capped = cutBytes(whole, capBytes);
  const dropped = Buffer.byteLength(clean) - Buffer.byteLength(whole);
  return { text: capped.text, cutBytes: near.cutBytes + dropped + capped.cutBytes };
}

/** How far from its end a text is searched for the end of a line or word. */
const TAIL = 16_384;

/**
 * Where the last line ends, or where there is none the last word: a text that was cut may end in a part of a secret, which is not recognised as
 * one. Marks are shorter than what they stand for, so this end can come to lie within the cap.
 */
function lastEnd(text: string): number {
  const tail = text.slice(-TAIL);
  const end = Math.max(tail.lastIndexOf("\n"), 0) || Math.max(tail.search(/\s\S*$/), 0);
  return text.length - tail.length + end;
}

/** A sequence that is longer without an end is none. */
const MAX_CONTROL = 4_096;
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const LAST_CONTROL = /[\u001b\u0080-\u009f][^\u001b\u0080-\u009f]*$/;

/** Terminal controls are taken out before the redactor looks, also where one is cut in two: inside a secret they would hide it. */
function withoutControls(stream: StreamRedactor): StreamRedactor {
  let open = "";
  return {
    push: (chunk) => {
      const text = open + chunk;
      const at = text.search(LAST_CONTROL);
      const isOpen = at >= 0 && text.length - at <= MAX_CONTROL && stripControls(text.slice(at)) === "";
      open = isOpen ? text.slice(at) : "";
      return stream.push(stripControls(isOpen ? text.slice(0, at) : text));
    },
    end: () => {
      open = "";
      return stream.end();
    },
  };
}
