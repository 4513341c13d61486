/** Random events of every kind in the catalogue, in a world small enough that they contradict each other. */
import type { Event } from "@claw/events";
import fc from "fast-check";
import { decidedKinds } from "./decided-kinds.ts";
import { fleetKinds } from "./fleet-kinds.ts";
import { hostKinds } from "./host-kinds.ts";
import { houseKinds } from "./house-kinds.ts";
import type { Kinds } from "./kind.ts";
import { leaseKinds } from "./lease-kinds.ts";
import { outcomeKinds } from "./outcome-kinds.ts";
import { registryKinds } from "./registry-kinds.ts";
import { sessionKinds } from "./session-kinds.ts";
import { turnKinds } from "./turn-kinds.ts";

/** One arbitrary for each kind there is: a kind without one does not compile. */
export const eventKinds: Kinds = {
  ...sessionKinds,
  ...turnKinds,
  ...outcomeKinds,
  ...hostKinds,
  ...decidedKinds,
  ...leaseKinds,
  ...houseKinds,
  ...registryKinds,
  ...fleetKinds,
};

const anyOf = (kinds: Partial<Kinds>): fc.Arbitrary<Event> =>
  fc.oneof(...(Object.values(kinds) as fc.Arbitrary<Event>[]));

/** Sessions are observed often, because most facts need one. */
export const sessionEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: sessionKinds["session.observed"] as fc.Arbitrary<Event> },
  { weight: 3, arbitrary: anyOf(sessionKinds) },
  { weight: 6, arbitrary: anyOf(turnKinds) },
  { weight: 2, arbitrary: anyOf(outcomeKinds) },
);
export const hostEvent = anyOf(hostKinds);
export const decidedEvent = anyOf({ ...decidedKinds, ...leaseKinds, ...houseKinds, ...registryKinds });
/** What is registered, archived, signed in, shared and attended to (ADR 0014). */
export const registryEvent = anyOf(registryKinds);
export const event = anyOf(eventKinds);
