/**
 * What of the sight can be found by no id: kept in memory beside the rows, from each row as it is made. It may be a moment ahead of the rows, so what it names is
 * looked up in them before it is said.
 */
import type { HostId, SessionId } from "@claw/events";
import type { SessionRow, SightRow } from "./domain/sight-fold.ts";
import type { SightIndex } from "./domain/sight.ts";

export interface SightIndexAtWork extends SightIndex {
  /** Takes in a row as it is now. */
  readonly note: (key: string, row: SightRow) => void;
}

/** An index over rows that `get` looks up. Empty until rows are noted. */
export function makeSightIndex(get: (key: string) => SightRow | undefined): SightIndexAtWork {
  const asking = new Set<string>();
  const atWork = new Map<HostId, Set<string>>();
  // A parent is named for ever, so nothing is taken out.
  const below = new Map<SessionId, Set<string>>();
  const sessionsIn = (keys: Iterable<string>, is: (row: SessionRow) => boolean): readonly SessionRow[] =>
    [...keys].flatMap((key) => {
      const row = get(key);
      return row?.kind === "session" && is(row) ? [row] : [];
    });
  return {
    note: (key, row) => {
      if (row.kind === "host") return;
      keep(asking, key, isAsking(row));
      keep(keysOf(atWork, row.hostId), key, isAtWork(row));
      if (row.parentSessionId !== null) keysOf(below, row.parentSessionId).add(key);
    },
    asking: () => sessionsIn(asking, isAsking).map(({ sessionId }) => sessionId),
    spawnedAtWork: (hostId) => sessionsIn(atWork.get(hostId) ?? [], isAtWork).length,
    subAgents: (parentId) =>
      sessionsIn(below.get(parentId) ?? [], ({ parentSessionId }) => parentSessionId === parentId).map(
        ({ sessionId }) => sessionId,
      ),
  };
}

function keysOf<Id>(all: Map<Id, Set<string>>, id: Id): Set<string> {
  const there = all.get(id) ?? new Set();
  all.set(id, there);
  return there;
}

const keep = (keys: Set<string>, key: string, isIn: boolean): void =>
  void (isIn ? keys.add(key) : keys.delete(key));

const isAsking = ({ questions }: SessionRow): boolean => questions.length > 0;
const isAtWork = ({ spawnId, activity, isClosed }: SessionRow): boolean =>
  spawnId !== null && activity === "active" && !isClosed;
