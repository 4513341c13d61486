/**
 * Have we heard of this session lately? (N1-024)
 *
 * `live` its host hears it · `stale` its host is silent, so what we know is old (S1-184) · `unknown` its host is alive and cannot reach its
 * app-server · `gone` it was deleted, for ever. Absence never means success: nothing here ends a turn or an activity (X1-016).
 */
import type { EventIn, Fact, Lookup } from "./projection.ts";
import type { Freshness, SessionRow } from "../rows.ts";
import { endpointKey } from "./keys.ts";

/** The row after its host was heard to hear it. */
export const heard = (row: SessionRow, { recordedAt }: Fact): SessionRow => ({
  ...row,
  freshness: become(row.freshness, "live", recordedAt, null),
  lastFactAt: Math.max(row.lastFactAt, recordedAt),
});

export const staled = (row: SessionRow, { recordedAt }: Fact): SessionRow =>
  withFreshness(row, become(row.freshness, "stale", recordedAt, "host_silent"));

/** Its host is back. Whether the host can reach its app-server is what the endpoint's row says. */
export function returned(row: SessionRow, { recordedAt }: Fact, rows: Lookup): SessionRow {
  const endpoint = rows("endpoints", endpointKey(row.hostId, row.endpointId));
  if (endpoint?.state !== "down") return withFreshness(row, become(row.freshness, "live", recordedAt, null));
  const reason = endpoint.reason ?? "endpoint_down";
  return withFreshness(row, become(row.freshness, "unknown", recordedAt, reason));
}

export const lost = (row: SessionRow, { recordedAt }: Fact, { data }: EventIn<"session.lost">): SessionRow =>
  withFreshness(row, become(row.freshness, "unknown", recordedAt, data.reason));

export const gone = (row: SessionRow, { recordedAt }: Fact): SessionRow =>
  withFreshness(row, become(row.freshness, "gone", recordedAt, "deleted"));

const withFreshness = (row: SessionRow, freshness: Freshness): SessionRow =>
  freshness === row.freshness ? row : { ...row, freshness };

/** The same state keeps its time: `sinceAt` is when it began. What is gone stays gone. */
function become(
  now: Freshness,
  state: Freshness["state"],
  sinceAt: number,
  reason: string | null,
): Freshness {
  return now.state === "gone" || now.state === state ? now : { state, sinceAt, reason };
}
