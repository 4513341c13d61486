/** Turns of threads. A turn has one end: the first that is told (W-24). */
import type { SessionId } from "@claw/events";
import type { TurnRow } from "../rows.ts";
import { turnKey } from "./keys.ts";
import { type EventIn, type Fact, ownSession, sessionOf, type ViewProjection } from "./projection.ts";

/** The word for a turn that has not ended; Codex uses the same. */
export const IN_PROGRESS = "inProgress";

export const turns: ViewProjection<"turns"> = {
  name: "turns",
  version: 1,
  key: (fact, rows) => {
    const { event } = fact;
    if (event.type !== "turn.started" && event.type !== "turn.completed") return null;
    const sessionId = ownSession(fact, rows);
    if (sessionId === null) return null;
    return turnKey(sessionId, event.data.turnId);
  },
  evolve: (row, fact) => {
    const { event } = fact;
    if (event.type === "turn.started") return started(row, fact, event);
    return event.type === "turn.completed" ? completed(row, fact, event) : undefined;
  },
};

/** True if the turn's end was told. Codex's word for the end is open; any but its word for going on is one. */
export const hasEnded = ({ status }: Pick<TurnRow, "status">): boolean => status !== IN_PROGRESS;

function started(
  row: TurnRow | undefined,
  fact: Fact,
  { data }: EventIn<"turn.started">,
): TurnRow | undefined {
  if (row === undefined) return { ...open(fact, data), startedAt: data.startedAt };
  return row.startedAt === null && data.startedAt !== null
    ? { ...row, startedAt: data.startedAt }
    : undefined;
}

function completed(
  row: TurnRow | undefined,
  fact: Fact,
  { data, body, at }: EventIn<"turn.completed">,
): TurnRow | undefined {
  if (row !== undefined && hasEnded(row)) return undefined;
  return {
    ...(row ?? open(fact, data)),
    status: data.status === IN_PROGRESS ? "completed" : data.status,
    startedAt: row?.startedAt ?? data.startedAt,
    completedAt: data.completedAt ?? at,
    errorKind: data.errorKind,
    error: body?.error ?? null,
    durationMs: data.durationMs,
  };
}

const open = (fact: Fact, { turnId }: Pick<TurnRow, "turnId">): TurnRow => ({
  sessionId: sessionOf(fact) as SessionId,
  turnId,
  status: IN_PROGRESS,
  startedAt: null,
  completedAt: null,
  errorKind: null,
  error: null,
  durationMs: null,
});
