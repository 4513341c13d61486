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

/** `linkKey` is this deployment's: equal secrets get equal marks, and a guess cannot be confirmed. */
export function makeRedaction(linkKey: string, secrets: Iterable<string>): Redaction {
  const known = new Set<string>();
  let redactor = learned(known, secrets, linkKey) ?? makeRedactor({ linkKey });
  return {
    version: REDACTOR_VERSION,
    scrub: (text, capBytes) => scrub(redactor, text, capBytes),
    stream: () => redactor.stream(),
    learn: (more) => {
      redactor = learned(known, more, linkKey) ?? redactor;
    },
  };
}

/** A redactor that knows more, or null when nothing of it is new. */
function learned(known: Set<string>, secrets: Iterable<string>, linkKey: string): Redactor | null {
  const before = known.size;
  for (const secret of secrets) if (secret.length >= KNOWN_MIN) known.add(secret);
  return known.size === before ? null : makeRedactor({ known, linkKey });
}

function scrub(redactor: Redactor, text: string, capBytes: number): ReturnType<Scrub> {
  const near = cutBytes(text, capBytes + MARGIN_BYTES);
  const clean = redactor.text(stripControls(near.text)).text;
  const capped = cutBytes(clean, capBytes);
  return { text: capped.text, cutBytes: capped.cutBytes + near.cutBytes };
}
