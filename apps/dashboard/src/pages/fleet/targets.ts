/** What interrupting the marked sessions would do to each, before it is done. Pure. */
import type { FleetRow } from "./rows.ts";

export interface Target {
  readonly row: FleetRow;
  /** The turn that would be ended; null: this one is skipped. */
  readonly turnId: string | null;
  readonly says: string;
}

/** When in doubt, skip: an interrupt names the turn that it means, and one that nobody knows is not ended by a guess (DESIGN 9). */
export function interruptTargets(rows: readonly FleetRow[]): readonly Target[] {
  return rows.map((row) => {
    const { session, fleet } = row;
    if (session === null) return skip(row, "not a Codex session");
    if (fleet.freshness !== "live") return skip(row, `turn unknown, host ${fleet.freshness}`);
    if (session.activity.type !== "active") return skip(row, `no turn, ${session.activity.type}`);
    const turn = session.lastTurn;
    if (turn === null || turn.status !== "inProgress") return skip(row, "turn unknown");
    return { row, turnId: turn.turnId, says: "interrupt" };
  });
}

const skip = (row: FleetRow, why: string): Target => ({ row, turnId: null, says: `skip: ${why}` });
