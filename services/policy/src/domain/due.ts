/**
 * What happens by itself: grants, lapses, expiries, yields, overdues. Pure: the leader's clocks are an input. Each entry's id follows from what caused
 * it, so that a crash or a second leader repeats nothing (ADR 0012).
 */
import { type CommandId, compareTokens, type EntryId, type Event, type LeaseId } from "@claw/events";
import { event } from "./event.ts";
import type { House, KnownCommand, Lease } from "./state.ts";
import { type LeaseClock, leasesOf } from "./lease-clock.ts";
import type { SessionSight, Sight } from "./sight.ts";

export type { LeaseClock } from "./lease-clock.ts";

/** How long a host has to fence an offered lease (DESIGN 6.2). An offer was made so long before its `offerUntil`. */
export const OFFER_MS = 10_000;
/** How long after its deadline a command's outcome may still be on its way. */
export const OVERDUE_AFTER_MS = 5_000;
/** How far the clocks of those who record may lie apart. */
export const SKEW_MS = 60_000;

export interface Now {
  /** The wall clock, epoch ms. */
  readonly at: number;
  /** The monotonic clock, ms. */
  readonly monoMs: number;
}

/** One entry that is due. Its id follows from what caused it, so that it is one entry however often it is found due. */
export interface Due {
  readonly entryId: EntryId;
  readonly events: readonly Event[];
}

/** All that is due now. A lease that the clock does not know has not run out. */
export const due = (house: House, sight: Sight, clock: LeaseClock, now: Now): readonly Due[] => [
  ...dueOfLeases(house, sight, clock, now),
  ...dueOfCommands(house, sight, now),
];

/** The leases' part: what a fact may make due at any moment. */
export const dueOfLeases = (house: House, sight: Sight, clock: LeaseClock, now: Now): readonly Due[] =>
  leasesOf(house).flatMap((lease) => {
    const next = nextOf(lease, sight.session(lease.sessionId), clock, now);
    return next === null ? [] : [leaseDue(lease, next, now.at)];
  });

/** The commands' part: only time makes it due. Who asks often says `among` which commands it may still be said (`deadlines.ts`). */
export const dueOfCommands = (
  house: House,
  sight: Sight,
  { at }: Now,
  among: Iterable<KnownCommand> = house.commands.values(),
): readonly Due[] =>
  [...among]
    .filter((command) => isOverdue(command, sight, at))
    .map(({ commandId, deadlineAt }) => ({
      entryId: dueId(commandId, "overdue"),
      events: [event("command.overdue", at, { commandId, deadlineAt })],
    }));

type LeaseWord = "granted" | "lapsed" | "expired" | "yielded";
interface LeaseNext {
  readonly word: LeaseWord;
  readonly reason: string;
}

/** People win at once, so they come first (N1-020); a lease of a session that was put away is of no use to anybody. */
function nextOf(
  lease: Lease,
  session: SessionSight | null,
  clock: LeaseClock,
  { at, monoMs }: Now,
): LeaseNext | null {
  const isOffered = lease.state === "offered";
  if (hasPersonSince(lease, session)) return { word: "yielded", reason: "human_at_work" };
  if (session?.isClosed === true) return { word: isOffered ? "lapsed" : "expired", reason: "session_closed" };
  if (!isOffered)
    return monoMs >= (clock.get(lease.leaseId) ?? Infinity)
      ? { word: "expired", reason: "not_renewed" }
      : null;
  if (at >= lease.offerUntil) return { word: "lapsed", reason: "not_fenced" };
  return isFenced(lease, session) ? { word: "granted", reason: "fenced" } : null;
}

/**
 * A message counts from the offer on: one between the offer and the grant is no less a person's. One that was told late, because its host was cut off, counts
 * by the host's clock, which may be wrong by `SKEW_MS`.
 */
function hasPersonSince({ offerUntil }: Lease, session: SessionSight | null): boolean {
  const offeredAt = offerUntil - OFFER_MS;
  const heardAt = session?.personAt ?? -Infinity;
  const saidAt = session?.personSaidAt ?? -Infinity;
  return heardAt >= offeredAt || saidAt >= offeredAt + SKEW_MS;
}

const isFenced = ({ leaseId, token }: Lease, session: SessionSight | null): boolean =>
  session !== null &&
  session.fenced !== null &&
  session.fenced.leaseId === leaseId &&
  compareTokens(session.fenced.token, token) === 0;

/** No outcome was seen since it was accepted, and one that was seen cannot have been forgotten. */
export function isOverdue(
  { commandId, sessionId, ...command }: KnownCommand,
  sight: Sight,
  at: number,
): boolean {
  if (command.isOverdue || at < command.deadlineAt + OVERDUE_AFTER_MS) return false;
  const session = sight.session(sessionId);
  if (session === null) return true;
  const forgottenAt = session.outcomesForgottenAt ?? -Infinity;
  const told = session.outcomes.find((outcome) => outcome.commandId === commandId);
  return told === undefined ? command.at > forgottenAt + SKEW_MS : told.isOfEarlier === true;
}

function leaseDue({ leaseId, sessionId }: Lease, { word, reason }: LeaseNext, at: number): Due {
  const said =
    word === "granted"
      ? event("lease.granted", at, { leaseId, sessionId })
      : event(`lease.${word}`, at, { leaseId, sessionId, reason });
  return { entryId: dueId(leaseId, word), events: [said] };
}

const dueId = (id: LeaseId | CommandId, word: string): EntryId => `due/${id}/${word}` as EntryId;
