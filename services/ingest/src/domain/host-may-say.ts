/**
 * What a host may say, by lane. Everything else in the catalogue is ingest's or policy's to say, and a host that says it is refused.
 * A kind that this version does not know is kept as it is: who said it stands in the envelope, so nobody will take it for a decision.
 */
import type { EventType } from "@claw/events";

export const HOST_MAY_SAY: Readonly<Record<"host" | "session", ReadonlySet<string>>> = {
  host: new Set<EventType>([
    "host.described",
    "epoch.started",
    "outbox.gapped",
    "endpoint.described",
    "endpoint.became",
    "endpoint.misread",
  ]),
  session: new Set<EventType>([
    "session.observed",
    "session.became",
    "session.named",
    "session.closed",
    "session.reopened",
    "session.lost",
    "history.gapped",
    "turn.started",
    "turn.completed",
    "item.started",
    "item.completed",
    "usage.reported",
    "approval.requested",
    "approval.resolved",
  ]),
};
