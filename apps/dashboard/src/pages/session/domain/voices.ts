/** Who says an item: a person, a command of ours, or Codex. A mark is text and can be copied, so it counts only with its command (ADR 0012, "Marks"). */
import type { CommandShape, ItemShape } from "../shapes.ts";

const MARK = "claw:";

export type Voice =
  | { readonly who: "person" }
  /** A user message with the mark of a command that was accepted for this very session. */
  | { readonly who: "command"; readonly command: CommandShape }
  /** It bears a mark, and its command is not among those that were read: older, or copied. Said as it is. */
  | { readonly who: "marked"; readonly commandId: string }
  | { readonly who: "codex" };

/** Commands by their id, as far as they were accepted for that session. */
export const acceptedIn = (
  commands: readonly CommandShape[],
  sessionId: string,
): ReadonlyMap<string, CommandShape> =>
  new Map(
    commands
      .filter((command) => command.decision === "accepted" && isFor(command, sessionId))
      .map((command) => [command.commandId, command]),
  );

const isFor = (command: CommandShape, sessionId: string): boolean =>
  command.sessionId === sessionId || command.spawnedSessionId === sessionId;

export function voiceOf(item: ItemShape, accepted: ReadonlyMap<string, CommandShape>): Voice {
  if (item.kind !== "userMessage") return { who: "codex" };
  const commandId = item.clientId?.startsWith(MARK) === true ? item.clientId.slice(MARK.length) : null;
  if (commandId === null) return { who: "person" };
  const command = accepted.get(commandId);
  return command === undefined ? { who: "marked", commandId } : { who: "command", command };
}
