/**
 * Which session was spawned by which (X1-001…X1-004, DESIGN 14.16). What policy accepted is the tree; a thread belongs to it where the session that was asked for
 * became that thread, as the host that was chosen says. The mark that a thread bears is believed of no other: whoever starts a thread chooses it.
 *
 * Codex makes sub-agents of a thread by itself. They are below it only for what stops a tree (`treeUnder`): nobody gets a right to act by them, and no tree its size.
 */
import { isRequested, requestedSession, type SessionId } from "@claw/events";
import type { SessionSight, Sight } from "./sight.ts";
import type { House, Spawn } from "./state.ts";

/** The session that is meant by an id: one that was asked for and has its thread is that thread (DESIGN 14.16). */
export const meantBy = (sight: Sight, id: SessionId): SessionId =>
  isRequested(id) ? (sight.session(id)?.boundTo ?? id) : id;

/** The spawn that a session came from, or null. */
export function spawnBehind(
  { spawns }: House,
  sight: Sight,
  { sessionId, hostId, spawnId }: SessionSight,
): Spawn | null {
  if (spawnId === null) return null;
  const asked = requestedSession(spawnId);
  const spawn = spawns.get(asked);
  return spawn?.hostId === hostId && sight.session(asked)?.boundTo === sessionId ? spawn : null;
}

/** The spawn of a session by either of its names, also while it has no thread. */
export function spawnOf(house: House, sight: Sight, id: SessionId): Spawn | null {
  if (isRequested(id)) return house.spawns.get(id) ?? null;
  const session = sight.session(id);
  return session === null ? null : spawnBehind(house, sight, session);
}

/** True if the first session spawned the other one itself. */
export const isChild = (house: House, sight: Sight, parent: SessionId, child: SessionId): boolean =>
  spawnOf(house, sight, child)?.parentId === parent;

/** A session's names: its own, and the one under which it was asked for, if it was. */
export function namesOf(house: House, sight: Sight, id: SessionId): readonly SessionId[] {
  const asked = spawnOf(house, sight, id)?.sessionId;
  return asked === undefined || asked === id ? [id] : [id, asked];
}

/** Longer than any chain of sessions can be (`hops` is at most 16). */
const MAX_DEPTH = 64;

/** The sessions that it comes from, the next one first, under the names that they have now. */
export function ancestorsOf(house: House, sight: Sight, id: SessionId): readonly SessionId[] {
  const found: SessionId[] = [];
  let next = spawnOf(house, sight, id)?.parentId ?? null;
  while (next !== null && found.length < MAX_DEPTH && !found.includes(next)) {
    found.push(next);
    next = spawnOf(house, sight, next)?.parentId ?? null;
  }
  return found;
}

/** A session of a tree, under the name that it has now. */
export interface TreeNode {
  readonly id: SessionId;
  /** Null for a top that nobody spawned, and for a sub-agent. */
  readonly spawn: Spawn | null;
  /** Null while it has no thread. */
  readonly session: SessionSight | null;
}

/** Sessions that are looked at in one tree; `tree_sessions` is at most 10,000, and those that never came to be are not among them. */
const MAX_NODES = 20_000;

/**
 * A session and all below it: what was spawned, those nearest to it first, then the sub-agents that Codex made of each, and theirs. What never came to be is left
 * out. No host crowds a spawned session out by naming sub-agents: they are looked at only after those.
 */
export function treeUnder(house: House, sight: Sight, top: SessionId): readonly TreeNode[] {
  const below: Below = (id) => [...spawnedBy(house, sight, id), ...subAgentsOf(house, sight, id)];
  return withAllBelow(spawnedUnder(house, sight, top), below);
}

/** A session and all that was spawned by it and in it. */
const spawnedUnder = (house: House, sight: Sight, top: SessionId): readonly TreeNode[] =>
  withAllBelow([nodeOf(sight, top, spawnOf(house, sight, top))], (id) => spawnedBy(house, sight, id));

type Below = (id: SessionId) => readonly TreeNode[];

/** Each once, at most `MAX_NODES`: sub-agents may be named in a circle. */
function withAllBelow(tops: readonly TreeNode[], below: Below): readonly TreeNode[] {
  const nodes = [...tops];
  const seen = new Set<SessionId>(tops.map(({ id }) => id));
  for (let index = 0; index < nodes.length && nodes.length < MAX_NODES; index += 1) {
    for (const node of below((nodes[index] as TreeNode).id)) {
      if (seen.has(node.id) || nodes.length >= MAX_NODES) continue;
      seen.add(node.id);
      nodes.push(node);
    }
  }
  return nodes;
}

const spawnedBy = (house: House, sight: Sight, id: SessionId): readonly TreeNode[] =>
  (house.children.get(id) ?? [])
    .flatMap((asked) => house.spawns.get(asked) ?? [])
    .map((spawn) => nodeOf(sight, meantBy(sight, spawn.sessionId), spawn))
    .filter((node) => !hasFailed(sight, node));

/**
 * Threads that Codex made below this one by itself. Only the host of both is believed in that, and it moves nothing that policy accepted a spawn of: that has the
 * parent that asked for it.
 */
function subAgentsOf(house: House, sight: Sight, id: SessionId): readonly TreeNode[] {
  const hostId = sight.session(id)?.hostId;
  const isBelieved = ({ session }: TreeNode): boolean =>
    session !== null && session.hostId === hostId && spawnBehind(house, sight, session) === null;
  return sight
    .subAgents(id)
    .map((subAgent) => nodeOf(sight, subAgent, null))
    .filter(isBelieved);
}

const nodeOf = (sight: Sight, id: SessionId, spawn: Spawn | null): TreeNode => ({
  id,
  spawn,
  session: isRequested(id) ? null : sight.session(id),
});

/** Its host said that it did not make it. */
function hasFailed(sight: Sight, { id, spawn }: TreeNode): boolean {
  if (spawn === null || !isRequested(id)) return false;
  const told = sight.session(id)?.outcomes.find(({ commandId }) => commandId === spawn.commandId);
  return told !== undefined && (told.outcome === "failed" || told.outcome === "expired");
}

/**
 * The sessions of the tree that a session is in, without its top where nobody spawned that, and without those that were put away (X1-004). Sub-agents do not count:
 * Codex makes them unasked, so whoever is refused a spawn for them could do nothing about it.
 */
export function treeSize(house: House, sight: Sight, id: SessionId): number {
  const top = ancestorsOf(house, sight, id).at(-1) ?? id;
  return spawnedUnder(house, sight, top).filter(
    ({ spawn, session }) => spawn !== null && session?.isClosed !== true,
  ).length;
}
