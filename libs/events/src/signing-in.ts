/** Sign-ins of people in browsers, and who may see what in a private house (ADR 0014). Lane: decided. Cookies are known by their digest alone (X1-029). */
import { z } from "zod";
import { Principal } from "./control.ts";
import { AtMs, CommandId, Digest, SessionId, TokenId } from "./ids.ts";
import { eventKind, Label, PlainLabel } from "./kind.ts";

const opened = {
  signInId: TokenId,
  digest: Digest,
  principal: Principal,
  how: z.enum(["oidc", "token", "link"]),
  /** The token that it came from, whose end is its end; null for OpenID Connect. */
  tokenId: TokenId.nullable(),
  until: AtMs,
} as const;

export const SignInOpened = eventKind({
  type: "signin.opened",
  version: 1,
  lane: "decided",
  data: z.object(opened),
  body: null,
});

export const SignInClosed = eventKind({
  type: "signin.closed",
  version: 1,
  lane: "decided",
  data: z.object({ signInId: TokenId, reason: Label }),
  body: null,
});

/** Only the house itself asks for it: a gateway that has proved who signs in. */
export const RecordSignIn = z.strictObject({
  type: z.literal("record.signin"),
  commandId: CommandId,
  ...opened,
});

export const RecordSignOut = z.strictObject({
  type: z.literal("record.signout"),
  commandId: CommandId,
  signInId: TokenId,
  reason: PlainLabel.min(1),
});

/** `viewer` sees what it is for; `controller` may act on it as well, as far as the role allows (X1-026). */
export const ShareLevel = z.enum(["viewer", "controller"]);
export type ShareLevel = z.infer<typeof ShareLevel>;

/** One session, or all of an owner. */
export const ShareScope = z.enum(["session", "owner"]);
export type ShareScope = z.infer<typeof ShareScope>;

const share = { scope: ShareScope, id: Label, to: Label } as const;

/** `level` null takes it back. */
export const ShareGranted = eventKind({
  type: "share.granted",
  version: 1,
  lane: "decided",
  data: z.object({ ...share, level: ShareLevel.nullable(), until: AtMs.nullable(), by: Label }),
  body: null,
});

/** An admin sees a session of others in full until then, and said why (DESIGN 14.20). */
export const GlassBroken = eventKind({
  type: "glass.broken",
  version: 1,
  lane: "decided",
  data: z.object({ sessionId: SessionId, by: Label, until: AtMs, reason: Label }),
  body: null,
});

/** By the owner of what is shared, or an admin. */
export const ShareCommand = z.strictObject({
  type: z.literal("share.grant"),
  commandId: CommandId,
  scope: ShareScope,
  id: PlainLabel.min(1),
  to: PlainLabel.min(1),
  level: ShareLevel.nullable(),
  until: AtMs.nullable().default(null),
});

export const ShareBreakGlass = z.strictObject({
  type: z.literal("share.break_glass"),
  commandId: CommandId,
  target: z.strictObject({ sessionId: SessionId }),
  reason: PlainLabel.min(1),
});
