/** What is true of hosts only now: an overlay for readers, never part of a view. */
import type { Epoch, HostId } from "@claw/events";
import type { Switchboard } from "./board.ts";
import { isCatchingUp } from "./domain/beat.ts";

/** A host that is connected to this ingest now. Those of the other ingests are known by their beats. */
export interface ConnectedHost {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly connectorVersion: string;
  readonly connectedAt: number;
  readonly lastHeardAt: number | null;
  readonly rttMs: number | null;
  /** How far its clock is ahead of ours. */
  readonly clockOffsetMs: number | null;
  readonly outboxDepth: number;
  readonly oldestUnsentAgeMs: number | null;
  /** Its oldest unsent fact is older than 5 s: what we show of it is behind (DESIGN 14.10). */
  readonly isCatchingUp: boolean;
}

export const connectedHosts = ({ byHost, watch }: Switchboard): readonly ConnectedHost[] =>
  [...byHost.values()].flatMap(({ guest, hello, figures, connectedAt }) => {
    if (hello === null) return [];
    const { hostId } = guest;
    const { epoch, connectorVersion } = hello;
    const lastHeardAt = watch.vigils.get(hostId)?.lastHeardAt ?? null;
    const own = { hostId, epoch, connectorVersion, connectedAt, lastHeardAt };
    return [{ ...own, ...figures, isCatchingUp: isCatchingUp(figures.oldestUnsentAgeMs) }];
  });
