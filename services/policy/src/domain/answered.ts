/** What was decided about questions of Codex, so that the house answers none twice. */
import type { CommandId, SessionId } from "@claw/events";
import { isOnItsWay } from "./desk.ts";
import type { Sight } from "./sight.ts";
import type { Answered, House, KnownCommand } from "./state.ts";

/** The newest decision about a question of that name, or null. */
export const newestAnswer = (house: House, sessionId: SessionId, requestId: string): Answered | null =>
  house.answers.get(sessionId)?.findLast((one) => one.requestId === requestId) ?? null;

/** The answer that its host has not told the end of, or null. */
export function answerOnItsWay(
  house: House,
  sight: Sight,
  sessionId: SessionId,
  requestId: string,
  at: number,
): KnownCommand | null {
  const newest = newestAnswer(house, sessionId, requestId);
  const command = newest === null ? undefined : house.commands.get(newest.commandId);
  return command !== undefined && isOnItsWay(command, sight, at) ? command : null;
}

/** True for an answer that was accepted, by what the house or the session's row remembers. */
export const wasDecided = (house: House, sight: Sight, sessionId: SessionId, id: CommandId): boolean =>
  house.answers.get(sessionId)?.some(({ commandId }) => commandId === id) === true ||
  sight.session(sessionId)?.accepted.some(({ commandId }) => commandId === id) === true;
