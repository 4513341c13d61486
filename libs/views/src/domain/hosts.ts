/** Machines. A host is known from its first fact, or from the day it was allowed to join. */
import { DEFAULT_GROUP, type HostId } from "@claw/events";
import type { HostRow } from "../rows.ts";
import { admissionAfter, hostAsked, NOBODY, withAsking } from "./admission.ts";
import {
  type EventIn,
  type Fact,
  hostOf,
  isForeign,
  type Lookup,
  type ViewProjection,
} from "./projection.ts";
import { unboundIn } from "./thread-keys.ts";

export const hosts: ViewProjection<"hosts"> = {
  name: "hosts",
  version: 5,
  key: (fact, rows) => {
    if (fact.lane === "decided") return decidedHost(fact.event, rows);
    if (fact.event.type === "approval.requested") return hostAsked(fact, rows)?.hostId ?? null;
    const hostId = hostOf(fact);
    return hostId === null || isForeign(hostId, fact) ? null : hostId;
  },
  evolve: (row, fact, rows) => {
    if (fact.lane === "decided") return decided(row, fact, rows);
    if (fact.event.type === "approval.requested")
      return row === undefined ? undefined : withAsking(row, fact, rows);
    const known = row ?? unheard(hostOf(fact) as HostId, fact);
    const unboundKeys = unboundIn(known, fact, rows);
    return change(fact.by.kind === "host" ? heard({ ...known, unboundKeys }, fact) : known, fact);
  },
};

/** The host that a decision is about, or null. An attempt is one of the host whose key was used. */
function decidedHost(event: Fact["event"], rows: Lookup): HostId | null {
  if (event.type === "host.added" || event.type === "host.placed") return event.data.hostId;
  if (event.type === "token.revoked") return rows("tokens", event.data.tokenId)?.hostId ?? null;
  return event.type === "caller.attempted" ? (rows("threadKeys", event.data.keyId)?.hostId ?? null) : null;
}

const unheard = (hostId: HostId, { recordedAt }: Fact): HostRow => ({
  hostId,
  hostname: null,
  platform: null,
  osRelease: null,
  arch: null,
  cpus: null,
  memoryBytes: null,
  connectorVersion: null,
  nodeVersion: null,
  freshness: { state: "unknown", sinceAt: recordedAt, reason: "never_heard" },
  lastHeardAt: null,
  rttMs: null,
  clockOffsetMs: null,
  outboxDepth: null,
  epochCount: 0,
  forks: 0,
  lostFacts: 0,
  evidenceKept: 0,
  addedAt: null,
  group: DEFAULT_GROUP,
  placement: "open",
  placementReason: null,
  workspaceRoots: [],
  attempts: 0,
  lastAttemptAt: null,
  unboundKeys: [],
  admission: NOBODY,
});

/** The host was heard when the fact was recorded: our clock, not the host's. */
const heard = (row: HostRow, { recordedAt }: Fact): HostRow => ({
  ...row,
  freshness:
    row.freshness.state === "live" ? row.freshness : { state: "live", sinceAt: recordedAt, reason: null },
  lastHeardAt: later(row.lastHeardAt, recordedAt),
});

function decided(row: HostRow | undefined, fact: Fact, rows: Lookup): HostRow | undefined {
  const { event, recordedAt } = fact;
  if (event.type === "caller.attempted")
    return row && { ...row, attempts: row.attempts + event.data.count, lastAttemptAt: recordedAt };
  if (event.type === "token.revoked") return row && withAdmission(row, fact, rows);
  if (event.type !== "host.added" && event.type !== "host.placed") return undefined;
  const known = row ?? unheard(event.data.hostId, fact);
  if (event.type === "host.added") {
    const group = event.data.group ?? known.group;
    return { ...withAdmission(known, fact, rows), addedAt: known.addedAt ?? recordedAt, group };
  }
  return { ...known, placement: event.data.placement, placementReason: event.data.reason };
}

const withAdmission = (row: HostRow, fact: Fact, rows: Lookup): HostRow => ({
  ...row,
  admission: admissionAfter(row.admission, fact, rows),
});

function change(row: HostRow, fact: Fact): HostRow {
  const { event } = fact;
  switch (event.type) {
    case "host.described":
      return { ...row, ...event.data, workspaceRoots: event.data.workspaceRoots ?? [] };
    case "host.heard":
      return beat(row, fact, event);
    case "host.silent":
      return silent(row, fact, event);
    case "epoch.started":
      return { ...row, epochCount: row.epochCount + 1 };
    case "outbox.lost":
      return { ...row, lostFacts: row.lostFacts + event.data.to - event.data.from + 1 };
    case "outbox.gapped":
      return { ...row, lostFacts: row.lostFacts + event.data.count };
    case "host.forked":
      return { ...row, forks: row.forks + 1 };
    case "evidence.kept":
      return { ...row, evidenceKept: row.evidenceKept + 1 };
    default:
      return row;
  }
}

/** A closed uplink is not silence (DESIGN 14.15): it changes no freshness, in neither direction. */
function beat(row: HostRow, fact: Fact, { data }: EventIn<"host.heard">): HostRow {
  const { rttMs, clockOffsetMs, outboxDepth } = data;
  const figures = {
    rttMs: rttMs ?? row.rttMs,
    clockOffsetMs: clockOffsetMs ?? row.clockOffsetMs,
    outboxDepth,
  };
  return { ...(data.edge === "disconnected" ? row : heard(row, fact)), ...figures };
}

const silent = (row: HostRow, fact: Fact, { data }: EventIn<"host.silent">): HostRow => ({
  ...row,
  freshness:
    row.freshness.state === "stale"
      ? row.freshness
      : { state: "stale", sinceAt: fact.recordedAt, reason: "host_silent" },
  lastHeardAt: later(row.lastHeardAt, data.lastHeardAt),
});

const later = (one: number | null, other: number): number => Math.max(one ?? other, other);
