/**
 * Finds out what became of a command whose call may have been made: right after a start, to see whose turn it is; after a lost answer; and after a
 * restart. Nothing is ever called again (N1-005). What cannot be found out is said to be unknown, and resolved once if it shows later.
 */
import { Effect } from "effect";
import type { CommandRow } from "../domain/fence.ts";
import type { Finding } from "../domain/mark.ts";
import { pauseMs } from "../domain/patience.ts";
import { conclude } from "./conclude.ts";
import { look } from "./search.ts";
import type { PerformTools } from "./tools.ts";

export const INVESTIGATION = {
  /** After this it is said to be unknown, and looked for at greater distances. */
  unknownAfterMs: 30_000,
  /** A thread that shows nothing of it for so long never will: what a server has taken shows within tens of milliseconds. */
  settledAfterMs: 2_000,
  pauseMs: 1_000,
  pauseWhenUnknownMs: 30_000,
} as const;

/** What no later look will change. */
const HOPELESS: ReadonlySet<string> = new Set(["turn_without_message", "turn_gone", "too_long"]);

/** Ends when the outcome is final, or no look will make it so. `said` runs once, as soon as something was said of it. */
export const investigate = Effect.fnUntraced(function* (
  tools: PerformTools,
  begun: CommandRow,
  replied: string | null,
  said: () => void,
) {
  const { clocks, outbox } = tools;
  const beganAt = clocks.monoMs();
  let row = begun;
  let steady = { word: "", since: beganAt };
  for (let looks = 0; ; looks += 1) {
    const finding = yield* look(tools, row, replied);
    const now = clocks.monoMs();
    const word = wordOf(finding);
    steady = word === steady.word ? steady : { word, since: now };
    const verdict = judge(finding, now - steady.since, row.phase === "unknown" ? 0 : now - beganAt);
    if (verdict !== null) {
      conclude(tools, row, verdict);
      said();
      const isFinal =
        verdict.type !== "command.unknown" || (finding.type === "unsure" && isHopeless(finding));
      if (isFinal) return;
      row = outbox.commands.kept(row.commandId, row.sessionId).row ?? row;
    }
    const most = row.phase === "unknown" ? INVESTIGATION.pauseWhenUnknownMs : INVESTIGATION.pauseMs;
    yield* Effect.sleep(pauseMs(looks, most));
  }
});

const wordOf = (finding: Finding): string => (finding.type === "unsure" ? finding.reason : finding.type);
const isHopeless = ({ reason }: Extract<Finding, { type: "unsure" }>): boolean => HOPELESS.has(reason);

/** What to say now, or null to look again. */
function judge(finding: Finding, steadyMs: number, elapsedMs: number) {
  if (finding.type === "settled") return finding.outcome;
  const isSettled = steadyMs >= INVESTIGATION.settledAfterMs;
  if (finding.type === "absent")
    return isSettled ? ({ type: "command.failed", code: "not_delivered", facts: {} } as const) : null;
  const isLost = isSettled && isHopeless(finding);
  return isLost || elapsedMs >= INVESTIGATION.unknownAfterMs
    ? ({ type: "command.unknown", reason: finding.reason } as const)
    : null;
}
