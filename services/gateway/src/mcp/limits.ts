/** How much one caller may ask at a time: a bound on calls in flight for everybody, and on reads for sessions, which no person watches (RELIABILITY §5). */
import { Refused } from "../http/problem.ts";
import { type Bucket, takeOne } from "./domain/bucket.ts";
import { hostOf, type McpCaller } from "./who.ts";

/**
 * Calls in flight, of one token, of all keys of one host, and in all. A call that waits for an outcome is one of them. A host binds as many keys as it likes, so
 * without a share of its own one alone would keep everybody out.
 */
export const MAX_CALLS_PER_TOKEN = 32;
export const MAX_CALLS_OF_HOST = 256;
export const MAX_CALLS = 1_024;
/** When a caller beyond that may come again, in ms. */
const FULL_RETRY_MS = 1_000;
/** MCP reads of one session. */
export const READS = { perMinute: 120, atOnce: 30 } as const;
/** Sessions whose reads are remembered; the one that read longest ago makes room. */
const MAX_BUCKETS = 10_000;

export interface Limits {
  /** Runs it within the bounds, or refuses it at once. */
  readonly run: <Answer>(caller: McpCaller, call: () => Promise<Answer>) => Promise<Answer>;
  /** Refuses a session that reads too often. */
  readonly read: (sessionId: string) => void;
  /** Calls in flight. */
  readonly size: () => number;
}

interface Room {
  readonly byToken: Map<string, number>;
  readonly byHost: Map<string, number>;
  readonly buckets: Map<string, Bucket>;
  readonly monoMs: () => number;
  size: number;
}

export function makeLimits(monoMs: () => number): Limits {
  const room: Room = { byToken: new Map(), byHost: new Map(), buckets: new Map(), monoMs, size: 0 };
  return {
    run: (caller, call) => runWithin(room, caller, call),
    read: (sessionId) => takeRead(room, sessionId),
    size: () => room.size,
  };
}

async function runWithin<Answer>(
  room: Room,
  caller: McpCaller,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const { byToken, byHost } = room;
  const { tokenId } = caller;
  const hostId = hostOf(caller);
  refuseBeyond(byToken.get(tokenId), MAX_CALLS_PER_TOKEN);
  if (hostId !== null) refuseBeyond(byHost.get(hostId), MAX_CALLS_OF_HOST);
  refuseBeyond(room.size, MAX_CALLS);
  room.size += 1;
  add(byToken, tokenId, 1);
  if (hostId !== null) add(byHost, hostId, 1);
  try {
    return await call();
  } finally {
    room.size -= 1;
    add(byToken, tokenId, -1);
    if (hostId !== null) add(byHost, hostId, -1);
  }
}

function refuseBeyond(value: number | undefined, limit: number): void {
  if ((value ?? 0) >= limit) throw new Refused("too_many", { limit, retryAfterMs: FULL_RETRY_MS });
}

/** Nobody who has none in flight stays in the map. */
function add(calls: Map<string, number>, id: string, more: number): void {
  const after = (calls.get(id) ?? 0) + more;
  if (after === 0) calls.delete(id);
  else calls.set(id, after);
}

function takeRead({ buckets, monoMs }: Room, sessionId: string): void {
  const taken = takeOne(buckets.get(sessionId), READS, monoMs());
  if ("retryAfterMs" in taken)
    throw new Refused("too_many", { limit: READS.perMinute, retryAfterMs: taken.retryAfterMs });
  // Put in again, so that the map's order is that of reading.
  buckets.delete(sessionId);
  if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value ?? "");
  buckets.set(sessionId, taken.bucket);
}
