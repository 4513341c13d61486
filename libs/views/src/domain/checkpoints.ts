/** Checkpoints of sessions and runtimes: how many there are, and the newest of them (F1-039, F1-179). */
import { DECIDED, isRequested, type SessionId } from "@claw/events";
import type { Checkpoint, CheckpointsRow } from "../registry-rows.ts";
import type { EventIn, Lookup, ViewProjection } from "./projection.ts";

/** Checkpoints of one session that its row holds; of more, those that were made first are counted and not listed. */
export const MAX_CHECKPOINTS = 50;

export const checkpoints: ViewProjection<"checkpoints"> = {
  name: "checkpoints",
  version: 1,
  key: ({ lane, event }, rows) =>
    lane === DECIDED && event.type === "checkpoint.registered" ? nameNow(event.data.sessionId, rows) : null,
  evolve: (row, { event }, _rows, key) =>
    event.type === "checkpoint.registered" ? registered(row, event, key as SessionId) : undefined,
};

/** What is registered for a session that was asked for is its thread's as soon as there is one. */
const nameNow = (sessionId: SessionId, rows: Lookup): SessionId =>
  (isRequested(sessionId) ? rows("sessions", sessionId)?.boundTo : null) ?? sessionId;

function registered(
  row: CheckpointsRow | undefined,
  { data }: EventIn<"checkpoint.registered">,
  sessionId: SessionId,
): CheckpointsRow {
  const { checkpointId, kind, bytes, digest, madeAt } = data;
  const before = row?.newest.find((one) => one.checkpointId === checkpointId);
  const others = row?.newest.filter((one) => one !== before) ?? [];
  return {
    sessionId,
    count: (row?.count ?? 0) + (before === undefined ? 1 : 0),
    bytes: (row?.bytes ?? 0) - (before?.bytes ?? 0) + bytes,
    newest: [...others, { checkpointId, kind, bytes, digest, madeAt }]
      .toSorted(byAge)
      .slice(-MAX_CHECKPOINTS),
  };
}

/** Those of one session under both of its names, as one row; null where there are none. */
export function joined(
  sessionId: SessionId,
  rows: readonly (CheckpointsRow | null | undefined)[],
): CheckpointsRow | null {
  const known = rows.filter((row) => row !== null && row !== undefined);
  if (known.length === 0) return null;
  return {
    sessionId,
    count: known.reduce((sum, { count }) => sum + count, 0),
    bytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
    newest: known
      .flatMap(({ newest }) => newest)
      .toSorted(byAge)
      .slice(-MAX_CHECKPOINTS),
  };
}

const byAge = (a: Checkpoint, b: Checkpoint): number =>
  a.madeAt - b.madeAt || (a.checkpointId < b.checkpointId ? -1 : Number(a.checkpointId > b.checkpointId));
