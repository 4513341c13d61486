/** Rules of the house's own rules: switches that have a name, limits that exist and can have the value. */
import { type Command, isLimitName, isRequested, limits, type SessionId } from "@claw/events";
import type { House } from "../house.ts";
import type { Rule } from "./rule.ts";

/** Of switches, grants and rulings: `global` has no id, and nothing else goes without one. */
export const namedSwitch: Rule = (_house, { command }) =>
  isScoped(command) && ((command.scope === "global") !== (command.id === null) || isForNoThread(command))
    ? { code: "bad_request", facts: { where: "id", scope: command.scope } }
    : null;

/**
 * Grants and rulings are looked up under the thread's own name. Filed under the name that a session has until it has its thread, a `closed` or a `decline`
 * would be lost the moment it has. A switch is looked up under both.
 */
const isForNoThread = (command: Scoped): boolean =>
  command.type !== "switch.set" && command.scope === "session" && isRequested(command.id as SessionId);

type Scoped = Extract<Command, { readonly scope: string }>;
const isScoped = (command: Command): command is Scoped => "scope" in command;

/** `waitMs` belongs to `ask`, `pattern` to `accept`, and neither goes without. */
export const fittingRuling: Rule = (_house, { command }) => {
  if (command.type !== "policy.approvals") return null;
  const { answer, waitMs, pattern } = command;
  if ((answer === "ask") !== (waitMs !== null))
    return { code: "bad_request", facts: { where: "waitMs", answer } };
  if ((answer === "accept") !== (pattern !== null))
    return { code: "bad_request", facts: { where: "pattern", answer } };
  return null;
};

/** Grants and rulings in force at a time. All are looked through when one is added. */
const MAX_RULINGS = 2_000;

/** To take one away is always possible. */
export const fewRulings: Rule = (house, { command }) => {
  const all = ruledIn(house, command);
  return all === null || all.size < MAX_RULINGS
    ? null
    : { code: "too_many", facts: { limit: MAX_RULINGS, retryAfterMs: null } };
};

function ruledIn(house: House, command: Command): ReadonlyMap<string, unknown> | null {
  if (command.type === "policy.grant") return command.state === null ? null : house.grants;
  if (command.type === "policy.approvals") return command.answer === null ? null : house.rulings;
  return null;
}

export const knownLimit: Rule = (_house, { command }) =>
  command.type === "policy.set" && !isLimitName(command.limit)
    ? { code: "limit_unknown", facts: { limit: command.limit } }
    : null;

export const limitInRange: Rule = (_house, { command }) => {
  if (command.type !== "policy.set" || command.value === null || !isLimitName(command.limit)) return null;
  const { limit, value } = command;
  const { min, max } = limits[command.limit];
  return value >= min && value <= max
    ? null
    : { code: "limit_out_of_range", facts: { limit, value, min, max } };
};
