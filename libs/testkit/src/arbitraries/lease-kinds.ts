/** Random steps in the lives of leases. */
import fc from "fast-check";
import { principal } from "./causes.ts";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const lease = { leaseId: id.commandId, sessionId: id.sessionId };
const ended = fc.record({ ...lease, reason: id.label });

export const leaseKinds = {
  "lease.offered": kind(
    "lease.offered",
    fc.record({
      ...lease,
      hostId: id.hostId,
      endpointId: id.endpointId,
      holder: principal,
      token: id.fencingToken,
      ttlMs: fc.integer({ min: 1, max: 300_000 }),
      offerUntil: id.at,
    }),
  ),
  "lease.granted": kind("lease.granted", fc.record(lease)),
  "lease.released": kind("lease.released", ended),
  "lease.expired": kind("lease.expired", ended),
  "lease.broken": kind("lease.broken", ended),
  "lease.lapsed": kind("lease.lapsed", ended),
  "lease.yielded": kind("lease.yielded", ended),
} satisfies Partial<Kinds>;
