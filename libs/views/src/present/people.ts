/** What people do, as it is seen outside: what they share, where they look with a reason, what they put off, whose a unix user is, who is signed in (ADR 0014). */
import { Role, ShareLevel, ShareScope } from "@claw/events";
import { z } from "zod";
import type { AttentionActsRow, SharingRow, SignInRow } from "../people-rows.ts";
import type { OwnerRow } from "../registry-rows.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const ShareView = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("share"),
      scope: ShareScope,
      id: z.string().describe("the session, or the owner"),
      to: z.string(),
      level: ShareLevel.nullable().describe("null: it was taken back"),
      until: IsoTime.nullable(),
      by: z.string(),
      sinceAt: IsoTime,
    }),
    z.object({
      kind: z.literal("glass").describe("an admin looks at what is not theirs"),
      sessionId: z.string(),
      by: z.string(),
      until: IsoTime,
      reason: z.string(),
      sinceAt: IsoTime,
    }),
  ])
  .meta({ id: "Share" });
export type ShareView = z.infer<typeof ShareView>;

/** A share or a broken glass for those who may see it. */
export function presentShare(row: SharingRow): ShareView {
  const sinceAt = isoOf(row.sinceAt);
  if (row.kind === "glass") {
    const { kind, sessionId, by, until, reason } = row;
    return { kind, sessionId, by, until: isoOf(until), reason, sinceAt };
  }
  const { kind, scope, id, to, level, until, by } = row;
  return { kind, scope, id, to, level, until: isoOrNull(until), by, sinceAt };
}

export const AttentionActsView = z
  .object({
    key: z.string().describe("of the item"),
    snoozedUntil: IsoTime.nullable().describe("put off until then, for everybody"),
    snoozedBy: z.string().nullable(),
    snoozeReason: z.string().nullable(),
    assignedTo: z.string().nullable().describe("whose it is to look after"),
    assignedBy: z.string().nullable(),
    changedAt: IsoTime,
  })
  .meta({ id: "AttentionActs" });
export type AttentionActsView = z.infer<typeof AttentionActsView>;

/** As it was said, also where its time is over: whoever shows it compares. */
export const presentAttentionActs = (row: AttentionActsRow): AttentionActsView => ({
  key: row.key,
  snoozedUntil: isoOrNull(row.snoozedUntil),
  snoozedBy: row.snoozedBy,
  snoozeReason: row.snoozeReason,
  assignedTo: row.assignedTo,
  assignedBy: row.assignedBy,
  changedAt: isoOf(row.changedAt),
});

export const OwnerView = z
  .object({
    hostId: z.string(),
    unixUser: z.string(),
    owner: z.string().nullable().describe("null: it was taken back"),
  })
  .meta({ id: "Owner" });
export type OwnerView = z.infer<typeof OwnerView>;

/** Who a unix user of a host is. */
export const presentOwner = ({ hostId, unixUser, owner }: OwnerRow): OwnerView => ({
  hostId,
  unixUser,
  owner,
});

export const SignInView = z
  .object({
    signInId: z.string(),
    name: z.string(),
    role: Role,
    how: z.enum(["oidc", "token", "link"]),
    tokenId: z.string().nullable().describe("the token that it came from, whose end is its end"),
    until: IsoTime,
    closedAt: IsoTime.nullable(),
  })
  .meta({ id: "SignIn" });
export type SignInView = z.infer<typeof SignInView>;

/** Never its digest (X1-029). */
export const presentSignIn = (row: SignInRow): SignInView => ({
  signInId: row.signInId,
  name: row.principal.name,
  role: row.principal.role,
  how: row.how,
  tokenId: row.tokenId,
  until: isoOf(row.until),
  closedAt: isoOrNull(row.closedAt),
});
