/**
 * Another entry has a fact's place: is it the same fact as we stored it, or a fork?
 *
 * Ingest may have stored something else than what the host sent: evidence, or text that was redacted here. Evidence names the digest of what it
 * stands for. Redacted text is compared by what redaction leaves: lane, kinds and times.
 */
import type { Entry } from "@claw/events";

export interface Sent {
  readonly digest: string;
  readonly lane: string;
  readonly redactor: string | null;
  readonly events: readonly { readonly type: string; readonly at: number }[];
}

/** True if the stored entry came from this fact. `sent` is null for one that could not be read; then only evidence can match. */
export function isSameFact(stored: Entry, digest: string, sent: Sent | null): boolean {
  const { envelope } = stored;
  const [first] = envelope.events;
  if (first?.type === "evidence.kept") return first.data["digest"] === digest;
  if (sent === null) return false;
  if (envelope.redactor === sent.redactor || envelope.lane !== sent.lane) return false;
  return (
    envelope.events.length === sent.events.length &&
    envelope.events.every(
      ({ type, at }, index) => type === sent.events[index]?.type && at === sent.events[index]?.at,
    )
  );
}
