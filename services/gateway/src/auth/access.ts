/**
 * Who may do what: the one decision table of the gateway, tested cell by cell.
 *
 * Anybody with a token of a person or a Claw may hand in a command: policy decides on it and records a refusal, which this table could not.
 * `session` and `host` tokens open other doors (MCP, the uplink) and none here.
 */
import type { Role } from "@claw/events";

/** What a caller can ask of the gateway, one word per right. */
export const ACTIONS = [
  "metrics.read",
  "fleet.read",
  "transcript.read",
  "tokens.read",
  "quarantine.read",
  "ledgers.read",
  "command.submit",
  "signin.link",
  "signin.close",
] as const;
export type Action = (typeof ACTIONS)[number];

const READERS: readonly Role[] = ["viewer", "operator", "auditor", "admin", "claw"];

const ALLOWED: Readonly<Record<Action, readonly Role[]>> = {
  "metrics.read": READERS,
  "fleet.read": READERS,
  /** People's and models' words: not for viewers (X1-025). */
  "transcript.read": ["operator", "auditor", "admin", "claw"],
  "tokens.read": ["admin"],
  "quarantine.read": ["operator", "admin"],
  "ledgers.read": ["operator", "auditor", "admin"],
  "command.submit": READERS,
  /** Whose link it is signs in by it, as a person: a Claw has no browser. */
  "signin.link": ["viewer", "operator", "auditor", "admin"],
  /** Somebody else's: one's own is closed by signing out. */
  "signin.close": ["admin"],
};

export const mayDo = (role: Role, action: Action): boolean => ALLOWED[action].includes(role);
export const rolesFor = (action: Action): readonly Role[] => ALLOWED[action];
