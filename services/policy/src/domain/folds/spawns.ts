/** Sessions that were asked for: who asked for which. */
import { requestedSession, type SpawnAct } from "@claw/events";
import type { House, KnownCommand, Spawn } from "../state.ts";

/** How long it is known where a session came from. What was spawned earlier is the top of a tree of its own. */
export const SPAWNS_KEPT_MS = 30 * 86_400_000;

/** One that is not named after its command is none of ours. */
export function withSpawn(
  house: House,
  command: KnownCommand,
  { settings }: SpawnAct,
  { parentId, owner }: Pick<Spawn, "parentId" | "owner">,
): House {
  const { commandId, sessionId, hostId, at } = command;
  if (sessionId !== requestedSession(commandId)) return house;
  const spawn: Spawn = { commandId, sessionId, parentId, owner, hostId, sandbox: settings.sandbox, at };
  const spawns = house.spawns.set(sessionId, spawn);
  if (parentId === null) return { ...house, spawns };
  const before = house.children.get(parentId) ?? [];
  if (before.includes(sessionId)) return { ...house, spawns };
  return { ...house, spawns, children: house.children.set(parentId, [...before, sessionId]) };
}

/** Without those that are too old. */
export function sweptSpawns(house: House, at: number): Pick<House, "spawns" | "children"> {
  const spawns = house.spawns.filter((spawn) => spawn.at >= at - SPAWNS_KEPT_MS);
  let { children } = house;
  if (spawns === house.spawns) return { spawns, children };
  for (const [parent, all] of house.children.entries()) {
    const kept = all.filter((id) => spawns.has(id));
    if (kept.length < all.length)
      children = kept.length === 0 ? children.delete(parent) : children.set(parent, kept);
  }
  return { spawns, children };
}
