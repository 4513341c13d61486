/** Pages: older history that is not in the log, read from the host through its uplink, redacted there, and not logged (DESIGN 14.17). */
import type { Body, HostId, EndpointId, SealedEvent, SessionId } from "@claw/events";
import { Data, type Effect } from "effect";

export interface PageRequest {
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly sessionId: SessionId;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface HistoryPage {
  readonly events: readonly SealedEvent[];
  readonly bodies: readonly (Body | null)[];
  readonly nextCursor: string | null;
}

/** The host cannot give the page now: it is away, too slow (5 s), or says why not. */
export class PageUnavailable extends Data.TaggedError("PageUnavailable")<{ readonly reason: string }> {}

export interface Pages {
  readonly read: (request: PageRequest) => Effect.Effect<HistoryPage, PageUnavailable>;
}
