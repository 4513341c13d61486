/**
 * The keys of threads as the views know them (ADR 0013). A key is good while its session is neither archived nor deleted, its host may join, and for twelve
 * hours after that host was last heard. A view may lag behind the host that uses a key, so a key that is not known yet, or not yet whose it is, is waited for.
 */
import { timingSafeEqual } from "node:crypto";
import { type HostId, type SessionId, sha256 } from "@claw/events";
import { Cause, Effect, Exit, Option, Stream } from "effect";
import type { ThreadKeyRow } from "@claw/views";
import type { House } from "../ports.ts";
import { type HostsLetIn, makeHostsLetIn } from "./hosts-let-in.ts";
import type { McpSight } from "./ports.ts";

/** How long the views may need to show a key that its host says is there, in ms. */
export const KEY_WAIT_MS = 2_000;
/**
 * Requests that may wait for a key at a time, and as many for whose it is; beyond it the answer is what the views show now (RELIABILITY S14). Counted apart, because
 * anybody can bring a key that nobody knows.
 */
export const MAX_KEY_WAITERS = 256;
/** Of those who bring a key that nobody knows, as many of one address: so who sends noise from one place takes no other's wait. */
export const MAX_STRANGERS_PER_ADDRESS = 64;
/** How long a key outlives the last word of its host, in ms. */
export const KEY_OUTLIVES_HOST_MS = 43_200_000;

export interface Keys {
  /**
   * The host that minted the key; null if the key is unknown, wrong, or not good any more. A good one that is known is never held up, whatever else came from
   * its address.
   */
  readonly authenticate: (
    bearer: string,
    keyId: string,
    address: string,
  ) => Promise<{ readonly hostId: HostId } | null>;
  /** The session that the key was given to, null if nobody said so in time. */
  readonly sessionOf: (keyId: string) => Promise<SessionId | null>;
  /** True while a key that was good once still is. */
  readonly isStillGood: (keyId: string) => boolean;
}

type Sight = Pick<House, "reader" | "overlay" | "feed" | "run" | "clocks">;

interface Room {
  readonly house: Sight;
  readonly sight: () => McpSight;
  readonly letIn: HostsLetIn;
  readonly strangers: Waiters;
  /** Only addresses somebody waits from. */
  readonly strangersOf: Map<string, Waiters>;
  readonly unbound: Waiters;
}

interface Waiters {
  waiting: number;
  readonly most: number;
}

export function makeKeys(house: Sight, sight: () => McpSight): Keys {
  const letIn = makeHostsLetIn(house.reader, house.clocks.wallMs);
  const room: Room = {
    house,
    sight,
    letIn,
    strangers: waiters(MAX_KEY_WAITERS),
    strangersOf: new Map(),
    unbound: waiters(MAX_KEY_WAITERS),
  };
  return {
    authenticate: (bearer, keyId, address) => authenticate(room, bearer, keyId, address),
    sessionOf: (keyId) => whenSeen(room, [room.unbound], () => sessionOf(room, keyId)),
    isStillGood: (keyId) => {
      const key = sight().threadKey(keyId);
      return key !== null && isGood(room, key);
    },
  };
}

const waiters = (most: number): Waiters => ({ waiting: 0, most });

async function authenticate(
  room: Room,
  bearer: string,
  keyId: string,
  address: string,
): Promise<{ readonly hostId: HostId } | null> {
  const key = room.sight().threadKey(keyId) ?? (await stranger(room, keyId, address));
  if (key === null || !sameDigest(sha256(bearer), key.digest) || !isGood(room, key)) return null;
  return { hostId: key.hostId };
}

/** Waits for a key that nobody knows yet, if there is room for one more of that address. */
async function stranger(room: Room, keyId: string, address: string): Promise<ThreadKeyRow | null> {
  const { strangers, strangersOf, sight } = room;
  const ofAddress = strangersOf.get(address) ?? waiters(MAX_STRANGERS_PER_ADDRESS);
  strangersOf.set(address, ofAddress);
  try {
    return await whenSeen(room, [strangers, ofAddress], () => sight().threadKey(keyId));
  } finally {
    if (ofAddress.waiting === 0 && strangersOf.get(address) === ofAddress) strangersOf.delete(address);
  }
}

function isGood({ house, letIn }: Room, { hostId, boundTo }: ThreadKeyRow): boolean {
  const reader = house.reader();
  const session = boundTo === null ? null : reader.session(boundTo);
  // A name may have become another host's since the key was bound to it: one that was asked for is of the host that was chosen.
  if (session !== null && session.hostId !== hostId) return false;
  const closed = session?.closed ?? null;
  if (closed === "archived" || closed === "deleted" || !letIn.has(hostId)) return false;
  const heardAt = Math.max(
    reader.host(hostId)?.lastHeardAt ?? 0,
    house.overlay?.(hostId)?.heardAt ?? 0,
    // Who mints keys is there, even if its first heartbeat is still to come.
    reader.host(hostId)?.addedAt ?? 0,
  );
  return house.clocks.wallMs() - heardAt < KEY_OUTLIVES_HOST_MS;
}

/** A thread that the views do not show yet is not anybody's: what it may do is asked of its row. */
function sessionOf({ house, sight }: Room, keyId: string): SessionId | null {
  const sessionId = sight().threadKey(keyId)?.boundTo ?? null;
  return sessionId === null || house.reader().session(sessionId) === null ? null : sessionId;
}

/** Looks now, and whenever the views have moved, for as long as a key may be late. */
async function whenSeen<Found>(
  { house }: Room,
  rooms: readonly Waiters[],
  look: () => Found | null,
): Promise<Found | null> {
  const now = look();
  if (now !== null || rooms.some(({ waiting, most }) => waiting >= most)) return now;
  for (const one of rooms) one.waiting += 1;
  try {
    const exit = await house.run(seen(house, look));
    if (Exit.isSuccess(exit)) return exit.value;
    throw Cause.squash(exit.cause);
  } finally {
    for (const one of rooms) one.waiting -= 1;
  }
}

const seen = <Found>({ feed }: Sight, look: () => Found | null): Effect.Effect<Found | null> =>
  Effect.scoped(
    Effect.gen(function* () {
      const whispers = yield* feed.subscribe;
      const looks = Stream.concat(Stream.succeed(null), whispers).pipe(
        Stream.map(look),
        Stream.filter((found) => found !== null),
      );
      return Option.getOrNull(yield* Stream.runHead(looks)) ?? (yield* Effect.never);
    }),
  ).pipe(Effect.timeoutOption(KEY_WAIT_MS), Effect.map(Option.getOrNull));

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
