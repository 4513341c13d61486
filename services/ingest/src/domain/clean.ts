/** The second redaction: text that this version's redactor has not seen on its host is redacted here, before the log gets it. */
import {
  type Body,
  bodyDigest,
  canonical,
  type Digest,
  type Json,
  parseJson,
  type Sealed,
  type SealedEvent,
} from "@claw/events";
import type { Redactor } from "@claw/redact";

export interface Cleaner {
  readonly redactor: Pick<Redactor, "version" | "text" | "tree">;
  /** 16 random bytes in hex at each call. */
  readonly salt: () => string;
}

export interface Cleaned {
  readonly said: Sealed;
  /** Secrets that were found in text which claimed to have passed this very redactor: our mistake or the host's lie. */
  readonly canaryHits: number;
}

/** One fact in so many is looked at although its redactor is ours (DESIGN 13). */
const CANARY_ONE_IN = 100;

/**
 * Facts of our redactor pass as they are, but for the canary's. Others are redacted and then carry our version. The salts stay, so that the same
 * fact sent again becomes the same entry.
 */
export function clean(said: Sealed, digest: Digest, { redactor }: Cleaner): Cleaned {
  const isOurs = said.redactor === redactor.version;
  if (isOurs && Number.parseInt(digest.slice(0, 8), 16) % CANARY_ONE_IN !== 0) return { said, canaryHits: 0 };
  const parts = said.events.map((event, index) => cleanEvent(event, said.bodies[index] ?? null, redactor));
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const hasText = said.bodies.some((body) => body !== null);
  if (count === 0 && (isOurs || !hasText)) return { said, canaryHits: 0 };
  const cleaned: Sealed = {
    lane: said.lane,
    redactor: redactor.version,
    events: parts.map((part) => part.event),
    bodies: parts.map((part) => part.body),
  };
  return { said: cleaned, canaryHits: isOurs ? count : 0 };
}

interface CleanPart {
  readonly event: SealedEvent;
  readonly body: Body | null;
  readonly count: number;
}

function cleanEvent(event: SealedEvent, body: Body | null, redactor: Cleaner["redactor"]): CleanPart {
  const data = redactor.tree(event.data);
  const redacted = { ...event, data: data.value as SealedEvent["data"] };
  if (body === null) return { event: redacted, body, count: data.count };
  const [json, count] = cleanJson(body.json, redactor);
  const cleaned: Body = { salt: body.salt, json };
  return { event: { ...redacted, body: bodyDigest(cleaned) }, body: cleaned, count: data.count + count };
}

/** A body that is not JSON was refused before; should one come here, it is redacted as the text that it is. */
function cleanJson(json: string, redactor: Cleaner["redactor"]): readonly [string, number] {
  const parsed = parseJson(json);
  if (!parsed.ok) {
    const { text, count } = redactor.text(json);
    return [canonical(text), count];
  }
  const { value, count } = redactor.tree(parsed.value as Parameters<Redactor["tree"]>[0]);
  return [canonical(value as Json), count];
}
