/**
 * A session's row. A log may hold a fact twice, and a late one after a later one. Such a fact adds what is true for ever (an outcome, a mark, the end of a turn)
 * and says nothing of what is the case now.
 */
import {
  type AskedSession,
  CommandId,
  compareTokens,
  type DataOf,
  type Event,
  isOutcome,
  markedCommand,
  requestedSession,
  type Recorded,
  sessionAsked,
  type SessionId,
} from "@claw/events";
import { withAccepted, withMarked } from "./marks.ts";
import { asked } from "./question-sights.ts";
import { became, contacted } from "./session-now.ts";
import { withEnd } from "./session-outcomes.ts";
import type { SessionRow } from "./session-row.ts";
import { over, type TurnRow, withCommand, withPerson, withTurn, withUsage } from "./turn-sights.ts";

/** A person's message counts as said now if it was recorded at most so long after it was said, by the clocks of two machines (N1-020). */
export const LIVE_WITHIN_MS = 60_000;

/** The command that the event gives a session to carry out. */
export function acceptedIn(event: Event) {
  if (event.type !== "command.accepted" || event.data.instruction === undefined) return null;
  const { commandId, instruction } = event.data;
  return { sessionId: instruction.sessionId, commandId, kind: instruction.act.kind };
}

/** Sends, and answers, whose reason is a message as well: what bears their mark is ours. */
export function withAcceptance(
  row: SessionRow,
  { event, recordedAt: at, position }: Recorded,
): SessionRow | undefined {
  const command = acceptedIn(event);
  if (command === null) return undefined;
  const asked = event.type === "command.accepted" ? sessionAsked(event.data) : null;
  if (asked !== null && asked.hostId !== row.hostId) return ordered(asked, position);
  const { commandId, kind } = command;
  const anew = acceptedAnew(row, commandId);
  if (kind === "send") return changed(row, withAccepted(anew, { commandId, at }));
  return changed(row, kind === "answer" ? withAccepted(anew, { commandId, at, isAnswer: true }) : anew);
}

/** What another host said under the name of a session before it was asked for is as if it had not been said (ADR 0013): else its word would say which thread is meant by it. */
const ordered = ({ sessionId, hostId, endpointId, act }: AskedSession, position: number): SessionRow =>
  firstSight(
    {
      hostId,
      endpointId,
      workspace: act.workspace,
      threadSource: null,
      parentSessionId: null,
      activity: { type: "notLoaded", flags: [] },
    },
    sessionId,
    // Before the first word of any epoch.
    { epoch: "", seq: 0, position },
  );

/** What was told of a command before it was accepted, was told of a log that is lost. */
function acceptedAnew(row: SessionRow, commandId: CommandId): SessionRow {
  const index = row.outcomes.findIndex((outcome) => outcome.commandId === commandId);
  const outcome = row.outcomes[index];
  if (outcome === undefined || outcome.isOfEarlier === true) return row;
  return { ...row, outcomes: row.outcomes.with(index, { ...outcome, isOfEarlier: true }) };
}

/** The row after an event of the session's lane; undefined where it changes nothing. Only its own host may speak of it, which its first word names. */
export function evolveSession(
  row: SessionRow | undefined,
  recorded: Recorded,
  sessionId: SessionId,
): SessionRow | undefined {
  const { by, event, position } = recorded;
  if (by.kind !== "host") return undefined;
  if (row === undefined)
    return event.type === "session.observed" && event.data.hostId === by.hostId
      ? firstSight(event.data, sessionId, { epoch: by.epoch, seq: by.seq, position })
      : undefined;
  if (by.hostId !== row.hostId) return undefined;
  const { newest } = row;
  const isLate =
    by.epoch === newest.epoch &&
    (by.seq < newest.seq || (by.seq === newest.seq && position !== newest.position));
  if (isLate) return changed(row, remembered(row, recorded, false));
  const after = contacted(became(asked(remembered(row, recorded, true), recorded), event), event);
  const touched = changed(row, after);
  return touched && { ...touched, newest: { epoch: by.epoch, seq: by.seq, position } };
}

const changed = (before: SessionRow, after: SessionRow): SessionRow | undefined =>
  after === before ? undefined : after;

