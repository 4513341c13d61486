/**
 * Whether a host is behind with what it has to tell: its oldest unsent fact is older than 5 s (DESIGN 14.10). Policy refuses to write to such a host, so both
 * edges are facts. Pure.
 */
import { isCatchingUp } from "./beat.ts";
import { report, type Step, type Vigil } from "./liveness.ts";

/** It has caught up only well below the age at which it is behind, so that a host at the edge does not flap. */
export const CAUGHT_UP_MS = 2_500;
/** Edges of one host are at least so far apart, however often it says how it is. Long enough for the last one to be folded. */
export const EDGE_GAP_MS = 3_000;

/**
 * A heartbeat said how old the oldest unsent fact is, in ms; null where none waits. `isBehind` is what the log says, whichever ingest wrote it: so a word that
 * was missed is set right by the next heartbeat, and one that is said twice changes nothing.
 */
export function measure(
  vigil: Vigil,
  isBehind: boolean,
  oldestUnsentAgeMs: number | null,
  monoMs: number,
): Step {
  const isNow = isBehind ? (oldestUnsentAgeMs ?? 0) > CAUGHT_UP_MS : isCatchingUp(oldestUnsentAgeMs);
  const isSoon = vigil.edgeMonoMs !== null && monoMs - vigil.edgeMonoMs < EDGE_GAP_MS;
  if (isNow === isBehind || isSoon || !vigil.isConnected) return [vigil, null];
  return report({ ...vigil, edgeMonoMs: monoMs }, isNow ? "behind" : "caught_up", monoMs);
}
