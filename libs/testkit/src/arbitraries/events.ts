/** Random events of every kind in the catalogue, in a world small enough that they contradict each other. */
import type { Event } from "@claw/events";
import fc from "fast-check";
import { decidedKinds } from "./decided-kinds.ts";
import { hostKinds } from "./host-kinds.ts";
import type { Kinds } from "./kind.ts";
import { sessionKinds } from "./session-kinds.ts";
import { turnKinds } from "./turn-kinds.ts";

/** One arbitrary for each kind there is: a kind without one does not compile. */
export const eventKinds: Kinds = { ...sessionKinds, ...turnKinds, ...hostKinds, ...decidedKinds };

const anyOf = (kinds: Partial<Kinds>): fc.Arbitrary<Event> =>
  fc.oneof(...(Object.values(kinds) as fc.Arbitrary<Event>[]));

/** Sessions are observed often, because most facts need one. */
export const sessionEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: sessionKinds["session.observed"] as fc.Arbitrary<Event> },
  { weight: 3, arbitrary: anyOf(sessionKinds) },
  { weight: 6, arbitrary: anyOf(turnKinds) },
);
export const hostEvent = anyOf(hostKinds);
export const decidedEvent = anyOf(decidedKinds);
export const event = anyOf(eventKinds);
