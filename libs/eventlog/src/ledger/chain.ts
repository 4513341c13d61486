/**
 * The digest chain: one value that stands for the whole history up to a position. Two ledgers whose chains agree at a position hold the same
 * envelopes, in the same order, up to there (ADR 0009). Bodies are covered through the digests in their envelopes, so erasing one breaks nothing.
 */
import { hash } from "node:crypto";
import type { Digest } from "@claw/events";

/** Before the first entry: 32 bytes of zero. */
export const NO_CHAIN: Uint8Array = new Uint8Array(32);

/** SHA-256(chain before ‖ SHA-256(envelope text)). */
export const chainAfter = (before: Uint8Array, envelope: string): Uint8Array =>
  hash("sha256", Buffer.concat([before, hash("sha256", envelope, "buffer")]), "buffer");

export const chainText = (chain: Uint8Array): Digest => Buffer.from(chain).toString("hex") as Digest;
