/**
 * The lease protocol, small enough to look at every one of its states: two Claws, one host, one session, three tokens, three commands (RELIABILITY §4,
 * E23). Tokens and commands are numbered from 1; 0 is none. Times are left out: what may happen at any moment happens at every moment. So is what a Claw
 * believes of its right to write: it asks whenever it likes, as one does that was paused, wakes, and takes itself for the holder.
 */

export const TOKENS = 3;
export const COMMANDS = 3;
/** Frames on the way at once. */
export const IN_FLIGHT = 4;
export const CLAWS = [0, 1] as const;

export interface LeaseState {
  readonly token: number;
  readonly claw: number;
  readonly isGranted: boolean;
  /** A whole TTL went by on the leader's clock without a renewal. Not in the log. */
  readonly isElapsed: boolean;
}

export interface AcceptedState {
  readonly id: number;
  readonly token: number;
  readonly claw: number;
}

/** What decisions made, in the leader's memory or in the log. */
export interface Decided {
  readonly counter: number;
  readonly lease: LeaseState | null;
  readonly accepted: readonly AcceptedState[];
}

export interface HostState {
  /** The newest token, in the table. */
  readonly newest: number;
  /** Commands that have a row, as bits. */
  readonly rows: number;
  /** The command that is claimed and was not called yet. */
  readonly performing: AcceptedState | null;
}

export type Frame =
  | { readonly kind: "command"; readonly id: number; readonly token: number; readonly claw: number }
  | { readonly kind: "fence" | "fenced"; readonly id: 0; readonly token: number; readonly claw: 0 }
  | { readonly kind: "told"; readonly id: 0; readonly token: number; readonly claw: number };

/** What nobody in the house knows and the invariants need: kept by the checker, lost by no crash. */
export interface Witness {
  /** The newest token that the host ever persisted or a Claw was told of. */
  readonly newest: number;
  /** Commands that Codex was called for, as bits. */
  readonly performed: number;
  /** Leases that are in force by true time: told of, neither ended nor unrenewed for a TTL. As bits. */
  readonly inForce: number;
  /** Whose each token is, by token; -1 while nobody saw it. */
  readonly owners: readonly number[];
}

export interface ModelState {
  /** By Claw: the lease that it was told of and that is still in force, else 0. */
  readonly holds: readonly number[];
  readonly memory: Decided;
  readonly log: Decided;
  readonly host: HostState;
  readonly frames: readonly Frame[];
  /** Restarts that may still come. */
  readonly restarts: { readonly policy: number; readonly host: number };
  readonly witness: Witness;
  /** The invariant that the last step broke. */
  readonly broken: string | null;
}

const nothing: Decided = { counter: 0, lease: null, accepted: [] };

export const initialState: ModelState = {
  holds: CLAWS.map(() => 0),
  memory: nothing,
  log: nothing,
  host: { newest: 0, rows: 0, performing: null },
  frames: [],
  restarts: { policy: 1, host: 1 },
  witness: { newest: 0, performed: 0, inForce: 0, owners: [-1, -1, -1, -1] },
  broken: null,
};

const frameKey = ({ kind, id, token, claw }: Frame): string => `${kind}${id}${token}${claw}`;
const commandKey = ({ id, token, claw }: AcceptedState): string => `${id}${token}${claw}`;
const leaseKey = (lease: LeaseState | null): string =>
  lease === null ? "-" : `${lease.token}${lease.claw}${Number(lease.isGranted)}${Number(lease.isElapsed)}`;
const decidedKey = ({ counter, lease, accepted }: Decided): string =>
  `${counter}${leaseKey(lease)}${accepted.map(commandKey).join()}`;

/** The same text for the same state, whatever the order of the frames: the network has none. */
export function keyOf({ holds, memory, log, host, frames, restarts, witness }: ModelState): string {
  const parts = [
    holds.join(""),
    decidedKey(memory),
    log === memory ? "" : decidedKey(log),
    `${host.newest}.${host.rows}.${host.performing === null ? "" : commandKey(host.performing)}`,
    frames.map(frameKey).sort().join(),
    `${restarts.policy}${restarts.host}`,
    `${witness.newest}.${witness.performed}.${witness.inForce}.${witness.owners.join()}`,
  ];
  return parts.join("|");
}
