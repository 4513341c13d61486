/** A first verdict as the entry that holds it says: what `decide` has to know of it, and what the caller was told besides. */
import {
  type Act,
  type Entry,
  type Event,
  type Facts,
  type HostId,
  type Instruction,
  readEvents,
} from "@claw/events";
import { earlierOf } from "./earlier.ts";
import type { Earlier } from "./question.ts";

export interface Recalled {
  readonly earlier: Earlier;
  readonly facts: Facts;
}

export const recalled = (entry: Entry | null): Recalled => ({
  earlier: earlierOf(entry),
  facts: entry === null ? NO_FACTS : factsOf(eventsOf(entry)),
});

const NO_FACTS: Facts = {};

const eventsOf = (entry: Entry): readonly Event[] =>
  readEvents({ entry }).flatMap((read) => (read.status === "known" ? [read.event] : []));

/**
 * What whoever asked has to know of an accepted command: the token that it writes with and what it does, its lease, how much it stopped, the
 * revision of a runtime, or until when an admin sees.
 */
export function factsOf(events: readonly Event[]): Facts {
  const [first] = events;
  if (first?.type === "command.accepted" && first.data.commandType === "session.stop")
    return factsOfStop(events);
  const facts: Record<string, string | number> = {};
  for (const { type, data } of events) {
    if (type === "command.accepted" && data.instruction !== undefined)
      Object.assign(facts, factsOfAct(data.instruction, data.hostId));
    if (type === "lease.offered") {
      const { leaseId, token, ttlMs } = data;
      Object.assign(facts, { leaseId, ...token, ttlMs, state: "offered" });
    }
    if (type === "runtime.registered" || type === "runtime.updated") facts["revision"] = data.revision;
    if (type === "glass.broken") facts["until"] = data.until;
  }
  return Object.keys(facts).length === 0 ? NO_FACTS : facts;
}

const factsOfStop = (events: readonly Event[]): Facts => ({
  halted: events.filter(({ type }) => type === "switch.set").length,
  interrupts: events.filter(({ type }) => type === "command.accepted").length - 1,
});

function factsOfAct({ sessionId, endpointId, token, act }: Instruction, hostId: HostId | undefined): Facts {
  const facts = { ...token, mode: modeOf(act) };
  return act.kind === "spawn" && hostId !== undefined ? { ...facts, sessionId, hostId, endpointId } : facts;
}

/** The word that `decide` has for it, and that its host will have. */
const modeOf = (act: Act): "start" | "steer" | Exclude<Act["kind"], "send"> => {
  if (act.kind !== "send") return act.kind;
  return act.expectedTurnId === null ? "start" : "steer";
};
