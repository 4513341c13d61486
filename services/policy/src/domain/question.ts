/** What `decide` is asked: a command, who asks and when, and what intake found out about it. */
import type { Asked, Digest, Facts, Principal, RefusalCode } from "@claw/events";

/** What became of the command that used the same id before. */
export interface Earlier {
  readonly digest: Digest;
  readonly principal: Principal;
  readonly verdict:
    | { readonly decision: "accepted" }
    | { readonly decision: "refused"; readonly code: RefusalCode; readonly facts: Facts };
}

/** A secret in the command's text: its kind and place, never its value (DESIGN 14.14). */
export interface SecretSeen {
  readonly kind: string;
  readonly offset: number;
}

export interface Question extends Asked {
  readonly earlier: Earlier | null;
  readonly secret: SecretSeen | null;
}

export interface Refusal {
  readonly code: RefusalCode;
  readonly facts: Facts;
}
