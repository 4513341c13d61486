/** The right to write to one session, as one who does one thing at a time would give it: what the whole house, with all its parts and faults, must look like. */
import { compareTokens, type FencingToken, type LeaseId } from "@claw/events";
import type { Specification } from "./wgl.ts";

export interface LeaseNow {
  readonly leaseId: LeaseId;
  readonly who: string;
  readonly token: FencingToken;
  /** Offered only: it keeps others away, and its holder has not got it yet. */
  readonly isGranted: boolean;
}

export interface LeaseState {
  readonly lease: LeaseNow | null;
  /** The newest token that a holder was given, or that anything was written with; and who wrote, where that is known. */
  readonly newest: FencingToken | null;
  readonly writer: string | null;
  /** Leases that ended otherwise than by time: their holders may go on for a while and not know it. */
  readonly taken: readonly LeaseId[];
}

export type LeaseOp =
  | { readonly kind: "offer"; readonly leaseId: LeaseId; readonly who: string; readonly token: FencingToken }
  | { readonly kind: "grant"; readonly leaseId: LeaseId }
  | { readonly kind: "end"; readonly leaseId: LeaseId; readonly isByTime: boolean }
  | { readonly kind: "renew"; readonly leaseId: LeaseId }
  /** Somebody was told that there is no such lease; null: none at all. */
  | { readonly kind: "unknown"; readonly leaseId: LeaseId | null }
  /** Somebody was told that another has it. */
  | { readonly kind: "taken"; readonly who: string }
  /** Its holder takes it to be in force, by its own clock and nothing else. */
  | { readonly kind: "held"; readonly leaseId: LeaseId }
  | {
      readonly kind: "write";
      readonly who: string;
      readonly token: FencingToken;
      readonly isInterrupt: boolean;
    }
  /** The log lost its tail: what it still says of the lease. */
  | { readonly kind: "forget"; readonly lease: LeaseNow | null };

const isOlder = (token: FencingToken, than: FencingToken | null): boolean =>
  than !== null && compareTokens(token, than) < 0;
const isNewer = (token: FencingToken, than: FencingToken | null): boolean =>
  than === null || compareTokens(token, than) > 0;

function step(state: LeaseState, op: LeaseOp): LeaseState | null {
  const { lease } = state;
  switch (op.kind) {
    case "offer": {
      const { leaseId, who, token } = op;
      const isFree = lease === null && isNewer(token, state.newest);
      return isFree ? { ...state, lease: { leaseId, who, token, isGranted: false } } : null;
    }
    case "grant":
      return lease?.leaseId === op.leaseId && !lease.isGranted ? granted(state, lease) : null;
    case "end":
      if (lease?.leaseId !== op.leaseId) return null;
      return { ...state, lease: null, taken: op.isByTime ? state.taken : including(state.taken, op.leaseId) };
    case "renew":
      return lease?.leaseId === op.leaseId ? state : null;
    case "unknown":
      return lease === null || (op.leaseId !== null && lease.leaseId !== op.leaseId) ? state : null;
    case "taken":
      return lease !== null && lease.who !== op.who ? state : null;
    case "held": {
      const isInForce = lease?.leaseId === op.leaseId && lease.isGranted;
      return isInForce || state.taken.includes(op.leaseId) ? state : null;
    }
    case "write":
      return written(state, op);
    case "forget":
      return forgotten(state, op.lease);
    default:
      return op satisfies never;
  }
}

/** From here on nothing older is written. The holder itself may have written with a newer one while it waited. */
function granted(state: LeaseState, lease: LeaseNow): LeaseState | null {
  const inForce = { ...lease, isGranted: true };
  if (isOlder(lease.token, state.newest))
    return state.writer === lease.who ? { ...state, lease: inForce } : null;
  return { ...state, lease: inForce, newest: lease.token, writer: lease.who };
}

/** Never with an older token, never with another's, and never beside another's lease; people interrupt with the newest that there is, whoever has it. */
function written(
  state: LeaseState,
  { who, token, isInterrupt }: Extract<LeaseOp, { kind: "write" }>,
): LeaseState | null {
  const { lease, newest, writer } = state;
  if (isOlder(token, newest)) return null;
  const isNews = isNewer(token, newest);
  if (isInterrupt) return isNews ? { ...state, newest: token, writer: null } : state;
  const isOthers = isNews ? lease?.isGranted === true && lease.who !== who : (writer ?? who) !== who;
  return isOthers ? null : { ...state, newest: token, writer: who };
}

/** Whoever had it, and has it no more by what is left of the log, does not know; tokens that were used stay used. */
function forgotten(state: LeaseState, left: LeaseNow | null): LeaseState {
  const { lease, taken } = state;
  const isKept = lease === null || (left?.leaseId === lease.leaseId && left.isGranted === lease.isGranted);
  return { ...state, lease: left, taken: isKept ? taken : including(taken, lease.leaseId) };
}

const including = (taken: readonly LeaseId[], leaseId: LeaseId): readonly LeaseId[] =>
  taken.includes(leaseId) ? taken : [...taken, leaseId].toSorted();

const READS: ReadonlySet<LeaseOp["kind"]> = new Set(["renew", "unknown", "taken", "held"]);

const textOf = (token: FencingToken | null): string =>
  token === null ? "-" : `${token.generation}.${token.counter}`;

export const leaseSpec: Specification<LeaseState, LeaseOp> = {
  initial: { lease: null, newest: null, writer: null, taken: [] },
  step,
  isRead: ({ kind }) => READS.has(kind),
  keyOf: ({ lease, newest, writer, taken }) =>
    [lease?.leaseId, textOf(lease?.token ?? null), lease?.isGranted, textOf(newest), writer, ...taken].join(
      " ",
    ),
};
