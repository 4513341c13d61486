/** Rules of the right to write (DESIGN 6.2, RELIABILITY §4): one writer at a time, and only its holder gives it back. */
import { foreignLease } from "../desk.ts";
import { leaseOf } from "../lease-clock.ts";
import type { Lease } from "../house.ts";
import { askerOf } from "../mute.ts";
import { targetOf } from "../relation.ts";
import { isAutomation, isSameCaller } from "../writer.ts";
import type { Rule } from "./rule.ts";

export const knownLease: Rule = (house, { command }) => {
  switch (command.type) {
    case "lease.renew":
    case "lease.release":
      return leaseOf(house, command.leaseId) === null
        ? { code: "lease_unknown", facts: { leaseId: command.leaseId } }
        : null;
    case "lease.break": {
      const { sessionId } = command.target;
      const { lease } = house.desks.get(sessionId) ?? { lease: null };
      return lease === null ? { code: "lease_unknown", facts: { sessionId } } : null;
    }
    default:
      return null;
  }
};

export const ownLease: Rule = (house, { command, principal }) => {
  if (command.type !== "lease.renew" && command.type !== "lease.release") return null;
  const lease = leaseOf(house, command.leaseId);
  return lease === null || isSameCaller(lease.holder, principal)
    ? null
    : { code: "lease_not_yours", facts: factsOf(lease) };
};

/**
 * Nobody writes while another's lease is offered or in force. People interrupt all the same: they stop something, and say nothing in its place; and they answer
 * what Codex asks.
 */
export const freeOfLease: Rule = (house, question) => {
  const { command, principal, at } = question;
  switch (command.type) {
    case "session.interrupt":
    case "session.resume":
    case "approval.decide":
      if (!isAutomation(askerOf(question))) return null;
      break;
    case "session.send":
    case "lease.acquire":
      break;
    default:
      return null;
  }
  const sessionId = targetOf(house, command);
  const lease = sessionId === null ? null : foreignLease(house, sessionId, principal);
  if (lease === null) return null;
  const retryAfterMs = lease.state === "offered" ? Math.max(0, lease.offerUntil - at) : lease.ttlMs;
  return { code: "lease_held", facts: { ...factsOf(lease), retryAfterMs } };
};

const factsOf = ({ leaseId, sessionId, holder }: Lease) => ({ leaseId, sessionId, holder: holder.name });
