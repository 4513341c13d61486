/** Turns of threads. A turn has one end: the first that is told (W-24). */
import type { SessionId } from "@claw/events";
import type { TurnRow } from "../rows.ts";
import { turnKey } from "./keys.ts";
import {
  type EventIn,
  type Fact,
  type Lookup,
  ownSession,
  sessionOf,
  type ViewProjection,
} from "./projection.ts";
import { isMessage, type Voice, voiceOf } from "./voices.ts";

/** The word for a turn that has not ended; Codex uses the same. */
export const IN_PROGRESS = "inProgress";

export const turns: ViewProjection<"turns"> = {
  name: "turns",
  version: 2,
  key: (fact, rows) => {
    const { event } = fact;
    if (event.type !== "turn.started" && event.type !== "turn.completed" && !isMessage(event)) return null;
    const sessionId = ownSession(fact, rows);
    if (sessionId === null) return null;
    return turnKey(sessionId, event.data.turnId);
  },
  evolve: (row, fact, rows) => {
    const { event } = fact;
    if (isMessage(event)) return spokenInto(row, fact, event, rows);
    if (event.type === "turn.started") return started(row, fact, event);
    return event.type === "turn.completed" ? completed(row, fact, event) : undefined;
  },
};

/** Once a person spoke in it, it is theirs for ever. */
function spokenInto(
  row: TurnRow | undefined,
  fact: Fact,
  event: EventIn<"item.completed">,
  rows: Lookup,
): TurnRow | undefined {
  const turn = row ?? { ...open(fact, event.data), isTold: false };
  const isOurs = oursAfter(turn.isOurs, voiceOf(turn.sessionId, event, rows));
  return row !== undefined && row.isOurs === isOurs ? undefined : { ...turn, isOurs };
}

/** A reason is said in anybody's turn, so it tells nothing of whose it is; policy goes by the same rule (`ours.ts` there). */
function oursAfter(before: TurnRow["isOurs"], voice: Voice): TurnRow["isOurs"] {
  if (before === false || voice === "person") return false;
  return voice === "reason" ? before : true;
}

/** True if the turn's end was told. Codex's word for the end is open; any but its word for going on is one. */
export const hasEnded = ({ status }: Pick<TurnRow, "status">): boolean => status !== IN_PROGRESS;

function started(
  row: TurnRow | undefined,
  fact: Fact,
  { data }: EventIn<"turn.started">,
): TurnRow | undefined {
  if (row === undefined) return { ...open(fact, data), startedAt: data.startedAt };
  const startedAt = row.startedAt ?? data.startedAt;
  return row.isTold && startedAt === row.startedAt ? undefined : { ...row, isTold: true, startedAt };
}

function completed(
  row: TurnRow | undefined,
  fact: Fact,
  { data, body, at }: EventIn<"turn.completed">,
): TurnRow | undefined {
  if (row !== undefined && hasEnded(row)) return undefined;
  return {
    ...(row ?? open(fact, data)),
    isTold: true,
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
  isTold: true,
  isOurs: null,
  status: IN_PROGRESS,
  startedAt: null,
  completedAt: null,
  errorKind: null,
  error: null,
  durationMs: null,
});
