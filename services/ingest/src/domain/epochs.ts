/**
 * Epochs that a host opens in a day. Each is a life of its outbox that the ledger remembers for ever, and an honest host has one for months; so
 * whoever holds a token must not be able to make them without end. Pure.
 */
import type { Epoch } from "@claw/events";

/** The epochs of one host that were new on one day. */
export interface EpochDay {
  readonly day: number;
  readonly epochs: ReadonlySet<Epoch>;
}

/** A host whose disk is put back again and again needs a few; nobody needs more in a day. */
export const MAX_EPOCHS_A_DAY = 200;
const DAY_MS = 86_400_000;

/** The day with this epoch in it, or null where it would be one too many. */
export function openEpoch(
  known: EpochDay | undefined,
  epoch: Epoch,
  atMs: number,
  max = MAX_EPOCHS_A_DAY,
): EpochDay | null {
  const day = Math.floor(atMs / DAY_MS);
  const epochs = known?.day === day ? known.epochs : new Set<Epoch>();
  if (epochs.has(epoch)) return { day, epochs };
  return epochs.size >= max ? null : { day, epochs: new Set([...epochs, epoch]) };
}
