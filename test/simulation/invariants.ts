/** What must hold, seen from outside: by somebody who sees every disk, every call and every clock at once. */
import {
  type CommandId,
  compareTokens,
  type FencingToken,
  type Instruction,
  type Principal,
  type SessionId,
} from "@claw/events";
import type { Note } from "./lease-notes.ts";
import type { Caller, Held, World } from "./state.ts";
import { now } from "./time.ts";

/** Something that must never happen did. */
export class Violation extends Error {}

/** Ends the history, unless somebody else judges it. */
function cry({ witness }: World, what: string): void {
  if (!witness.isSilent) throw new Violation(what);
}

/** For those who judge a history of leases when it is over. */
export const note = ({ witness }: World, one: Note): void => void witness.notes.push(one);

const text = ({ generation, counter }: FencingToken): string => `${generation}.${counter}`;

export const count = ({ witness: { counts } }: World, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1);

export function sawPersisted({ witness }: World, sessionId: SessionId, token: FencingToken): void {
  const newest = witness.newest.get(sessionId);
  if (newest === undefined || compareTokens(token, newest) > 0) witness.newest.set(sessionId, token);
}

/** Codex did what a command says: never twice, never with a token older than one that was persisted or told, never two with one token. */
export function sawCall(world: World, commandId: CommandId, instruction: Instruction): void {
  const { witness, log } = world;
  const { sessionId, token, act } = instruction;
  count(world, "performed");
  note(world, { kind: "performed", at: now(world), commandId, instruction });
  const newest = witness.newest.get(sessionId);
  if (newest !== undefined && compareTokens(token, newest) < 0)
    cry(world, `${commandId} was performed with ${text(token)} after ${text(newest)}`);
  if (witness.performed.has(commandId)) cry(world, `${commandId} was performed twice`);
  witness.performed.add(commandId);
  // A person may interrupt beside a lease, and takes no token of its own for that, so that the holder is not fenced off.
  if (act.kind === "interrupt") return;
  const decided = log.entries.find(({ entryId }) => entryId === `decision/${commandId}`)?.events[0];
  const writer = decided?.type === "command.accepted" ? nameOf(decided.data.principal) : null;
  const key = `${sessionId}/${text(token)}`;
  const before = witness.writers.get(key);
  if (writer !== null && before !== undefined && before !== writer)
    cry(world, `${before} and ${writer} both wrote with ${key}`);
  if (writer !== null) witness.writers.set(key, writer);
}

export const nameOf = ({ kind, name }: Principal): string => `${kind}/${name}`;

/** A holder was told of its lease, or that it goes on. Nobody else may hold one of that session then, by true time. */
export function sawTold(world: World, caller: Caller, lease: Held): void {
  count(world, "told");
  sawPersisted(world, lease.sessionId, lease.token);
  // An answer that came after what it speaks of was over by the holder's own clock: it is not believed (seed 7085).
  if (lease.untilMs <= now(world) || isEnded(world, lease)) return;
  for (const other of world.callers) {
    const held = other === caller ? undefined : other.held.get(lease.sessionId);
    if (held !== undefined && held.untilMs > now(world) && !isEnded(world, held))
      cry(world, `${caller.principal.name} was told of ${lease.leaseId} while ${held.leaseId} is in force`);
  }
}

/** Given back, taken away, or yielded: whoever held it may not know yet. Or lost with the tail of a log, which then begins a new generation. */
function isEnded({ log }: World, { leaseId }: Held): boolean {
  if (!log.byId.has(`due/${leaseId}/granted` as never)) return true;
  return log.entries.some(({ events }) =>
    events.some(
      (event) =>
        (event.type === "lease.broken" ||
          event.type === "lease.released" ||
          event.type === "lease.yielded") &&
        event.data.leaseId === leaseId,
    ),
  );
}
