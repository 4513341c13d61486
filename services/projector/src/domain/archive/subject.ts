/** What an archive is of: one session, as its rows say it at one position. Pure. */
import type { ArchiveParts, Lifecycle } from "@claw/events";
import type { KeptSession } from "./kept.ts";

export interface Subject {
  readonly row: KeptSession;
  /** By the one table of lifecycles (ADR 0014). */
  readonly status: Lifecycle;
}

/** An archive as the rows know it: the newest of its session. */
export interface Archived {
  readonly version: number;
  readonly events: number;
  readonly status: string;
  readonly failure: string | null;
  readonly isFinal: boolean;
  readonly parts: ArchiveParts;
  /** Epoch ms. */
  readonly archivedAt: number;
  /** Epoch ms; null while it is there. */
  readonly deletedAt: number | null;
}

/** What a summary, and the decision that the archive is whole, say of a session beside its facts. */
export interface Standing {
  readonly status: Lifecycle;
  /** Why it failed, in one word; null where it did not. */
  readonly failure: "never_began" | "system_error" | null;
  /** It came to its end: `stopped` or `failed`. A session whose host is silent has not. */
  readonly isEnded: boolean;
}

export const standingOf = ({ row, status }: Subject): Standing => ({
  status,
  failure: status === "failed" ? (row.lifecycle === "failed" ? "never_began" : "system_error") : null,
  isEnded: status === "stopped" || status === "failed",
});

/** Whether the archive of a session that had ended is one of `now` as well (X1-036): count, terminal status and failure reason. */
export function isSame(before: Subject, now: Subject): boolean {
  const [was, is] = [standingOf(before), standingOf(now)];
  return before.row.factCount === now.row.factCount && was.status === is.status && was.failure === is.failure;
}
