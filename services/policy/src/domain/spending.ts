/** What a first cause has spent, beside its commands: the model tokens of the turns that it had a part in. */
import type { SessionId } from "@claw/events";
import type { Sight } from "./sight.ts";
import { meantBy } from "./spawned.ts";
import type { House, Root } from "./state.ts";

/** The turn in which a person began is no cost of what came of it, and does not count. Turns that a session has long left behind are not seen any more. */
export function tokensOf(house: House, sight: Sight, { commandIds }: Root): number {
  const own = new Set<string>(commandIds);
  const sessions = new Set<SessionId>();
  for (const id of commandIds) {
    const command = house.commands.get(id);
    if (command !== undefined) sessions.add(meantBy(sight, command.sessionId));
  }
  let tokens = 0;
  for (const id of sessions)
    for (const turn of sight.session(id)?.turns ?? [])
      if (turn.commandIds.some((commandId) => own.has(commandId))) tokens += turn.tokens;
  return tokens;
}
