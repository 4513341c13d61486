/** When a session is archived, and when its archive goes: a table over rows, limits and now. Pure (X1-036, X1-037, ADR 0014). */
import { type Archived, standingOf, type Subject } from "./subject.ts";

export interface ArchiveLimits {
  /** `archive_hours`: how long after an archive of a session that still changes the next one is made. */
  readonly everyMs: number;
  /** `archive_keep_days`: how long the archive of a session that ended is kept. */
  readonly keepMs: number;
}

/** `delete`: the rows of it may go, and after them its objects. */
export type Due = "archive" | "delete" | null;

/** After the last fact of a session that ended: what its host still has to tell comes in a burst, and is one archive. */
const SETTLED_MS = 60_000;

export function dueOf(
  subject: Subject,
  archived: Archived | null,
  limits: ArchiveLimits,
  nowMs: number,
): Due {
  const { row } = subject;
  // Asked for in vain: its lane is empty, and an archive of nothing is none.
  if (row.factCount === 0) return null;
  const { isEnded } = standingOf(subject);
  if (isEnded && isLettable(subject, archived, limits, nowMs)) return "delete";
  if (!isStale(subject, archived)) return null;
  const since = archived === null ? row.firstSeenAt : archived.archivedAt;
  const isTime = isEnded ? nowMs - row.lastFactAt >= SETTLED_MS : nowMs - since >= limits.everyMs;
  return isTime ? "archive" : null;
}

/** It says all that there is to say of the session, and has said it for long enough. */
const isLettable = (
  subject: Subject,
  archived: Archived | null,
  { keepMs }: ArchiveLimits,
  nowMs: number,
): boolean =>
  archived !== null &&
  archived.isFinal &&
  archived.deletedAt === null &&
  !isStale(subject, archived) &&
  nowMs - archived.archivedAt >= keepMs;

/** Nothing of it is archived, or what is differs from it. What was let go of is not made again of the same facts. */
function isStale(subject: Subject, archived: Archived | null): boolean {
  if (archived === null || archived.events !== subject.row.factCount) return true;
  if (archived.deletedAt !== null) return false;
  const { isEnded, status, failure } = standingOf(subject);
  return isEnded && !(archived.isFinal && archived.status === status && archived.failure === failure);
}
