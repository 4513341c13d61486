/**
 * Which listed end of a turn to believe.
 *
 * A turn that is just beginning is listed as interrupted, as if its server had died, until the server has taken notice of it (seen with Codex
 * 0.169.0). Such an end bears no time, like that of a turn whose server did die. So it is told when a second look, at a thread that rests, says the
 * same: the first end that is told is the only one (W-24), and must not be a wrong one.
 */
import type { Turn } from "@claw/codex-rpc/protocol";

export interface Doubt {
  /** Oldest first; a doubted end is shown as a turn that still runs. */
  readonly turns: readonly Turn[];
  /** The turn that wants a second look, or null. */
  readonly doubted: string | null;
}

/** `before` is the turn that was doubted at the last look. */
export function doubt(before: string | null, turns: readonly Turn[], isActive: boolean): Doubt {
  const newest = turns.at(-1);
  const isSudden = newest?.status === "interrupted" && newest.completedAt == null;
  if (newest === undefined || !isSudden || (before === newest.id && !isActive))
    return { turns, doubted: null };
  return { turns: [...turns.slice(0, -1), { ...newest, status: "inProgress" }], doubted: newest.id };
}
