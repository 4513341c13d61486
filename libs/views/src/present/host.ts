/** Hosts and endpoints as they are seen outside. */
import { safeEndpoint } from "@claw/redact";
import { Placement } from "@claw/events";
import { z } from "zod";
import type { EndpointRow, HostRow } from "../rows.ts";
import type { Asker } from "./asker.ts";
import { FreshnessView, freshnessView, isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const HostView = z
  .object({
    hostId: z.string(),
    hostname: z.string().nullable(),
    platform: z.string().nullable(),
    osRelease: z.string().nullable(),
    arch: z.string().nullable(),
    cpus: z.int().nullable(),
    memoryBytes: z.int().nullable(),
    connectorVersion: z.string().nullable(),
    nodeVersion: z.string().nullable(),
    freshness: FreshnessView,
    lastHeardAt: IsoTime.nullable(),
    rttMs: z.number().nullable(),
    clockOffsetMs: z.number().nullable(),
    outboxDepth: z.int().nullable(),
    epochCount: z.int().describe("lives of its outbox"),
    forks: z.int().describe("times that two facts claimed one place: a clone is at work"),
    lostFacts: z.int().describe("facts that its outbox had to let go of"),
    evidenceKept: z.int().describe("messages that were no facts and are kept as evidence"),
    addedAt: IsoTime.nullable(),
    group: z.string().describe("the group that looks after its sessions"),
    catchingUp: z
      .boolean()
      .nullable()
      .describe("true: facts wait on the host, what is shown of it is old; null: not connected"),
    placement: Placement.describe("whether new work may be placed on it"),
    placementReason: z.string().nullable().describe("what was said when that was last decided"),
    workspaceRoots: z.array(z.string()).describe("folders under which sessions may be spawned"),
    attempts: z.int().describe("calls with keys of its threads that these keys are not for"),
    lastAttemptAt: IsoTime.nullable(),
  })
  .meta({ id: "Host" });
export type HostView = z.infer<typeof HostView>;

/** What the last heartbeat of a connected host says, and no row holds: a row has what was true when it connected. */
export interface HostBeat {
  /** Epoch ms. */
  readonly heardAt: number;
  readonly rttMs: number | null;
  /** How far the host's clock is ahead of ours. */
  readonly clockOffsetMs: number | null;
  readonly outboxDepth: number;
  /** Its oldest unsent fact is older than 5 s, so what we show of it is behind (DESIGN 14.10). */
  readonly isCatchingUp: boolean;
}

/** A host, and its last heartbeat, null if none is known. */
export function presentHost(host: HostRow, beat: HostBeat | null, { nowMs }: Asker): HostView {
  const { unboundKeys: _, admission: __, ...row } = host;
  const heardAt = beat?.heardAt ?? null;
  const lastHeardAt = heardAt === null ? row.lastHeardAt : Math.max(heardAt, row.lastHeardAt ?? heardAt);
  const figures = beat ?? row;
  return {
    ...row,
    rttMs: figures.rttMs,
    clockOffsetMs: figures.clockOffsetMs,
    outboxDepth: figures.outboxDepth,
    freshness: freshnessView(row.freshness, lastHeardAt, nowMs),
    lastHeardAt: isoOrNull(lastHeardAt),
    addedAt: isoOrNull(row.addedAt),
    catchingUp: beat?.isCatchingUp ?? null,
    workspaceRoots: [...row.workspaceRoots],
    lastAttemptAt: isoOrNull(row.lastAttemptAt),
  };
}

export const EndpointView = z
  .object({
    endpointId: z.string(),
    hostId: z.string(),
    transport: z.enum(["unix", "websocket", "stdio"]).nullable(),
    address: z.string().nullable().describe("without user, query and path of a socket"),
    codexVersion: z.string().nullable(),
    startedByConnector: z.boolean(),
    state: z.enum(["connecting", "ready", "draining", "down"]),
    reason: z.string().nullable(),
    sinceAt: IsoTime,
    misreadFrames: z.int(),
  })
  .meta({ id: "Endpoint" });
export type EndpointView = z.infer<typeof EndpointView>;

/** An endpoint. Its address is made safe again here, whatever its host made of it (X1-024). */
export const presentEndpoint = (row: EndpointRow): EndpointView => ({
  endpointId: row.endpointId,
  hostId: row.hostId,
  transport: row.transport,
  address: addressOf(row),
  codexVersion: row.codexVersion,
  startedByConnector: row.startedByConnector,
  state: row.state,
  reason: row.reason,
  sinceAt: isoOf(row.sinceAt),
  misreadFrames: row.misreadFrames,
});

/** A child process has no address, only a command line, and that is nobody's business. */
function addressOf({ transport, address }: EndpointRow): string | null {
  if (address === null) return null;
  return transport === "stdio" ? "stdio:" : safeEndpoint(address);
}
