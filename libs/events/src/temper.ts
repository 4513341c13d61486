/**
 * Who is muted: what follows from refusals that were written down (RELIABILITY §5: five a minute, then ten minutes). Policy decides by it and the views
 * show it, so both fold it here.
 */
import type { EventOf } from "./catalog.ts";
import type { CommandType } from "./command.ts";
import type { LimitName } from "./limits.ts";
import { isAutomation, type Writer, writerOf } from "./writer.ts";

type Refused = EventOf<"command.refused">;

/** A session or a Claw that was refused: how often in the minute that began at `since`, and until when it is muted. Epoch ms. */
export interface Temper {
  readonly since: number;
  readonly refusals: number;
  readonly mutedUntil: number | null;
}

const MINUTE_MS = 60_000;

/** Who wants to stop something, or keeps or gives back a lease, is never silenced for it; so it silences nobody either. */
const NEVER_MUTED: ReadonlySet<string> = new Set<CommandType>([
  "session.interrupt",
  "session.stop",
  "lease.renew",
  "lease.release",
]);
export const isMutable = (commandType: string): boolean => !NEVER_MUTED.has(commandType);

export const isMutedAt = ({ mutedUntil }: Temper, at: number): boolean =>
  mutedUntil !== null && at < mutedUntil;

/** Says nothing of its origin any more. */
export const isCalm = (temper: Temper, at: number): boolean =>
  !isMutedAt(temper, at) && !isWithinMinute(temper, at);

const isWithinMinute = ({ since }: Temper, at: number): boolean => Math.abs(at - since) < MINUTE_MS;

/** Whose temper a refusal is held against; null for people, who are never muted, and for what mutes nobody. */
export function refusedWriter({
  principal,
  viaSessionId,
  origin,
  commandType,
  code,
}: Refused["data"]): Writer | null {
  const writer = writerOf(principal, viaSessionId ?? origin?.path.at(-1) ?? null);
  return isAutomation(writer) && isMutable(commandType) && code !== "muted" ? writer : null;
}

/** The temper after one more refusal at `at`. While it is muted nothing is counted, so that asking prolongs nothing. `limitOf` says what a limit is then. */
export function refusedOnce(
  before: Temper | undefined,
  at: number,
  limitOf: (name: Extract<LimitName, `mute_${string}`>) => number,
): Temper {
  if (before !== undefined && isMutedAt(before, at)) return before;
  const isSameMinute = before !== undefined && before.mutedUntil === null && isWithinMinute(before, at);
  const refusals = (isSameMinute ? before.refusals : 0) + 1;
  return {
    since: isSameMinute ? before.since : at,
    refusals,
    mutedUntil: refusals >= limitOf("mute_refusals") ? at + limitOf("mute_ms") : null,
  };
}