type Described = Pick<
  DataOf<"session.observed">,
  "hostId" | "endpointId" | "workspace" | "threadSource" | "parentSessionId" | "activity"
>;

const firstSight = (
  { hostId, endpointId, workspace, threadSource, parentSessionId, activity }: Described,
  sessionId: SessionId,
  newest: SessionRow["newest"],
): SessionRow => ({
  kind: "session",
  sessionId,
  hostId,
  endpointId,
  workspace,
  spawnId: commandIn(threadSource),
  parentSessionId,
  boundTo: null,
  activity: activity.type,
  activeTurnId: null,
  isClosed: false,
  isLost: false,
  turns: [],
  outcomes: [],
  accepted: [],
  questions: [],
  endedQuestions: [],
  fenced: null,
  personAt: null,
  isDeleted: false,
  newest,
});

/** What is true for ever once it was said, however late and however often. `isNews` is false for what is late or told again. */
function remembered(row: SessionRow, recorded: Recorded, isNews: boolean): SessionRow {
  const { event } = recorded;
  switch (event.type) {
    case "session.observed":
      return withOrigin(row, event.data, isNews);
    case "session.bound":
      return withThread(row, event.data);
    case "turn.completed": {
      const { turnId, startedAt } = event.data;
      return withTurns(row, withTurn(row.turns, turnId, isNews, over, startedAt));
    }
    case "item.completed":
      return event.data.kind === "userMessage" ? messaged(row, event.data, recorded, isNews) : row;
    case "usage.reported":
      return withTurns(row, withTurn(row.turns, event.data.turnId, isNews, withUsage(event.data)));
    case "lease.fenced":
      return row.fenced !== null && compareTokens(event.data.fence, row.fenced.token) <= 0
        ? row
        : { ...row, fenced: { leaseId: event.data.leaseId, token: event.data.fence } };
    default:
      return isOutcome(event) ? withEnd(row, event, recorded, isNews) : row;
  }
}

/** Where it came from never changes, so the first word that names it counts. Where it works may, so an older word says that only where there is no other. */
function withOrigin(
  row: SessionRow,
  { workspace, threadSource, parentSessionId: named }: DataOf<"session.observed">,
  isNews: boolean,
): SessionRow {
  const spawnId = row.spawnId ?? commandIn(threadSource);
  const parentSessionId = row.parentSessionId ?? named;
  const folder = isNews ? (workspace ?? row.workspace) : (row.workspace ?? workspace);
  const isSame =
    spawnId === row.spawnId && parentSessionId === row.parentSessionId && folder === row.workspace;
  return isSame ? row : { ...row, spawnId, parentSessionId, workspace: folder };
}

/** Once and for ever, and only of the session that this command asked for. */
const withThread = (row: SessionRow, { commandId, boundTo }: DataOf<"session.bound">): SessionRow =>
  row.boundTo === null && row.sessionId === requestedSession(commandId) ? { ...row, boundTo } : row;

const withTurns = (row: SessionRow, turns: readonly TurnRow[]): SessionRow =>
  turns === row.turns ? row : { ...row, turns };

/** Ours bears the mark of its command; every other one is a person's (PROTOCOL §3). A mark in a turn is a cause, whoever put it there. */
function messaged(
  row: SessionRow,
  { turnId, clientId, completedAt }: DataOf<"item.completed">,
  { event, recordedAt }: Recorded,
  isNews: boolean,
): SessionRow {
  const marked = commandIn(clientId);
  const saidAt = completedAt ?? event.at;
  const isLive = isNews && recordedAt - saidAt <= LIVE_WITHIN_MS;
  if (marked !== null) {
    const mark = { commandId: marked, turnId, saidAt, heardAt: isLive ? recordedAt : null };
    return withMarked(withTurns(row, withTurn(row.turns, turnId, isNews, withCommand(marked))), mark);
  }
  const after = withTurns(row, withTurn(row.turns, turnId, isNews, withPerson));
  const said = saidAt > (row.personSaidAt ?? 0) ? { ...after, personSaidAt: saidAt } : after;
  return isLive && recordedAt > (row.personAt ?? 0) ? { ...said, personAt: recordedAt } : said;
}

/** The command whose mark this is, or null. */
const commandIn = (mark: string | null): CommandId | null =>
  CommandId.safeParse(markedCommand(mark)).data ?? null;
