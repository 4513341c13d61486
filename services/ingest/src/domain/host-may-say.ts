/**
 * What a host may say, by lane. Everything else in the catalogue is ingest's or policy's to say, and a host that says it is refused.
 * An outcome closes only the command that was accepted for that very host and session (`work.ts`; readers compare the same): one that names another's open
 * command is evidence, and one that names none that ingest knows of is a fact about the host and no more. It is not refused, because an ingest that came
 * late may not know the command yet, and an honest outcome that is lost is worse than a false one that closes nothing.
 * A kind that this version does not know is kept as it is: who said it stands in the envelope, so nobody will take it for a decision.
 */
import { type EventType, outcomeTypes } from "@claw/events";

export const HOST_MAY_SAY: Readonly<Record<"host" | "session", ReadonlySet<string>>> = {
  host: new Set<EventType>([
    "host.described",
    "epoch.started",
    "outbox.gapped",
    "endpoint.described",
    "endpoint.became",
    "endpoint.misread",
    "keys.registered",
    "key.bound",
  ]),
  session: new Set<EventType>([
    "session.observed",
    "session.became",
    "session.named",
    "session.closed",
    "session.reopened",
    "session.lost",
    "history.gapped",
    "session.bound",
    "turn.started",
    "turn.completed",
    "item.started",
    "item.completed",
    "usage.reported",
    "approval.requested",
    "approval.resolved",
    ...outcomeTypes,
    "lease.fenced",
  ]),
};
