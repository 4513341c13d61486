/**
 * What a command comes to in the thread as it is this moment (S1-089…S1-091). Pure: when in doubt, it is refused. Codex itself would steer whatever turn
 * runs (PROTOCOL §0.4), so this is the only place where a send to a busy thread is stopped.
 */
import type { RefusalCode, TurnAct } from "@claw/events";
import type { Outcome } from "./fence.ts";
import { turnIdOf } from "./names.ts";

/** A thread as its server shows it. Ids are Codex's own. */
export interface Seen {
  /** Codex's word: `idle`, `active`, `systemError`, `notLoaded`, or one that is not known here. */
  readonly status: string;
  /** False while its first turn is just beginning. */
  readonly isListable: boolean;
  /** Null when no turn can be seen; `isOver` says whether it still runs. */
  readonly newest: {
    readonly turnId: string;
    readonly isOver: boolean;
    /** Codex says when it ended. */
    readonly hasEnd: boolean;
  } | null;
}

/**
 * Codex lists a turn that is just beginning as over, without the time of an end; so does it one whose server was killed. At rest with such a turn,
 * the thread deserves a second look before somebody is spoken into.
 */
export const mayBegin = ({ newest, isListable }: Seen): boolean =>
  !isListable || (newest !== null && newest.isOver && !newest.hasEnd);

export type Plan =
  /** `isLoaded` false: resume the thread first, then look again. */
  | { readonly type: "start"; readonly isLoaded: boolean }
  | { readonly type: "steer" | "interrupt"; readonly turnId: string }
  | {
      readonly type: "fail";
      readonly outcome: Outcome;
      /** A turn that begins right now looks like this for a moment: look again before it is final. */
      readonly mayChange: boolean;
    };

const RESTING: ReadonlySet<string> = new Set(["idle", "systemError", "notLoaded"]);

export function plan(act: TurnAct, seen: Seen): Plan {
  const running = seen.newest?.isOver === false ? seen.newest.turnId : null;
  if (running === null && RESTING.has(seen.status)) return atRest(act, seen);
  if (running === null) return fail("turn_unknown", { status: seen.status }, true);
  const activeTurnId = turnIdOf(running);
  const { expectedTurnId } = act;
  if (act.kind === "send" && (act.mode === "start" || expectedTurnId === null))
    return fail("session_active", { activeTurnId });
  if (expectedTurnId === null) return fail("turn_unknown", { activeTurnId });
  if (expectedTurnId !== activeTurnId) return fail("turn_mismatch", { activeTurnId, expectedTurnId });
  return { type: act.kind === "send" ? "steer" : "interrupt", turnId: running };
}

function atRest(act: TurnAct, { status }: Seen): Plan {
  // What was decided as a word into a turn starts none: that start would be counted nowhere (S1-091).
  if (act.kind === "send" && act.mode !== "steer" && act.expectedTurnId === null)
    return { type: "start", isLoaded: status !== "notLoaded" };
  return fail("session_idle", {});
}

const fail = (
  code: RefusalCode,
  facts: Extract<Outcome, { type: "command.failed" }>["facts"],
  mayChange = false,
): Plan => ({ type: "fail", outcome: { type: "command.failed", code, facts }, mayChange });
