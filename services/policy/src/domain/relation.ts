/** What a command means by its target, and how its caller stands to it. */
import { type Command, type HostId, SessionId } from "@claw/events";
import { callerGroup, groupOfHost } from "./groups.ts";
import type { Question } from "./question.ts";
import type { Relation } from "./scope.ts";
import type { SessionSight } from "./sight.ts";
import { isChild } from "./spawned.ts";
import type { House } from "./state.ts";

/** The session that a command is about, or null. One that a lease of the house names is known to it; any other may not exist. */
export function targetOf(house: House, command: Command): SessionId | null {
  switch (command.type) {
    case "lease.renew":
    case "lease.release":
      return house.leases.get(command.leaseId) ?? null;
    case "switch.set":
      return command.scope === "session" ? (SessionId.safeParse(command.id).data ?? null) : null;
    default:
      return "target" in command ? command.target.sessionId : null;
  }
}

export function sightOf(house: House, { command, sight }: Question): SessionSight | null {
  const target = targetOf(house, command);
  return target === null ? null : sight.session(target);
}

/** A session that is asked for stands to its caller as the host does that is named for it. A report is about the session that makes it. */
export function relationOf(house: House, question: Question): Relation {
  const { command, via, sight } = question;
  if (command.type === "progress.report") return via === null ? "none" : "self";
  if (command.type === "session.spawn") return relationToHost(house, question, command.hostId);
  const targetId = targetOf(house, command);
  if (via !== null && targetId !== null && isChild(house, sight, via.sessionId, targetId)) return "child";
  const target = sightOf(house, question);
  if (target === null) return "none";
  if (via?.sessionId === target.sessionId) return "self";
  return relationToHost(house, question, target.hostId);
}

function relationToHost(house: House, question: Question, hostId: HostId | null): Relation {
  if (hostId === null) return "none";
  return callerGroup(house, question) === groupOfHost(house, hostId) ? "group" : "other";
}
