/** How the uplink stands, in one phrase for people. */
import type { PartHealth } from "@claw/runtime";
import type { HostSide } from "@claw/wire";

/**
 * `waiting` is what the house has not confirmed. A machine that is being drained may be stopped when that is nothing: the ledger has all that it saw.
 */
export function standingOf(
  { phase, placement, lastReport }: Pick<HostSide, "phase" | "placement" | "lastReport">,
  waiting: number,
): PartHealth {
  if (phase !== "live") return { ok: false, detail: lastReport === "" ? phase : `${phase}: ${lastReport}` };
  if (placement === "draining")
    return {
      ok: true,
      detail:
        waiting === 0
          ? "draining: nothing waits, this machine may be stopped"
          : `draining: ${waiting} ${waiting === 1 ? "fact waits" : "facts wait"} to be confirmed`,
    };
  return {
    ok: true,
    detail: placement === "cordoned" ? "live, cordoned: no new work is placed here" : "live",
  };
}
