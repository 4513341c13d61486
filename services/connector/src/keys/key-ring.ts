/**
 * The host's keys for its threads: bearer tokens that are minted here, live in memory, and go into the configuration of one thread each (ADR 0013). The
 * house learns their digests; what they are is in no file, no argument, no environment and no line of diagnostics.
 */
import { hostLane, type HostId, MAX_KEYS_AT_ONCE, type SessionId, sha256, TokenId } from "@claw/events";
import { type Clocks, newBearer } from "@claw/runtime";
import { idsIn, type KeyPool, needsMore, take, tend } from "../domain/keys.ts";
import { fact, openEvent } from "../domain/telling.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Redaction } from "../redaction.ts";

/** `bearer` is the secret itself: it goes into a call of Codex and nowhere else. */
export interface ThreadKey {
  readonly id: TokenId;
  readonly bearer: string;
}

export interface KeyRing {
  /** One that the house knows, for one thread; null while there is none. Nobody gets it again. */
  readonly take: () => ThreadKey | null;
  /** Says for which thread it is. Part of the commit that is open, if one is. False where the outbox has no room for it. */
  readonly bind: (id: TokenId, sessionId: SessionId) => boolean;
  /** Mints what is missing. */
  readonly tend: () => void;
  /** The house forgot what it knew: what was not given out yet is thrown away, and minted anew. */
  readonly renew: () => void;
}

export interface KeyRingOptions {
  readonly hostId: HostId;
  readonly outbox: Outbox;
  readonly redaction: Redaction;
  readonly clocks: Clocks;
}

interface Core extends KeyRingOptions {
  pool: KeyPool;
  readonly bearers: Map<TokenId, string>;
}

/** Mints the first keys at once, so that they are usable when the first session is asked for. */
export function makeKeyRing(options: KeyRingOptions): KeyRing {
  const core: Core = { ...options, pool: [], bearers: new Map() };
  refill(core);
  return {
    take: () => takeOne(core),
    bind: (id, sessionId) => {
      const event = openEvent("key.bound", core.clocks.wallMs(), { id, sessionId });
      return core.outbox.tell({ lane: hostLane(core.hostId), facts: [fact(event, "a")], session: null });
    },
    tend: () => refill(core),
    renew: () => {
      core.pool = [];
      refill(core);
    },
  };
}

function takeOne(core: Core): ThreadKey | null {
  refill(core);
  const taken = take(core.pool);
  if (taken === null) return null;
  const bearer = core.bearers.get(taken.id);
  core.pool = taken.pool;
  core.bearers.delete(taken.id);
  refill(core);
  return bearer === undefined ? null : { id: taken.id, bearer };
}

/** Where the outbox has no room nothing is minted, and the next look tries again. */
function refill(core: Core): void {
  const { outbox, clocks, bearers } = core;
  const now = clocks.monoMs();
  core.pool = tend(core.pool, { epoch: outbox.epoch(), firstSeq: outbox.firstSeq() }, now);
  if (needsMore(core.pool, now)) mint(core, now);
  const kept = idsIn(core.pool);
  for (const id of bearers.keys()) if (!kept.has(id)) bearers.delete(id);
}

function mint(core: Core, now: number): void {
  const { hostId, outbox, redaction, clocks, bearers } = core;
  const minted = Array.from({ length: MAX_KEYS_AT_ONCE }, () => newBearer("mcp"));
  // Learnt before anything is said, so that no text can tell one of them from now on.
  redaction.learn(minted.map(({ bearer }) => bearer));
  const keys = minted.map(({ tokenId, bearer }) => ({
    id: TokenId.parse(tokenId),
    digest: sha256(bearer),
    bearer,
  }));
  const event = openEvent("keys.registered", clocks.wallMs(), {
    keys: keys.map(({ id, digest }) => ({ id, digest })),
  });
  if (!outbox.tell({ lane: hostLane(hostId), facts: [fact(event, "a")], session: null })) return;
  const told = { epoch: outbox.epoch(), seq: outbox.nextSeq() - 1 };
  for (const { id, bearer } of keys) bearers.set(id, bearer);
  core.pool = [...core.pool, { ids: keys.map(({ id }) => id), mintedAtMs: now, told }];
}
