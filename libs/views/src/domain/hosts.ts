/** Machines. A host is known from its first fact, or from the day it was allowed to join. */
import type { HostId } from "@claw/events";
import type { HostRow } from "../rows.ts";
import { type EventIn, type Fact, hostOf, isForeign, type ViewProjection } from "./projection.ts";

export const hosts: ViewProjection<"hosts"> = {
  name: "hosts",
  version: 1,
  key: (fact) => {
    if (fact.lane === "decided") return fact.event.type === "host.added" ? fact.event.data.hostId : null;
    const hostId = hostOf(fact);
    return hostId === null || isForeign(hostId, fact) ? null : hostId;
  },
  evolve: (row, fact) => {
    const { event } = fact;
    const known =
      row ?? unheard((event.type === "host.added" ? event.data.hostId : hostOf(fact)) as HostId, fact);
    return change(fact.by.kind === "host" ? heard(known, fact) : known, fact);
  },
};

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
});

/** The host was heard when the fact was recorded: our clock, not the host's. */
const heard = (row: HostRow, { recordedAt }: Fact): HostRow => ({
  ...row,
  freshness:
    row.freshness.state === "live" ? row.freshness : { state: "live", sinceAt: recordedAt, reason: null },
  lastHeardAt: later(row.lastHeardAt, recordedAt),
});

function change(row: HostRow, fact: Fact): HostRow {
  const { event } = fact;
  switch (event.type) {
    case "host.added":
      return { ...row, addedAt: row.addedAt ?? fact.recordedAt };
    case "host.described":
      return { ...row, ...event.data };
    case "host.heard":
      return beat(row, fact, event);
    case "host.silent":
      return silent(row, fact, event);
    case "epoch.started":
      return { ...row, epochCount: row.epochCount + 1 };
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
