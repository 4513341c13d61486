/** Write leases as they are seen outside. When one runs out is in the leader's memory alone, so a lease says how long it lasts after a renewal, and since when it is in force. */
import { FencingToken } from "@claw/events";
import { z } from "zod";
import type { LeaseRow } from "../command-rows.ts";
import { presentPrincipal, principalOrNull, PrincipalView } from "./principal.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const LeaseView = z
  .object({
    leaseId: z.string().describe("the id of the command that asked for it"),
    sessionId: z.string(),
    hostId: z.string(),
    endpointId: z.string(),
    holder: PrincipalView,
    token: FencingToken,
    ttlMs: z.int().min(1).describe("how long it lasts after it was granted or renewed"),
    state: z
      .enum(["offered", "inForce", "ended"])
      .describe("offered: the host has not fenced yet, and nobody may write by it"),
    offeredAt: IsoTime,
    offerUntil: IsoTime,
    grantedAt: IsoTime.nullable(),
    endedAt: IsoTime.nullable(),
    how: z.enum(["released", "expired", "broken", "lapsed", "yielded"]).nullable().describe("how it ended"),
    reason: z.string().nullable().describe("why it ended"),
    endedBy: PrincipalView.nullable().describe("who released or broke it; null where it ended by itself"),
  })
  .meta({ id: "Lease" });
export type LeaseView = z.infer<typeof LeaseView>;

export const presentLease = (row: LeaseRow): LeaseView => ({
  ...row,
  holder: presentPrincipal(row.holder),
  endedBy: principalOrNull(row.endedBy),
  offeredAt: isoOf(row.offeredAt),
  offerUntil: isoOf(row.offerUntil),
  grantedAt: isoOrNull(row.grantedAt),
  endedAt: isoOrNull(row.endedAt),
});
