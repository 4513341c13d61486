/** What is the case now in a session, as its newest fact says. */
import type { DataOf, Event } from "@claw/events";
import type { SessionRow } from "./session-row.ts";
import { over, type TurnRow, withTurn } from "./turn-sights.ts";

/** What is the case now, as the newest fact says. */
export function became(row: SessionRow, event: Event): SessionRow {
  switch (event.type) {
    case "session.observed":
    case "session.became":
      return acting(row, event.data.activity.type);
    case "turn.started":
      return began(row, event.data);
    case "turn.completed":
      return row.activeTurnId === event.data.turnId ? { ...row, activeTurnId: null } : row;
    case "session.closed": {
      const { how } = event.data;
      const idle = acting(row, "notLoaded");
      if (how === "unloaded") return idle;
      return { ...idle, isClosed: true, isDeleted: row.isDeleted || how === "deleted" };
    }
    case "session.reopened":
      return row.isDeleted || !row.isClosed ? row : { ...row, isClosed: false };
    case "session.lost":
      return row.isLost ? row : { ...row, isLost: true };
    default:
      return row;
  }
}

/** A thread that is not active has no active turn, also where nobody heard how its turn ended. */
function acting(row: SessionRow, activity: string): SessionRow {
  const activeTurnId = activity === "active" ? row.activeTurnId : null;
  return activity === row.activity && activeTurnId === row.activeTurnId
    ? row
    : { ...row, activity, activeTurnId };
}

/** A thread has one turn at a time: the newest is the active one, and those before it are over. An older one is history that was filled in. */
function began(row: SessionRow, { turnId, startedAt }: DataOf<"turn.started">): SessionRow {
  const dated = (turn: TurnRow): TurnRow =>
    turn.startedAt === null && startedAt !== null ? { ...turn, startedAt } : turn;
  const turns = withTurn(row.turns, turnId, true, dated, startedAt);
  const newest = turns.at(-1);
  if (newest?.turnId !== turnId || newest.isOver) return { ...row, turns };
  const isFirst = row.activeTurnId !== turnId;
  return isFirst
    ? { ...row, activeTurnId: turnId, turns: [...turns.slice(0, -1).map(over), newest] }
    : { ...row, turns };
}

/** The host reaches the thread again. That a command failed shows nothing: it fails where the thread is out of reach as well. */
export const contacted = (row: SessionRow, event: Event): SessionRow =>
  row.isLost && PROVES_CONTACT.has(event.type) ? { ...row, isLost: false } : row;

const PROVES_CONTACT: ReadonlySet<Event["type"]> = new Set<Event["type"]>([
  "session.observed",
  "session.became",
  "session.reopened",
  "turn.started",
  "turn.completed",
  "item.started",
  "item.completed",
  "usage.reported",
  "approval.requested",
  "command.succeeded",
  "command.collided",
]);
