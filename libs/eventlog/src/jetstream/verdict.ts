/** What a stored message is to a draft whose id may be taken. Pure. */
import { type Entry, sequence } from "@claw/events";
import type { Outcome } from "../event-log.ts";
import type { RawMessage } from "../raw-log.ts";
import { readMessage } from "./message.ts";
import type { Trust } from "./trust.ts";

/**
 * The draft's entry, or another one under its id; null where the message is neither: not there, no intact entry, or another id's. Only an intact
 * entry is a witness: anybody with a credential can publish a message id (RELIABILITY E15).
 */
export function recognise(entry: Entry, message: RawMessage | null, trust?: Trust): Outcome | null {
  if (message === null) return null;
  const read = readMessage(message, trust);
  if (!read.ok || read.value.envelope.id !== entry.envelope.id) return null;
  const knownDigest = read.value.envelope.digest;
  return knownDigest === entry.envelope.digest
    ? { status: "duplicate", sequence: message.sequence }
    : { status: "id_conflict", sequence: message.sequence, knownDigest };
}

export const appended = (at: number): Outcome => ({ status: "appended", sequence: sequence(at) });
