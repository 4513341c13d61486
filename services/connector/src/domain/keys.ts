/**
 * The keys that wait for a thread (ADR 0013). The house has to know a key before a thread uses it, so a batch is usable when the ledger holds the fact that
 * tells its digests: then the outbox has let go of it. Pure; what the keys open stays with the shell.
 */
import type { Epoch, TokenId } from "@claw/events";

/** Minted together, and told in one fact. */
export interface KeyBatch {
  readonly ids: readonly TokenId[];
  /** Monotonic. */
  readonly mintedAtMs: number;
  /** Where the fact stands in the outbox; null once the ledger is known to hold it. */
  readonly told: { readonly epoch: Epoch; readonly seq: number } | null;
}

export type KeyPool = readonly KeyBatch[];

export const KEYS = {
  /** Fewer than this many, and more are minted. */
  low: 4,
  /** In ms. The house forgets keys that belonged to nobody for a day; older ones do not count, and still older ones are not used. */
  freshMs: 12 * 3_600_000,
  usableMs: 20 * 3_600_000,
} as const;

/** What the outbox says of itself: sequences below `firstSeq` were let go because the ledger holds them. */
export interface OutboxMark {
  readonly epoch: Epoch;
  readonly firstSeq: number;
}

/** The pool as it is now. What was told in an epoch that is over without having been confirmed is lost: its sequence says nothing any more. */
export function tend(pool: KeyPool, { epoch, firstSeq }: OutboxMark, nowMs: number): KeyPool {
  return pool.flatMap((batch): KeyPool => {
    if (batch.ids.length === 0 || nowMs - batch.mintedAtMs >= KEYS.usableMs) return [];
    if (batch.told === null) return [batch];
    if (batch.told.epoch !== epoch) return [];
    return [batch.told.seq < firstSeq ? { ...batch, told: null } : batch];
  });
}

/** Counts those that are still on their way too, so that nothing is minted twice for one need. */
export const needsMore = (pool: KeyPool, nowMs: number): boolean =>
  pool
    .filter(({ mintedAtMs }) => nowMs - mintedAtMs < KEYS.freshMs)
    .reduce((sum, { ids }) => sum + ids.length, 0) < KEYS.low;

/** The oldest that may be used, and the pool without it: a key is given out once. */
export function take(pool: KeyPool): { readonly id: TokenId; readonly pool: KeyPool } | null {
  const at = pool.findIndex(({ told, ids }) => told === null && ids.length > 0);
  const batch = pool[at];
  const id = batch?.ids[0];
  if (batch === undefined || id === undefined) return null;
  return { id, pool: pool.with(at, { ...batch, ids: batch.ids.slice(1) }) };
}

export const idsIn = (pool: KeyPool): ReadonlySet<TokenId> => new Set(pool.flatMap(({ ids }) => ids));
