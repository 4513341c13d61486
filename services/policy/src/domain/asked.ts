/** How a decision names the command that it is about, and what it says of it. */
import { commandDigest, type Event, type EventOf, type Facts, SessionId } from "@claw/events";
import { event } from "./event.ts";
import type { Question } from "./question.ts";

type Asked = Pick<EventOf<"command.accepted">["data"], "commandId" | "commandType" | "digest" | "principal">;

export const askedOf = ({ command, principal, asked = command }: Question): Asked => ({
  commandId: command.commandId,
  commandType: command.type,
  digest: commandDigest(asked),
  principal,
});

/** Why, where the command has a reason and its caller said one: it stands in the acceptance of every such command, so that one place shows it (N1-009). */
export const reasonOf = ({ command }: Pick<Question, "command">): { readonly reason?: string } =>
  "reason" in command && command.reason !== undefined ? { reason: command.reason } : {};

/** The acceptance of what the house itself carries out: no host has to. `about` is the session in whose timeline it stands; null for none. */
export const acceptance = (question: Question, about: SessionId | null = aboutOf(question)): Event =>
  event("command.accepted", question.at, {
    ...askedOf(question),
    ...(about === null ? {} : { sessionId: about }),
    ...reasonOf(question),
  });

/** The session that a command names, or from which it comes as a report; null where it names none. */
function aboutOf({ command, via }: Question): SessionId | null {
  if (command.type === "progress.report") return via?.sessionId ?? null;
  if ("target" in command) return command.target.sessionId;
  if ("sessionId" in command) return command.sessionId;
  const isOfSession = "scope" in command && command.scope === "session" && "id" in command;
  return isOfSession ? (SessionId.safeParse(command.id).data ?? null) : null;
}

/** Without events there is nothing to record, and the facts are the whole answer. */
export interface Effects {
  readonly events: readonly Event[];
  readonly facts?: Facts;
}
