/** Whose a session is, out of rows, by the rule that policy goes by (`ownership.ts` of `@claw/events`). Pure: what it needs is looked up by whoever asks. */
import {
  DEFAULT_GROUP,
  type EndpointId,
  type GroupId,
  type HostId,
  ownerAsking,
  ownerOfSocket,
} from "@claw/events";
import type { Belonging } from "../domain/visibility.ts";
import type { RuntimeRow } from "../registry-rows.ts";
import type { SessionRow } from "../rows.ts";

export interface OwnerLookup {
  readonly session: (id: string) => SessionRow | null;
  /** The unix user whose socket an app-server is; null where its connector does not say. */
  readonly unixUser: (hostId: HostId, endpointId: EndpointId) => string | null;
  /** Who that unix user is on that host; null where nobody said. */
  readonly mapped: (hostId: HostId, unixUser: string) => string | null;
}

/** How far up a tree of sessions that ask for sessions an owner is looked for. Deeper than a chain of causes may be (`hops`). */
const MAX_STEPS = 64;

/** Who asked for it, as the channel proved it, and else whose socket it is on. What a session asked for belongs to whoever owns that session. Null where nobody said. */
export function ownerOf(row: SessionRow, look: OwnerLookup): string | null {
  let asker: SessionRow | null = row;
  for (let step = 0; asker !== null && step < MAX_STEPS; step += 1) {
    const { spawn }: SessionRow = asker;
    if (spawn === null) return ownerByUser(asker, look);
    const { createdBy, parentSessionId } = spawn;
    const owner = ownerAsking(createdBy);
    if (owner !== null) return owner;
    asker = look.session(parentSessionId ?? createdBy.name);
  }
  return null;
}

function ownerByUser({ hostId, endpointId }: SessionRow, look: OwnerLookup): string | null {
  const unixUser = look.unixUser(hostId, endpointId);
  return ownerOfSocket(hostId, unixUser, unixUser === null ? null : look.mapped(hostId, unixUser));
}

/** `group` is that of its host. The session that asked for it goes before what Codex says of its parent: policy proved the first. */
export const belongingOf = (
  { sessionId, spawn, parentSessionId, rootSessionId }: SessionRow,
  owner: string | null,
  group: GroupId | undefined,
): Belonging => ({
  sessionId,
  owner,
  group: group ?? DEFAULT_GROUP,
  parentSessionId: spawn?.parentSessionId ?? parentSessionId,
  rootSessionId: spawn?.rootSessionId ?? rootSessionId,
});

/** A registered runtime is in no tree. `group` is that of its host. */
export const belongingOfRuntime = (
  { runtimeId, owner }: RuntimeRow,
  group: GroupId | undefined,
): Belonging => ({
  sessionId: runtimeId,
  owner,
  group: group ?? DEFAULT_GROUP,
  parentSessionId: null,
  rootSessionId: null,
});
