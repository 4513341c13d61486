/**
 * The life of a writer lease, as policy decided it. A grant has two phases: offered, then fenced by the host (`lease.fenced`), and only then granted, so
 * that whoever is told of a lease can be sure that no older token acts any more (DESIGN 6.2). Renewals are not in the log (DESIGN 14.8). Lane: decided.
 */
import { z } from "zod";
import { Principal } from "./control.ts";
import { AtMs, CommandId, EndpointId, HostId, SessionId } from "./ids.ts";
import { FencingToken } from "./instruction.ts";
import { eventKind, Label } from "./kind.ts";

/** A lease is named by the command that asked for it. */
export const LeaseId = CommandId;
export type LeaseId = z.infer<typeof LeaseId>;

const lease = { leaseId: LeaseId, sessionId: SessionId };

export const LeaseOffered = eventKind({
  type: "lease.offered",
  version: 1,
  lane: "decided",
  data: z.object({
    ...lease,
    hostId: HostId,
    endpointId: EndpointId,
    holder: Principal,
    token: FencingToken,
    ttlMs: z.int().min(1),
    /** The host has to have fenced by then, or the offer lapses. */
    offerUntil: AtMs,
  }),
  body: null,
});

/** The host has fenced: from here on the lease is in force. */
export const LeaseGranted = eventKind({
  type: "lease.granted",
  version: 1,
  lane: "decided",
  data: z.object(lease),
  body: null,
});

const ended = <Type extends string>(type: Type) =>
  eventKind({
    type,
    version: 1,
    lane: "decided",
    data: z.object({ ...lease, reason: Label }),
    body: null,
  });

/** Its holder gave it back. */
export const LeaseReleased = ended("lease.released");
/** Nobody renewed it for its whole TTL, by the leader's monotonic clock. */
export const LeaseExpired = ended("lease.expired");
/** An operator took it away, and said why. */
export const LeaseBroken = ended("lease.broken");
/** The host did not fence in time: it was never in force. */
export const LeaseLapsed = ended("lease.lapsed");
/** A person typed in the session: people win at once (N1-020). */
export const LeaseYielded = ended("lease.yielded");
