/** Which turn a write is meant for. When in doubt nothing is done: a turn that nobody can name is never guessed (S1-089…091). */
import type { CommandOf, TurnId } from "@claw/events";
import type { Facts } from "@claw/events";
import type { Refusal } from "./question.ts";
import type { SessionSight } from "./sight.ts";

export type Plan =
  | { readonly act: "start"; readonly expectedTurnId: null }
  | { readonly act: "steer" | "interrupt"; readonly expectedTurnId: TurnId };

/** How long what the host knows may take to be seen, in ms. */
const SOON_MS = 500;
/** Codex's words for a thread in which a turn can be started. A word that we do not know allows nothing. */
const CAN_START: ReadonlySet<string> = new Set(["idle", "notLoaded", "systemError"]);

type Write = CommandOf<"session.send"> | CommandOf<"session.interrupt">;

/** What is to be done, or why it cannot be. */
export const planOf = (session: SessionSight, command: Write): Plan | Refusal =>
  isActive(session) ? planInto(session, command) : planIdle(session, command);

/** Told apart by their fields: a refusal has a code. */
export const isRefusal = (plan: Plan | Refusal): plan is Refusal => "code" in plan;

const isActive = ({ activity, activeTurnId }: SessionSight): boolean =>
  activity === "active" || activeTurnId !== null;

function planInto(session: SessionSight, command: Write): Plan | Refusal {
  const { activeTurnId } = session;
  const { expectedTurnId } = command;
  if (command.type === "session.send" && command.mode === "start")
    return { code: "session_active", facts: seen(session, command) };
  if (activeTurnId === null) return unknown(session, command);
  if (expectedTurnId !== null && expectedTurnId !== activeTurnId)
    return { code: "turn_mismatch", facts: seen(session, command) };
  return { act: command.type === "session.send" ? "steer" : "interrupt", expectedTurnId: activeTurnId };
}

/** A turn that is named but not known may have begun a moment ago. One that is known is over. */
function planIdle(session: SessionSight, command: Write): Plan | Refusal {
  const { turns, activity } = session;
  const { expectedTurnId } = command;
  if (expectedTurnId !== null && !turns.some(({ turnId }) => turnId === expectedTurnId))
    return unknown(session, command);
  const isStart = command.type === "session.send" && command.mode !== "steer" && expectedTurnId === null;
  if (!isStart) return { code: "session_idle", facts: seen(session, command) };
  return CAN_START.has(activity) ? { act: "start", expectedTurnId: null } : unknown(session, command);
}

const unknown = (session: SessionSight, command: Write): Refusal => ({
  code: "turn_unknown",
  facts: { ...seen(session, command), retryAfterMs: SOON_MS },
});

const seen = ({ sessionId, activity, activeTurnId }: SessionSight, { expectedTurnId }: Write): Facts => ({
  sessionId,
  activity,
  activeTurnId,
  expectedTurnId,
});
