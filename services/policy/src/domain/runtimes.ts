/** Runtimes that are registered: how they come to their end, and under which revision one begins anew (ADR 0014). */
import type { SessionId } from "@claw/events";
import type { House, KnownRuntime } from "./state.ts";

export type RuntimeEnd = "failed" | "expired" | "stopped";

/** How it came to its end by `at` (epoch ms), null while it lives. `failed` goes before `expired`, and that before `stopped` (X1-013), as in the views. */
export function endOf({ status, leaseUntil }: KnownRuntime, at: number): RuntimeEnd | null {
  if (status === "failed") return status;
  if (leaseUntil !== null && leaseUntil <= at) return "expired";
  return status === "stopped" ? status : null;
}

/** Since when nothing more is expected of it, epoch ms; null while it lives. */
export function endedAt(runtime: KnownRuntime, at: number): number | null {
  const end = endOf(runtime, at);
  if (end === null) return null;
  return end === "expired" && runtime.status !== "stopped" ? runtime.leaseUntil : runtime.at;
}

/** How long a runtime is remembered after its end, in ms: 30 days. */
export const RUNTIMES_KEPT_MS = 30 * 86_400_000;

/**
 * True for one that ended so long ago that it may be swept out at any moment. Nothing of it is changed any more, also before the sweep: the entry of the change itself
 * sweeps first, and its revision, which nobody would have kept, would be given a second time (X1-011).
 */
export function isForgotten(runtime: KnownRuntime, at: number): boolean {
  const ended = endedAt(runtime, at);
  return ended !== null && ended < at - RUNTIMES_KEPT_MS;
}

/** The revision under which a runtime begins, for the first time or anew. */
export const firstRevision = ({ runtimes, revisionFloor }: House, runtimeId: SessionId): number =>
  (runtimes.get(runtimeId)?.revision ?? revisionFloor) + 1;
