/** What follows from accepted commands about the house itself: tokens, hosts, the log, and its own rules. */
import { type Command, type CommandOf, DEFAULT_GROUP, type Event, type Principal } from "@claw/events";
import type { RegistryCommand } from "./effects-registry.ts";
import { event } from "./event.ts";
import { endsBy, type House, validTokensOf } from "./house.ts";

export type HouseKeeping = Exclude<
  Command,
  | CommandOf<
      | (`session.${string}` & Command["type"])
      | (`lease.${string}` & Command["type"])
      | "approval.decide"
      | "approval.test"
      | "progress.report"
    >
  | RegistryCommand
>;

/** What an accepted command makes true of the house. */
export function houseKept(state: House, command: HouseKeeping, at: number): readonly Event[] {
  switch (command.type) {
    case "host.add":
      return [hostAdded(command, at)];
    case "host.rotate":
      return [hostAdded(command, at), ...limits(state, command, at)];
    case "host.cordon":
    case "host.drain":
      return [hostPlaced(command, at)];
    case "token.create": {
      const { tokenId, tokenDigest, until } = command;
      return [event("token.created", at, { tokenId, tokenDigest, principal: principalOf(command), until })];
    }
    case "token.revoke":
      return [event("token.revoked", at, { tokenId: command.tokenId, reason: command.reason })];
    case "quarantine.retry":
      return [event("quarantine.retried", at, { position: command.position })];
    case "quarantine.waive":
      return [event("quarantine.waived", at, { position: command.position, reason: command.reason })];
    case "ledger.promote":
      return [event("ledger.claimed", at, { ledgerId: command.ledgerId, reason: command.reason })];
    case "log.trim":
      return [event("log.trimmed", at, { before: command.before, reason: command.reason })];
    default:
      return writtenDown(command, at);
  }
}

type WrittenDown = Extract<HouseKeeping, { type: "switch.set" | `policy.${string}` | "record.attempt" }>;

/** The house's own rules, and what is only written down. */
function writtenDown(command: WrittenDown, at: number): readonly Event[] {
  switch (command.type) {
    case "switch.set": {
      const { scope, id, state: set, reason } = command;
      return [event("switch.set", at, { scope, id, state: set, reason })];
    }
    case "policy.set":
      return [
        event("policy.set", at, { limit: command.limit, value: command.value, reason: command.reason }),
      ];
    case "policy.grant": {
      const { right, scope, id, state: set, until, reason } = command;
      return [event("policy.granted", at, { right, scope, id, state: set, until, reason })];
    }
    case "policy.approvals": {
      const { scope, id, kind, answer, waitMs, pattern, until, reason } = command;
      return [event("approvals.ruled", at, { scope, id, kind, answer, waitMs, pattern, until, reason })];
    }
    case "record.attempt": {
      const { kind, keyId, sessionId, claimed, count } = command;
      return [event("caller.attempted", at, { kind, keyId, sessionId, claimed, count })];
    }
    default:
      return command satisfies never;
  }
}

const hostAdded = (command: CommandOf<"host.add" | "host.rotate">, at: number): Event => {
  const { hostId, tokenId, tokenDigest, until } = command;
  const group = command.type === "host.add" && command.group !== undefined ? { group: command.group } : {};
  return event("host.added", at, { hostId, tokenId, tokenDigest, until, ...group });
};

/** The tokens before a rotation, each to its end: those that end by themselves before the grace is over are left alone. */
function limits(state: House, { hostId, graceMs }: CommandOf<"host.rotate">, at: number): readonly Event[] {
  const until = at + graceMs;
  return validTokensOf(state, hostId, at)
    .filter((token) => !endsBy(token, until))
    .map(({ tokenId }) => event("token.limited", at, { tokenId, until }));
}

function hostPlaced(command: CommandOf<"host.cordon" | "host.drain">, at: number): Event {
  const { hostId, reason } = command;
  const placement = command.type === "host.drain" ? "draining" : command.placement;
  return event("host.placed", at, { hostId, placement, reason });
}

/** Whom a token stands for: its role says whether that is a Claw or a person, only Claws belong to a group, and only viewers are bound to a root. */
const principalOf = ({ name, role, group, root }: CommandOf<"token.create">): Principal =>
  role === "claw"
    ? { kind: "claw", name, role, group: group ?? DEFAULT_GROUP }
    : { kind: "person", name, role, ...(root === undefined ? {} : { root }) };
