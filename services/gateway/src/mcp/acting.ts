/**
 * What sessions, Claws and people ask for over MCP goes the way that everything goes (`routes/submit.ts`); here the answer is waited for and put into a model's
 * words.
 */
import type { Command } from "@claw/events";
import type { CommandRow } from "@claw/views";
import { Cause, Exit } from "effect";
import { z } from "zod";
import { FactsShape } from "../http/problem.ts";
import { presenterFor } from "../present.ts";
import { type CommandAnswer, verdictAnswer, withOutcome } from "../routes/command-answer.ts";
import { isOver, placeToWait } from "../routes/commands.ts";
import { submit } from "../routes/submit.ts";
import { waitUntilOver } from "../waiting/wait.ts";
import { lineOf } from "./domain/words.ts";
import type { Answered, ToolAsk } from "./tools/tool.ts";

export const CommandData = z.object({
  command_id: z.string(),
  session_id: z.string().nullable(),
  decision: z.literal("accepted"),
  outcome: z
    .enum(["succeeded", "failed", "expired", "unknown", "collided"])
    .nullable()
    .describe("what its host says became of it; null while nobody knows: ask again under the same name"),
  mode: z.string().nullable().describe("what was done: start, steer, interrupt, spawn"),
  turn_id: z.string().nullable(),
  failure: z
    .object({
      code: z.string(),
      reason: z.string().nullable(),
      remedy: z.string().nullable(),
      facts: FactsShape,
    })
    .nullable(),
  position: z.int().nullable(),
});
export type CommandData = z.infer<typeof CommandData>;

/** Asks for it as the caller, and waits for its end. Refuses (throws) what policy refuses. */
export async function act(
  { house, asking, left }: ToolAsk<unknown>,
  command: Command,
  waitMs: number,
): Promise<{ readonly answer: CommandAnswer; readonly row: CommandRow | null }> {
  const { commandId } = command;
  const place = placeToWait(house, asking.tokenId, "commands", commandId);
  try {
    const verdict = await submit(house, {
      command,
      principal: asking.principal,
      options: { via: asking.via },
    });
    const answer = verdictAnswer(commandId, verdict, false);
    if (verdict.entryId === null) return { answer, row: null };
    const look = () => {
      const row = house.reader().command(commandId);
      return { what: row, isOver: row !== null && isOver(row, "outcome") };
    };
    const exit = await house.run(waitUntilOver(place, look, { waitMs, left }));
    if (!Exit.isSuccess(exit)) throw Cause.squash(exit.cause);
    const row = exit.value.what;
    return { answer: withOutcome(answer, row, presenterFor(house, asking).command), row };
  } finally {
    place.leave();
  }
}

export function commandData(answer: CommandAnswer, sessionId: string | null): CommandData {
  const { commandId, outcome = null, mode = null, turnId = null, failure, position = null } = answer;
  return {
    command_id: commandId,
    session_id: sessionId,
    decision: "accepted",
    outcome,
    mode,
    turn_id: turnId === null ? null : lineOf(turnId),
    failure: failure === undefined ? null : failureData(failure),
    position,
  };
}

type Failure = NonNullable<CommandAnswer["failure"]>;

/** What a host says of a failure comes from outside, ids and figures though it should be. */
const failureData = ({ code, reason, remedy, facts }: Failure): CommandData["failure"] => ({
  code: lineOf(code),
  reason,
  remedy,
  facts: Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === "string" ? lineOf(value) : value]),
  ),
});

/** Outcomes after which what was asked for was not done. */
const UNDONE: ReadonlySet<CommandData["outcome"]> = new Set(["failed", "expired"]);

/** The answer of a command with `more` beside. */
export function acted<More extends object>(
  data: CommandData & More,
  ids: readonly string[] = [],
): Answered<CommandData & More> {
  const { command_id: id, session_id: session, outcome, mode, turn_id: turn, failure } = data;
  const parts = [
    `Command ${id} was accepted; outcome ${outcome ?? "not known yet"}${mode === null ? "" : ` (${mode})`}.`,
    ...(session === null ? [] : [`session_id ${session}`]),
    ...(turn === null ? [] : [`turn_id ${turn}`]),
    ...ids,
    ...(failure === null ? [] : [`${failure.code}: ${failure.reason ?? ""} ${failure.remedy ?? ""}`.trim()]),
  ];
  return { structured: data, text: parts.join("\n"), isFailure: UNDONE.has(outcome) };
}
