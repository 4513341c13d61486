/** The rows of what people do: sign in, share, look where they may not usually, and look after what needs somebody (ADR 0014). Times are epoch ms. */
import type { Digest, Principal, SessionId, ShareLevel, ShareScope, TokenId } from "@claw/events";

/** A person's sign-in in a browser, and the digest that proves it (X1-029). Key: signInId. */
export interface SignInRow {
  readonly signInId: TokenId;
  readonly digest: Digest;
  readonly principal: Principal;
  readonly how: "oidc" | "token" | "link";
  /** The token that it came from, whose end is its end; null for OpenID Connect. */
  readonly tokenId: TokenId | null;
  readonly until: number;
  /** When it was closed, once and for ever; null while it is open. That its time is over no fact says: whoever reads compares. */
  readonly closedAt: number | null;
}

/** What was shared with somebody. `level` null: it was taken back. Key: `share/<scope>/<digest of what and to whom>`, because a name may be longer than a key. */
export interface ShareRow {
  readonly kind: "share";
  readonly scope: ShareScope;
  readonly id: string;
  readonly to: string;
  readonly level: ShareLevel | null;
  /** From then on it says nothing; null: it has no end. */
  readonly until: number | null;
  readonly by: string;
  readonly sinceAt: number;
}

/** An admin looks at a session of others in full until then (DESIGN 14.20). Key: `glass/<sessionId>/<digest of by>`. */
export interface GlassRow {
  readonly kind: "glass";
  readonly sessionId: SessionId;
  readonly by: string;
  readonly until: number;
  readonly reason: string;
  readonly sinceAt: number;
}

export type SharingRow = ShareRow | GlassRow;

/** What people did about one item of attention. Key: the item's key. */
export interface AttentionActsRow {
  readonly key: string;
  /** Put off until then, for everybody; null: it is shown. */
  readonly snoozedUntil: number | null;
  readonly snoozedBy: string | null;
  readonly snoozeReason: string | null;
  /** Whose it is to look after; null is nobody's. */
  readonly assignedTo: string | null;
  readonly assignedBy: string | null;
  readonly changedAt: number;
}
