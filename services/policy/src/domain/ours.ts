/** Which turns are ours: those in which nobody spoke but who asked the house for it. In doubt it is a person's (N1-015, DESIGN 6.2). */
import type { CommandId } from "@claw/events";
import { spawnBehind } from "./spawned.ts";
import type { SessionSight, Sight, TurnSight } from "./sight.ts";
import type { House } from "./state.ts";
import { MAX_COMMANDS } from "./turn-sights.ts";

/** `text`: it was said in the session because it was accepted for it. `reason`: it answered a question there, and only said why. */
type Part = "text" | "reason" | null;

/** What a command has to do with a session; null for one that was not accepted for it. The house forgets after a while what the session's row still holds. */
function partOf(house: House, sight: Sight, session: SessionSight, commandId: CommandId): Part {
  const { sessionId } = session;
  const command = house.commands.get(commandId);
  if (command?.sessionId === sessionId) {
    if (command.kind === "answer") return "reason";
    return command.kind === "send" ? "text" : null;
  }
  const accepted = session.accepted.find((one) => one.commandId === commandId);
  if (accepted !== undefined) return accepted.isAnswer === true ? "reason" : "text";
  return spawnBehind(house, sight, session)?.commandId === commandId ? "text" : null;
}

/** Something of ours was said in the turn. */
export const hasOurs = (
  house: House,
  sight: Sight,
  session: SessionSight,
  { commandIds }: TurnSight,
): boolean => commandIds.some((id) => partOf(house, sight, session, id) === "text");

/** Nothing else was said in it: no word of a person, and no mark that was not accepted for this session. */
export const isOurs = (house: House, sight: Sight, session: SessionSight, turn: TurnSight): boolean =>
  !turn.hasPerson &&
  turn.commandIds.length < MAX_COMMANDS &&
  hasOurs(house, sight, session, turn) &&
  turn.commandIds.every((id) => partOf(house, sight, session, id) !== null);
