/** A question as it is meant: a session that was asked for and has its thread is that thread, whichever of its names the caller uses (DESIGN 14.16). */
import type { Command, CommandOf } from "@claw/events";
import type { Question } from "./question.ts";
import { meantBy } from "./spawned.ts";
import type { Sight } from "./sight.ts";

/** The rules look at what is meant; what is recorded of the command is what was asked (`asked`). */
export function asMeant(question: Question): Question {
  const command = commandMeant(question.sight, question.command);
  return command === question.command ? question : { ...question, command, asked: question.command };
}

/** The command with its session under the name that it has now. A switch and its id stay as they are, so that what was halted under a name is lifted under it. */
export function commandMeant(sight: Sight, command: Command): Command {
  if ("target" in command) {
    const sessionId = meantBy(sight, command.target.sessionId);
    if (sessionId === command.target.sessionId) return command;
    return { ...command, target: { ...command.target, sessionId } } as Command;
  }
  if (command.type === "egress.register" && command.sessionId !== null)
    return { ...command, sessionId: meantBy(sight, command.sessionId) };
  if (command.type === "token.create" && command.root !== undefined)
    return { ...command, root: meantBy(sight, command.root) };
  if (!isOfScope(command) || command.scope !== "session" || command.id === null) return command;
  return { ...command, id: meantBy(sight, command.id as never) };
}

type OfScope = CommandOf<"policy.grant" | "policy.approvals" | "share.grant">;
const isOfScope = (command: Command): command is OfScope =>
  command.type === "policy.grant" || command.type === "policy.approvals" || command.type === "share.grant";
