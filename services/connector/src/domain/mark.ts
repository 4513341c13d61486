/**
 * What a thread's turns say of a command whose call is over, or whose answer was lost: its mark is the client id of the user message that it became
 * (PROTOCOL §3). Start is not start: Codex steers silently when a turn runs, so the first message of the turn tells whose it is (DESIGN 14.11).
 * Detection, not prevention.
 */
import { markOf } from "@claw/events";
import type { CommandOrder, CommandRow, Outcome } from "./fence.ts";
import { turnIdOf } from "./names.ts";

/** A turn that may hold the mark. Ids are Codex's own. */
export interface TurnSeen {
  readonly turnId: string;
  /** Codex's word: `inProgress`, `completed`, `interrupted`, `failed`. */
  readonly status: string;
  /** The client ids of its user messages, oldest first. */
  readonly clientIds: readonly (string | null)[];
  /** All of its items were read. */
  readonly isWhole: boolean;
}

export type Finding =
  | { readonly type: "settled"; readonly outcome: Outcome }
  /** Nothing of it is there, and nothing that runs could still show it. */
  | { readonly type: "absent" }
  /** It may still show, or be told apart: look again. */
  | { readonly type: "unsure"; readonly reason: string };

type Sought = Pick<CommandRow, "commandId" | "call">;

/**
 * `turns` are those in which it can be, oldest first: the one that Codex named in its answer (`replied`) or that was to be steered; where a start had no
 * answer, `call.after` and all that came after it. `isComplete`: all of them were read.
 */
export function findMark(
  { commandId, call }: Sought,
  turns: readonly TurnSeen[],
  replied: string | null,
  isComplete: boolean,
): Finding {
  if (call?.mode === "interrupt") return findInterrupt(turns);
  const mark = markOf(commandId);
  const found = turns.find(({ clientIds }) => clientIds.includes(mark));
  if (found !== undefined) return { type: "settled", outcome: told(found, mark, modeOf(call)) };
  const answered = turns.find(({ turnId }) => turnId === replied);
  // Somebody else's word came first; ours follows or is lost with the turn.
  const isStart = call?.mode === "start" || call?.mode === "spawn";
  if (isStart && answered !== undefined && answered.clientIds.length > 0)
    return { type: "settled", outcome: { type: "command.collided", turnId: turnIdOf(answered.turnId) } };
  if (!isComplete || turns.some(({ isWhole }) => !isWhole)) return unsure("too_long");
  if (turns.some(({ status }) => status === "inProgress")) return unsure("turn_runs");
  // Its messages die with a server that is killed as the turn begins; whose turn it was can then never be told.
  const isMute = turns.some(({ turnId, clientIds }) => clientIds.length === 0 && turnId !== call?.after);
  if (isMute) return unsure("turn_without_message");
  return replied === null ? { type: "absent" } : unsure("turn_gone");
}

type Spoken = "start" | "steer" | "spawn";
const modeOf = (call: Sought["call"]): Spoken =>
  call?.mode === "steer" || call?.mode === "spawn" ? call.mode : "start";

function told({ turnId: id, clientIds }: TurnSeen, mark: string, mode: Spoken): Outcome {
  const turnId = turnIdOf(id);
  return mode === "steer" || clientIds[0] === mark
    ? { type: "command.succeeded", mode, turnId }
    : { type: "command.collided", turnId };
}

/** What became of a command of which the outbox knows nothing any more, but whose mark stands in this turn. */
export function recall({ commandId, instruction }: CommandOrder, turn: TurnSeen): Outcome {
  const { act } = instruction;
  const isSteered = act.kind === "send" && act.expectedTurnId === turnIdOf(turn.turnId);
  const mark = markOf(commandId);
  return told(turn, mark, isSteered && turn.clientIds[0] !== mark ? "steer" : "start");
}

/** An interruption leaves no mark; that its turn was interrupted is all that was wanted. */
function findInterrupt([turn]: readonly TurnSeen[]): Finding {
  if (turn === undefined) return unsure("turn_gone");
  if (turn.status === "inProgress") return unsure("turn_runs");
  return {
    type: "settled",
    outcome:
      turn.status === "interrupted"
        ? { type: "command.succeeded", mode: "interrupt", turnId: turnIdOf(turn.turnId) }
        : { type: "command.failed", code: "session_idle", facts: {} },
  };
}

const unsure = (reason: string): Finding => ({ type: "unsure", reason });
