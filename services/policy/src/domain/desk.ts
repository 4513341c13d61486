/** What is decided about writing to one session: its newest token, its lease, and what is on its way to it. */
import {
  type CommandId,
  compareTokens,
  type FencingToken,
  type Principal,
  type SessionId,
} from "@claw/events";
import { OVERDUE_AFTER_MS, SKEW_MS } from "./due.ts";
import type { SessionSight, Sight } from "./sight.ts";
import type { Desk, House, KnownCommand, Lease } from "./state.ts";
import { isSameCaller } from "./writer.ts";

const emptyDesk: Desk = { token: null, lease: null, startingCommandId: null, recent: [], at: 0 };

export const deskOf = (house: House, sessionId: SessionId): Desk => house.desks.get(sessionId) ?? emptyDesk;

/** The house with a desk changed. Its token only grows, whatever an event says. */
export function withDesk(house: House, sessionId: SessionId, at: number, change: Partial<Desk>): House {
  const before = deskOf(house, sessionId);
  const token = newer(before.token, change.token ?? null);
  return { ...house, desks: house.desks.set(sessionId, { ...before, ...change, token, at }) };
}

const newer = (one: FencingToken | null, other: FencingToken | null): FencingToken | null =>
  one === null || (other !== null && compareTokens(other, one) > 0) ? other : one;

/** A token newer than every one of the session, in this generation of the log or, where that were older, in the newest that it has one of. */
export function nextToken(house: House, sessionId: SessionId, generation: number): FencingToken {
  const { token } = deskOf(house, sessionId);
  return {
    generation: Math.max(generation, token?.generation ?? 0),
    counter: (token?.counter ?? house.counterFloor) + 1,
  };
}

/** The lease of somebody else that is offered or in force, or null. */
export function foreignLease(house: House, sessionId: SessionId, principal: Principal): Lease | null {
  const { lease } = deskOf(house, sessionId);
  return lease === null || isSameCaller(lease.holder, principal) ? null : lease;
}

/** From when on a command without an outcome is overdue, and nothing waits for it any more. Epoch ms. */
export const overdueAt = ({ deadlineAt }: Pick<KnownCommand, "deadlineAt">): number =>
  deadlineAt + OVERDUE_AFTER_MS;

/**
 * True while a command may still be on its way: nobody saw an outcome, and its deadline is not over by so much that it is overdue. Outcomes are observed, so
 * this is asked anew at each decision.
 */
export function isOnItsWay(command: KnownCommand, sight: Sight, at: number): boolean {
  const { commandId, sessionId, isOverdue } = command;
  if (isOverdue || at >= overdueAt(command)) return false;
  const session = sight.session(sessionId);
  if (session === null) return true;
  // Its mark in a turn says as much as its outcome, and stays longer where many outcomes come.
  const isInTurn = session.turns.some((turn) => turn.commandIds.includes(commandId));
  return !isInTurn && !hasEnded(session, commandId);
}

/** What was told before it was accepted anew is no end: a host that lost its memory with its outbox may yet do it. */
const hasEnded = ({ outcomes }: SessionSight, commandId: CommandId): boolean =>
  outcomes.some((outcome) => outcome.commandId === commandId && outcome.isOfEarlier !== true);

/** The command that may start a turn in the session and has no outcome yet, or null. */
export function outstandingStart(
  house: House,
  sight: Sight,
  sessionId: SessionId,
  at: number,
): KnownCommand | null {
  const { startingCommandId } = deskOf(house, sessionId);
  const command = startingCommandId === null ? undefined : house.commands.get(startingCommandId);
  return command !== undefined && isOnItsWay(command, sight, at) ? command : null;
}

/** The interrupt of the session's turn that has no outcome yet, or null. */
export function outstandingInterrupt(
  house: House,
  sight: Sight,
  sessionId: SessionId,
  at: number,
): KnownCommand | null {
  const { interruptingCommandId } = deskOf(house, sessionId);
  const command = interruptingCommandId === undefined ? undefined : house.commands.get(interruptingCommandId);
  return command !== undefined && isOnItsWay(command, sight, at) ? command : null;
}

/**
 * The commands that may go into the session's turn at any moment, or have done so unseen. One that is overdue counts as well: its host may have done it, and be
 * behind with telling so.
 */
export const sendsOnTheirWay = (house: House, sight: Sight, sessionId: SessionId): readonly CommandId[] =>
  deskOf(house, sessionId).recent.filter((id) => {
    const command = house.commands.get(id);
    return command !== undefined && !isAccountedFor(command, sight);
  });

/** Its outcome was seen, or may have been: more came than the sight keeps. */
export function isAccountedFor({ commandId, sessionId, at }: KnownCommand, sight: Sight): boolean {
  const session = sight.session(sessionId);
  if (session === null) return false;
  const mayBeForgotten = at <= (session.outcomesForgottenAt ?? -Infinity) + SKEW_MS;
  return mayBeForgotten || hasEnded(session, commandId);
}
