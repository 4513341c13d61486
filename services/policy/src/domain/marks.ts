/**
 * Whose message it was that bears a mark of ours: a mark is text, and can be copied (PROTOCOL §3). It is ours if a send of that id was accepted for this very
 * session, or if its host says that it did such a command there; everything else is a person's, in the views as here.
 *
 * The first message of a spawned session bears the mark of its spawn, which was accepted for the name under which the session was asked for. It is ours where that
 * one's host says that it became this thread.
 *
 * What was accepted is known before its message, because it stands before it in the log; the host's word is for an acceptance that was lost with a log's tail,
 * and may come a moment later. So what nobody explains is kept apart and judged whenever somebody looks: a person's until it is explained.
 */
import type { CommandId, TurnId } from "@claw/events";
import type { AcceptedSight, OutcomeSight, SessionSight } from "./sight.ts";

/** A message with a mark that nothing explained when it came. */
interface Marked {
  readonly commandId: CommandId;
  readonly turnId: TurnId;
  /** When it was said, by its host's clock. */
  readonly saidAt: number;
  /** When it was recorded, by the house's clock; null for one that was told too late to count as said now. */
  readonly heardAt: number | null;
}

/** What a session's row remembers of marks. Times are epoch ms. */
export interface Marks {
  /** When the newest of those was accepted that are not among them any more: what was said before may be one of them. */
  readonly acceptedForgottenAt?: number;
  /** The newest messages that nothing explained when they came, at most `MAX_UNEXPLAINED`, in the order in which they were told. */
  readonly unexplained?: readonly Marked[];
}

/** Far more than can be on their way to one session at its rates, so that a message that is told once finds its command. */
export const MAX_ACCEPTED = 64;
/** An explanation follows within moments: more than a few that wait for one are copies. */
export const MAX_UNEXPLAINED = 8;

type Row = SessionSight & Marks;

/** A send or an answer was accepted for the session. One that is accepted anew, because a log lost its tail, counts from then on. */
export function withAccepted<Of extends Row>(before: Of, one: AcceptedSight): Of {
  const row = withExplained(before, one.commandId);
  const others = row.accepted.filter(({ commandId }) => commandId !== one.commandId);
  const accepted = [...others, one];
  const gone = accepted.length > MAX_ACCEPTED ? accepted[0] : undefined;
  if (gone === undefined) return { ...row, accepted };
  const acceptedForgottenAt = Math.max(gone.at, row.acceptedForgottenAt ?? 0);
  return { ...row, accepted: accepted.slice(1), acceptedForgottenAt };
}

/** The command was accepted or done here for good: what explained its messages may be forgotten before the session is. */
export function withExplained<Of extends Row>(row: Of, commandId: CommandId): Of {
  const left = row.unexplained?.filter((one) => one.commandId !== commandId);
  return left?.length === row.unexplained?.length ? row : { ...row, unexplained: left };
}

/**
 * A message with a mark came. Each is kept for itself, because one that is explained says nothing of another; the oldest that finds no room any more was said by
 * a person, and stays so.
 */
export function withMarked<Of extends Row>(row: Of, marked: Marked): Of {
  if (isExplained(row, marked)) return row;
  const before = row.unexplained ?? [];
  const same = before.find(
    ({ commandId, turnId }) => commandId === marked.commandId && turnId === marked.turnId,
  );
  if (same !== undefined && marked.saidAt <= same.saidAt) return row;
  const one = { ...marked, heardAt: marked.heardAt ?? same?.heardAt ?? null };
  const all = [...before.filter((other) => other !== same), one];
  const gone = all.slice(0, -MAX_UNEXPLAINED).filter((other) => !isExplained(row, other));
  return { ...gone.reduce(saidByPerson, row), unexplained: all.slice(-MAX_UNEXPLAINED) };
}

/**
 * What was forgotten is told by when it was said: a copy that is made now is said now, and so never taken for it. After a restart the rows are as they were, or
 * are made anew from the whole log.
 */
const isExplained = (row: Row, { commandId, saidAt }: Marked): boolean =>
  row.accepted.some((one) => one.commandId === commandId) ||
  row.outcomes.some((one) => one.commandId === commandId && wasDone(one)) ||
  saidAt <= (row.acceptedForgottenAt ?? -Infinity);

/** Its host had it and may have said it here; what failed or expired was never said. */
const wasDone = ({ outcome }: OutcomeSight): boolean =>
  outcome === "succeeded" || outcome === "collided" || outcome === "unknown";

/** The session as rules see it: what is still unexplained was said by a person. `isOfSpawn`: the mark of `spawnId` is its own. */
export const judged = (row: Row, isOfSpawn: boolean): SessionSight =>
  (row.unexplained ?? [])
    .filter((one) => !isExplained(row, one) && !(isOfSpawn && one.commandId === row.spawnId))
    .reduce<Row>(saidByPerson, row);

function saidByPerson<Of extends Row>(row: Of, { turnId, saidAt, heardAt }: Marked): Of {
  return {
    ...row,
    turns: row.turns.map((turn) => (turn.turnId === turnId ? { ...turn, hasPerson: true } : turn)),
    personAt: heardAt === null ? row.personAt : Math.max(heardAt, row.personAt ?? 0),
    personSaidAt: Math.max(saidAt, row.personSaidAt ?? 0),
  };
}
