/** Approvals, tokens and quarantine as they are seen outside. */
import { Role } from "@claw/events";
import { z } from "zod";
import type { ApprovalRow, QuarantineRow, TokenRow } from "../rows.ts";
import { type Asker, transcriptText } from "./asker.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const ApprovalView = z
  .object({
    sessionId: z.string(),
    requestId: z.string(),
    kind: z.string(),
    turnId: z.string().nullable(),
    itemId: z.string().nullable(),
    subject: z.string().nullable().describe("null for those who may not read transcripts"),
    reason: z.string().nullable().describe("null for those who may not read transcripts"),
    availableDecisions: z.array(z.string()),
    state: z.enum(["open", "closed"]),
    openedAt: IsoTime,
    ageMs: z.int().min(0).nullable().describe("how long it has been open; null once it is closed"),
    closedAt: IsoTime.nullable(),
    how: z.string().nullable().describe("what closed it"),
  })
  .meta({ id: "Approval" });
export type ApprovalView = z.infer<typeof ApprovalView>;

export const presentApproval = (row: ApprovalRow, asker: Asker): ApprovalView => ({
  sessionId: row.sessionId,
  requestId: row.requestId,
  kind: row.kind,
  turnId: row.turnId,
  itemId: row.itemId,
  subject: transcriptText(asker, row.subject),
  reason: transcriptText(asker, row.reason),
  availableDecisions: [...row.availableDecisions],
  state: row.closedAt === null ? "open" : "closed",
  openedAt: isoOf(row.openedAt),
  ageMs: row.closedAt === null ? Math.max(0, Math.round(asker.nowMs - row.openedAt)) : null,
  closedAt: isoOrNull(row.closedAt),
  how: row.how,
});

export const TokenView = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    role: Role,
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
