/** What `decide` is asked: a command, who asks and when, and what intake found out about it. */
import type { Asked, Command, Digest, Facts, Principal, RefusalCode, Verdict, Via } from "@claw/events";
import type { Sight } from "./sight.ts";

/** What became of the command that used the same id before. */
export interface Earlier {
  readonly digest: Digest;
  readonly principal: Principal;
  readonly verdict: Verdict;
}

/** A secret in the command's text: its kind and place, never its value (DESIGN 14.14). */
export interface SecretSeen {
  readonly kind: string;
  readonly offset: number;
}

export interface Question extends Asked {
  /** The command as the caller said it, where `command` is what it means by it (`asMeant`). */
  readonly asked?: Command;
  readonly earlier: Earlier | null;
  readonly secret: SecretSeen | null;
  /** The session that asks, and the turn it says it asks in; null for everybody who is no session. */
  readonly via: Via | null;
  /** The generation of the log, which is that of new tokens. */
  readonly generation: number;
  readonly sight: Sight;
}

export interface Refusal {
  readonly code: RefusalCode;
  readonly facts: Facts;
}
