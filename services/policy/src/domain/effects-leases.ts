/** What follows from accepted commands about leases. */
import type { CommandOf, Facts } from "@claw/events";
import { acceptance, type Effects } from "./asked.ts";
import { deskOf, nextToken } from "./desk.ts";
import { OFFER_MS } from "./due.ts";
import { event } from "./event.ts";
import type { House, Lease } from "./house.ts";
import { leaseOf } from "./lease-clock.ts";
import type { Question } from "./question.ts";

type Leasing = "lease.acquire" | "lease.renew" | "lease.release" | "lease.break";

export function leased(house: House, question: Question, command: CommandOf<Leasing>): Effects {
  switch (command.type) {
    case "lease.acquire":
      return acquired(house, question, command);
    case "lease.renew": {
      // Never recorded (DESIGN 14.8): the leader's memory gives it its whole TTL again.
      const lease = leaseOf(house, command.leaseId);
      return lease === null ? NOTHING : { events: [], facts: told(lease) };
    }
    case "lease.release": {
      const lease = leaseOf(house, command.leaseId);
      return lease === null
        ? NOTHING
        : over(question, lease, "lease.released", command.reason ?? "given back");
    }
    case "lease.break": {
      const { lease } = deskOf(house, command.target.sessionId);
      return lease === null ? NOTHING : over(question, lease, "lease.broken", command.reason);
    }
    default:
      return command satisfies never;
  }
}

/** The rules have seen the lease: it is never missing here. */
const NOTHING: Effects = { events: [] };

/** Who has the lease already, or the offer of it, is told of that one: nothing is new, and nothing is recorded. */
function acquired(house: House, question: Question, command: CommandOf<"lease.acquire">): Effects {
  const { principal, generation, at, sight } = question;
  const { sessionId } = command.target;
  const { lease } = deskOf(house, sessionId);
  if (lease !== null) return { events: [], facts: told(lease) };
  const session = sight.session(sessionId);
  if (session === null) throw new TypeError("a lease was accepted that no rule can have let pass");
  const { hostId, endpointId } = session;
  const leaseId = command.commandId;
  const token = nextToken(house, sessionId, generation);
  const { ttlMs } = command;
  const offerUntil = at + OFFER_MS;
  const data = { leaseId, sessionId, hostId, endpointId, holder: principal, token, ttlMs, offerUntil };
  return {
    events: [acceptance(question), event("lease.offered", at, data)],
    facts: told({ leaseId, token, ttlMs, state: "offered" }),
  };
}

const told = ({
  leaseId,
  token,
  ttlMs,
  state,
}: Pick<Lease, "leaseId" | "token" | "ttlMs" | "state">): Facts => ({
  leaseId,
  generation: token.generation,
  counter: token.counter,
  ttlMs,
  state,
});

const over = (
  question: Question,
  { leaseId, sessionId }: Lease,
  type: "lease.released" | "lease.broken",
  reason: string,
): Effects => ({
  events: [acceptance(question, sessionId), event(type, question.at, { leaseId, sessionId, reason })],
});
