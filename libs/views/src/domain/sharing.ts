/** What somebody was given to see, out of rows: what `visibility.ts` is asked with. Pure. */
import type { SessionId, ShareLevel } from "@claw/events";
import type { ShareRow, SharingRow } from "../people-rows.ts";
import type { Shares } from "./visibility.ts";

/** `rows` are those of one name (`sharesOf` of a reader). What was taken back, or whose end is over at `nowMs`, says nothing. */
export function sharesFrom(rows: readonly SharingRow[], nowMs: number): Shares {
  const sessions = new Map<string, ShareLevel>();
  const owners = new Map<string, ShareLevel>();
  const glass = new Set<SessionId>();
  for (const row of rows) {
    if (row.until !== null && row.until <= nowMs) continue;
    if (row.kind === "glass") glass.add(row.sessionId);
    else if (row.level !== null) widen(row.scope === "session" ? sessions : owners, row, row.level);
  }
  return {
    ofSession: (sessionId) => sessions.get(sessionId) ?? null,
    ofOwner: (owner) => owners.get(owner) ?? null,
    isGlassBroken: (sessionId) => glass.has(sessionId),
  };
}

/** Two rows may be of one session, under its two names: the wider counts. */
function widen(levels: Map<string, ShareLevel>, { id }: ShareRow, level: ShareLevel): void {
  if (levels.get(id) !== "controller") levels.set(id, level);
}
