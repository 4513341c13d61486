/** Which changed rows a live client is told of. */
import {
  type AttentionActsRow,
  type ChangedRow,
  type CommandRow,
  isHidden,
  isOpenCommand,
  type LeaseRow,
  type SessionRow,
  type SharingRow,
  type SignInRow,
} from "@claw/views";
import type { Progress } from "./progress.ts";

/**
 * Turns and items of other sessions are not what the client asked for. Commands, leases, sign-ins, shares and acts of people that were over when it came are history, of
 * which there is no end: a snapshot leaves them out. So it does with the first row of a session that has its thread by now; the change that says so is told, because
 * it takes the row from the list. `nowMs` is epoch ms.
 */
export const isWanted = (
  changed: ChangedRow,
  sessionId: string | null,
  progress: Pick<Progress, "isFresh" | "target">,
  nowMs: number,
): boolean =>
  isOfSession(changed, sessionId) &&
  !isNobodys(changed) &&
  !(progress.isFresh && changed.position <= progress.target && isHistory(changed, nowMs));

/** What is of no session at all is told to everybody. */
function isOfSession({ view, key, row }: ChangedRow, sessionId: string | null): boolean {
  if (sessionId === null) return true;
  if (view === "runtimes") return key === sessionId;
  if (view === "attention") return key.split("/")[1] === sessionId;
  return !("sessionId" in row) || row.sessionId === sessionId;
}

/** A session that a host tells of as if it had been asked for. */
const isNobodys = ({ view, row }: ChangedRow): boolean =>
  view === "sessions" && isHidden(row as SessionRow) && (row as SessionRow).boundTo === null;

/** The row of a view is of that view; the union of views cannot say so. */
function isHistory({ view, row }: ChangedRow, nowMs: number): boolean {
  switch (view) {
    case "commands":
      return !isOpenCommand(row as CommandRow);
    case "sessions":
      return isHidden(row as SessionRow);
    case "leases":
      return (row as LeaseRow).state === "ended";
    case "signIns":
      return (row as SignInRow).closedAt !== null || (row as SignInRow).until <= nowMs;
    case "shares":
      return isOverShare(row as SharingRow, nowMs);
    case "attention":
      return isDone(row as AttentionActsRow, nowMs);
    default:
      return false;
  }
}

const isOverShare = (row: SharingRow, nowMs: number): boolean =>
  (row.until !== null && row.until <= nowMs) || (row.kind === "share" && row.level === null);

const isDone = ({ snoozedUntil, assignedTo }: AttentionActsRow, nowMs: number): boolean =>
  assignedTo === null && (snoozedUntil ?? 0) <= nowMs;
