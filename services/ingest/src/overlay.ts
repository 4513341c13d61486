/** What is true of hosts only now: an overlay for readers, never part of a view. */
import type { Epoch, HostId } from "@claw/events";
import type { Switchboard } from "./switchboard.ts";

/** A host that is connected now. */
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

const CATCHING_UP_MS = 5_000;

export const connectedHosts = ({ byHost, watch }: Switchboard): readonly ConnectedHost[] =>
  [...byHost.values()].flatMap(({ guest, hello, figures, connectedAt }) => {
    if (hello === null) return [];
    const { hostId } = guest;
    const { epoch, connectorVersion } = hello;
    const lastHeardAt = watch.vigils.get(hostId)?.lastHeardAt ?? null;
    const isCatchingUp = (figures.oldestUnsentAgeMs ?? 0) > CATCHING_UP_MS;
    return [{ hostId, epoch, connectorVersion, connectedAt, lastHeardAt, ...figures, isCatchingUp }];
  });
