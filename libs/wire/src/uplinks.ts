/**
 * Which ingest has the uplink of a host. An ingest tells the others when it welcomed one; whoever has an older uplink of that host closes it
 * (DESIGN 14.10). On one machine there are no others.
 */
import type { HostId } from "@claw/events";
import type { Effect, Stream } from "effect";

export interface UplinkOpened {
  readonly hostId: HostId;
  readonly ingestId: string;
  /** Epoch ms of the ingest's clock. Of two uplinks the later one stays; at the same moment the greater nonce. */
  readonly openedAt: number;
  readonly nonce: string;
}

export interface Uplinks {
  readonly tell: (opened: UplinkOpened) => Effect.Effect<void>;
  /** What others tell, from now on. May lose some: then the host's own newer uplink closes the older at the connector's end. */
  readonly follow: Stream.Stream<UplinkOpened>;
}
