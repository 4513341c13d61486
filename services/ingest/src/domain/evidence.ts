/** Evidence: what a host sent and could not be admitted as the fact it claimed to be. It takes the fact's place, so no sequence has a hole. */
import { type Digest, hostLane, type HostId, seal, type Sealed } from "@claw/events";
import type { Cleaner } from "./clean.ts";

export const EVIDENCE_CODES = [
  "unreadable",
  "too_large",
  "foreign_lane",
  "foreign_session",
  "foreign_host",
  "foreign_command",
  "unclaimed_session",
  "reserved_type",
  "wrong_lane",
  "wrong_shape",
  "wrong_digest",
  "wrong_body",
  "from_the_future",
  "too_many_sessions",
  "forked",
  "host_mismatch",
  "oversized_frame",
  "bad_frame",
  "too_many_frames",
  "too_many_epochs",
  "foreign_delta",
] as const;
export type EvidenceCode = (typeof EVIDENCE_CODES)[number];

/** How much of it is kept, in UTF-16 units: enough to see what it was. */
const MAX_TEXT = 4_096;

export interface Suspect {
  readonly code: EvidenceCode;
  readonly digest: Digest;
  readonly text: string;
}

/** Redacted first and cut after: a cut secret is no longer recognised. */
export function evidenceOf(hostId: HostId, suspects: Suspect, at: number, cleaner: Cleaner): Sealed {
  const { code, digest, text } = suspects;
  const event = {
    type: "evidence.kept",
    v: 1,
    at,
    data: { code, digest, bytes: Buffer.byteLength(text) },
    body: { text: cleaner.redactor.text(text).text.slice(0, MAX_TEXT).toWellFormed() },
  };
  return seal(hostLane(hostId), cleaner.redactor.version, [event], cleaner.salt);
}
