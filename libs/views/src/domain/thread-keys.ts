/**
 * The keys by which threads call back over MCP, as their hosts tell of them (ADR 0013): only a host itself speaks of its keys, and gives one to a thread of its
 * own, once. Keys that no thread was given are let go of after a day, and of one host all but the newest at once: the host has long forgotten them.
 */
import { type HostId, isRequested, type TokenId } from "@claw/events";
import type { HostRow } from "../rows.ts";
import type { ThreadKeyRow } from "../spawn-rows.ts";
import { type EventIn, type Fact, hostOf, type Lookup, type ViewProjection } from "./projection.ts";

const DAY_MS = 86_400_000;
/** Unbound keys of one host that are kept; it has 16 at a time, and forgets them when it starts anew. */
export const MAX_UNBOUND = 256;

export const threadKeys: ViewProjection<"threadKeys"> = {
  name: "threadKeys",
  version: 1,
  key: (fact, rows) => {
    const { event } = fact;
    const hostId = speakingHost(fact);
    if (hostId === null) return null;
    if (event.type === "key.bound") return event.data.id;
    if (event.type !== "keys.registered") return null;
    const { kept, gone } = unboundAfter(rows("hosts", hostId)?.unboundKeys ?? [], fact, event, rows);
    const fresh = kept.filter(({ keyId }) => rows("threadKeys", keyId) === undefined);
    return [...fresh, ...gone].map(({ keyId }) => keyId);
  },
  evolve: (row, fact, rows, key) => {
    const { event } = fact;
    if (event.type === "keys.registered") return row === undefined ? registered(fact, event, key) : undefined;
    return event.type === "key.bound" ? boundKey(row, fact, event, rows) : undefined;
  },
  removes: (row, { event }) => event.type === "keys.registered" && row !== undefined,
};

/** The host in whose lane the fact is, if it is its own word. */
function speakingHost(fact: Fact): HostId | null {
  const hostId = hostOf(fact);
  return fact.by.kind === "host" && fact.by.hostId === hostId ? fact.by.hostId : null;
}

type Unbound = HostRow["unboundKeys"];

/** A host's unbound keys after its word of new ones, and those that are let go of. A name that is taken is nobody else's. */
function unboundAfter(
  before: Unbound,
  { recordedAt }: Fact,
  { data }: EventIn<"keys.registered">,
  rows: Lookup,
): { readonly kept: Unbound; readonly gone: Unbound } {
  const names = new Set(data.keys.map(({ id }) => id));
  const fresh = [...names].filter((keyId) => rows("threadKeys", keyId) === undefined);
  const all = [...before, ...fresh.map((keyId) => ({ keyId, at: recordedAt }))];
  const kept = all.filter(({ at }) => recordedAt - at < DAY_MS).slice(-MAX_UNBOUND);
  const stays = new Set(kept);
  return { kept, gone: before.filter((one) => !stays.has(one)) };
}

function registered(
  { by, recordedAt }: Fact,
  { data }: EventIn<"keys.registered">,
  key: string,
): ThreadKeyRow | undefined {
  const told = data.keys.find(({ id }) => id === key);
  if (told === undefined || by.kind !== "host") return undefined;
  const { id: keyId, digest } = told;
  return { keyId, digest, hostId: by.hostId, boundTo: null, registeredAt: recordedAt, boundAt: null };
}

/**
 * The key with its thread, or nothing where the host may not say so: the key is another's or given away, or the thread is not one of its own. Nor is the name of a
 * session that was asked for a thread: whose that is, the decision says, and what is halted under the thread's name would go on under that one.
 */
function boundKey(
  row: ThreadKeyRow | undefined,
  { by, recordedAt }: Fact,
  { data: { sessionId } }: EventIn<"key.bound">,
  rows: Lookup,
): ThreadKeyRow | undefined {
  if (by.kind !== "host" || row?.hostId !== by.hostId || row.boundTo !== null) return undefined;
  const isOwn = !isRequested(sessionId) && rows("sessions", sessionId)?.hostId === by.hostId;
  return isOwn ? { ...row, boundTo: sessionId, boundAt: recordedAt } : undefined;
}

/** The host's unbound keys after its word about keys; the same list where nothing changes. */
export function unboundIn(row: HostRow, fact: Fact, rows: Lookup): Unbound {
  const { event } = fact;
  if (speakingHost(fact) !== row.hostId) return row.unboundKeys;
  if (event.type === "keys.registered") return unboundAfter(row.unboundKeys, fact, event, rows).kept;
  if (event.type !== "key.bound") return row.unboundKeys;
  const keyId: TokenId = event.data.id;
  const isBound = boundKey(rows("threadKeys", keyId), fact, event, rows) !== undefined;
  return isBound ? row.unboundKeys.filter((one) => one.keyId !== keyId) : row.unboundKeys;
}
