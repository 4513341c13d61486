/** Whose a message is. One rule for all who ask: when a person last spoke, and whether a turn is ours (PROTOCOL 3, N1-015). */
import { type Act, markedCommand } from "@claw/events";
import type { CommandRow } from "../command-rows.ts";
import type { EventIn, Fact, Lookup } from "./projection.ts";

/** True for a user message as it will stay: whose it is, is known when it is complete. */
export const isMessage = (event: Fact["event"]): event is EventIn<"item.completed"> =>
  event.type === "item.completed" && event.data.kind === "userMessage";

/** What puts words of ours into a turn; with a `decline` its reason goes in (ADR 0013). Nothing else does, so any other mark was copied. */
const SPEAKS: ReadonlySet<Act["kind"] | undefined> = new Set<Act["kind"]>(["send", "spawn", "answer"]);

/** `command`: it was accepted to be said in the session. `reason`: it says why a question was declined there, in whosever turn that was. */
export type Voice = "person" | "command" | "reason";

/** A message is a person's where no command explains it that was accepted to say something in the session: a mark can be copied. */
export function voiceOf(sessionId: string, { data }: EventIn<"item.completed">, rows: Lookup): Voice {
  const commandId = markedCommand(data.clientId);
  const command = commandId === null ? undefined : rows("commands", commandId);
  if (command === undefined || !isFor(command, sessionId)) return "person";
  return command.act?.kind === "answer" ? "reason" : "command";
}

/** A command that asks for a session is for that of its thread as well. */
const isFor = (
  { decision, act, sessionId: target, spawnedSessionId }: CommandRow,
  sessionId: string,
): boolean =>
  decision === "accepted" &&
  SPEAKS.has(act?.kind) &&
  (target === sessionId || spawnedSessionId === sessionId);
