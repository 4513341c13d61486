/** Tokens and quarantine as they are seen outside. */
import { Role } from "@claw/events";
import { z } from "zod";
import type { QuarantineRow } from "../log-rows.ts";
import type { TokenRow } from "../rows.ts";
import type { Asker } from "./asker.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const TokenView = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    role: Role,
    group: z.string().nullable().describe("the group of a Claw"),
    hostId: z.string().nullable(),
    state: z.enum(["valid", "expired", "revoked"]),
    createdAt: IsoTime,
    until: IsoTime.nullable(),
    revokedAt: IsoTime.nullable(),
  })
  .meta({ id: "Token" });
export type TokenView = z.infer<typeof TokenView>;

/** A token without what proves it: the digest never leaves (X1-029). */
export const presentToken = (row: TokenRow, { nowMs }: Asker): TokenView => ({
  tokenId: row.tokenId,
  name: row.principal.name,
  role: row.principal.role,
  group: row.principal.group ?? null,
  hostId: row.hostId,
  state: tokenState(row, nowMs),
  createdAt: isoOf(row.createdAt),
  until: isoOrNull(row.until),
  revokedAt: isoOrNull(row.revokedAt),
});

/** Whether a token opens anything at this time. */
export function tokenState({ until, revokedAt }: TokenRow, nowMs: number): TokenView["state"] {
  if (revokedAt !== null) return "revoked";
  return until !== null && until <= nowMs ? "expired" : "valid";
}

export const QuarantineView = z
  .object({
    position: z.int(),
    entryId: z.string(),
    lane: z.string(),
    eventType: z.string(),
    problem: z.string(),
    firstSeenAt: IsoTime,
    attempts: z.int(),
    state: z.enum(["open", "folded", "waived"]),
    reason: z.string().nullable().describe("why it was waived"),
  })
  .meta({ id: "Quarantine" });
export type QuarantineView = z.infer<typeof QuarantineView>;

export const presentQuarantine = (row: QuarantineRow): QuarantineView => ({
  ...row,
  firstSeenAt: isoOf(row.firstSeenAt),
});
