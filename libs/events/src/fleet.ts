/** What is said of the log itself. Lane: fleet. Written by the projector of record, and by nobody else. */
import { z } from "zod";
import { Digest } from "./ids.ts";
import { eventKind, Label, Word } from "./kind.ts";

const count = z.int().min(0);

/**
 * A generation of the log begins. Everything up to `position` is in the ledger and not in the log any more, except that each lane's last entry
 * follows under its old id; positions go on (DESIGN 14.5). The first generation begins without one.
 */
export const LogResumed = eventKind({
  type: "log.resumed",
  version: 1,
  lane: "fleet",
  data: z.object({
    generation: z.int().min(2),
    position: count,
    /** The ledger's chain at that position: who goes on from another history is told apart. */
    chain: Digest,
    reason: z.enum(["regressed", "deleted", "trimmed", "restored"]),
  }),
  body: null,
});

/**
 * A message in the log that is no entry, or not the entry that its place claims. It takes a position, is never folded, and its first bytes are
 * kept beside the ledger (RELIABILITY S7, 3.4).
 */
export const MessageQuarantined = eventKind({
  type: "message.quarantined",
  version: 1,
  lane: "fleet",
  data: z.object({
    code: Word,
    subject: Label,
    generation: z.int().min(1),
    sequence: z.int().min(1),
    digest: Digest,
    bytes: count,
  }),
  body: null,
});
