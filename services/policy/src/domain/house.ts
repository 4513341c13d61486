/** The house as decisions made it: what `decide` looks at, folded from the decided lane. */
import type { Event } from "@claw/events";
import { withAccepted, withOverdue } from "./folds/commands.ts";
import { withGranted, withLeaseEnded, withOffered } from "./folds/leases.ts";
import { withHostAdded, withHostPlaced, withLimited, withRevoked, withTokenCreated } from "./folds/hosts.ts";
import { withRight, withRuling } from "./folds/grants.ts";
import { withOwnerMapped, withRuntimeRegistered, withRuntimeUpdated } from "./folds/registry.ts";
import { withLimit, withSwitch } from "./folds/settings.ts";
import { swept } from "./folds/sweep.ts";
import { withRefused } from "./folds/tempers.ts";
import type { House } from "./state.ts";

export * from "./state.ts";
export { endsBy, isValid, validTokensOf } from "./tokens.ts";

/**
 * The house after one event. Total and deterministic: an event that changes nothing here leaves the house as it is, and what is over is swept out by the
 * events' own times.
 */
export function evolve(house: House, event: Event): House {
  switch (event.type) {
    case "command.accepted":
      return swept(withAccepted(house, event), event.at);
    case "command.refused":
      return swept(withRefused(house, event), event.at);
    case "command.overdue":
      return withOverdue(house, event.data.commandId);
    case "lease.offered":
      return withOffered(house, event);
    case "lease.granted":
      return withGranted(house, event);
    case "lease.released":
    case "lease.expired":
    case "lease.broken":
    case "lease.lapsed":
    case "lease.yielded":
      return withLeaseEnded(house, event.data, event.at);
    case "switch.set":
      return withSwitch(house, event.data);
    case "policy.set":
      return withLimit(house, event.data);
    case "policy.granted":
      return withRight(house, event.data, event.at);
    case "approvals.ruled":
      return withRuling(house, event.data, event.at);
    default:
      return evolveFleet(house, event);
  }
}

/** What a fleet is made of: hosts, tokens, runtimes and whose they are, ledgers, the log itself. */
function evolveFleet(house: House, event: Event): House {
  switch (event.type) {
    case "host.added":
      return withHostAdded(house, event.data);
    case "host.placed":
      return withHostPlaced(house, event.data);
    case "token.created":
      return withTokenCreated(house, event.data);
    case "token.revoked":
      return withRevoked(house, event.data.tokenId);
    case "token.limited":
      return withLimited(house, event.data);
    case "ledger.claimed":
      return { ...house, recordLedgerId: event.data.ledgerId };
    case "log.trimmed":
      return { ...house, trimmedBefore: Math.max(house.trimmedBefore, event.data.before) };
    case "runtime.registered":
      return withRuntimeRegistered(house, event);
    case "runtime.updated":
      return withRuntimeUpdated(house, event);
    case "owner.mapped":
      return withOwnerMapped(house, event.data);
    default:
      return house;
  }
}
