/** What follows from an accepted spawn: where the session is made and what for. Its first text is the body of the entry. */
import { type CommandOf, type Instruction, type Origin, requestedSession } from "@claw/events";
import { askedOf, type Effects } from "./asked.ts";
import { nextToken } from "./desk.ts";
import { event } from "./event.ts";
import { placeBeside, placeFor, type Placing } from "./placing.ts";
import type { Question } from "./question.ts";
import { settingsFor } from "./sandboxes.ts";
import type { House } from "./state.ts";

type Spawning = CommandOf<"session.spawn"> | CommandOf<"session.fork">;

/** Where it would be made, or why nowhere; null for a fork of what nobody knows, which an earlier rule refuses. */
export function placingOf(house: House, question: Question, command: Spawning): Placing | null {
  if (command.type === "session.spawn") return placeFor(house, question, command);
  const session = question.sight.session(command.target.sessionId);
  return session === null ? null : placeBeside(house, question, session);
}

/** The session has the name that follows from the command until its host says which thread it became (DESIGN 14.16). */
export function spawned(house: House, question: Question, command: Spawning, origin: Origin): Effects {
  const placing = placingOf(house, question, command);
  if (placing === null || !("place" in placing))
    throw new TypeError("a spawn was accepted that no rule can have let pass");
  const { at, generation } = question;
  const { hostId, endpointId, workspace } = placing.place;
  const { commandId, purpose, text } = command;
  const settings = settingsFor(house, question, command);
  const sessionId = requestedSession(commandId);
  const forkOf = command.type === "session.fork" ? command.target.sessionId : null;
  const instruction: Instruction = {
    sessionId,
    endpointId,
    token: nextToken(house, sessionId, generation),
    act: { kind: "spawn", workspace, purpose, forkOf, settings },
  };
  const data = { ...askedOf(question), hostId, instruction, origin, deadlineAt: at + command.deadlineMs };
  return {
    events: [event("command.accepted", at, data, { text })],
    facts: { mode: "spawn", sessionId, hostId, endpointId },
  };
}
