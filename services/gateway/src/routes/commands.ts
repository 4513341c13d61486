/**
 * Commands: handed to policy with who asks, as the token proved it. The answer to an accepted one waits until the views show it, so that what
 * was just made can be used at once.
 */
import { Command, type Principal, refusalOf } from "@claw/events";
import { newId } from "@claw/runtime";
import type { GateVerdict } from "@claw/wire";
import { Cause, Effect, Exit } from "effect";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { route } from "../http/route.ts";
import type { House } from "../ports.ts";

/** How long an accepted command may wait for the views. */
const VIEWS_WAIT_MS = 2_000;

export const CommandAnswer = z.object({
  commandId: z.string(),
  decision: z.literal("accepted"),
  position: z.int().min(1),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;

/** A command as it comes in: with a `commandId` a repeat is the same command, without one the server makes it. */
const CommandBody = z.preprocess(
  (body) => (isNameless(body) ? { ...body, commandId: newId("cmd") } : body),
  Command,
);

const isNameless = (body: unknown): body is object =>
  typeof body === "object" && body !== null && !Array.isArray(body) && !Object.hasOwn(body, "commandId");

export const submitCommand = route({
  method: "post",
  path: "/api/commands",
  summary: "Ask policy for something",
  action: "command.submit",
  query: z.strictObject({ wait: z.enum(["decision"]).optional() }),
  body: CommandBody,
  answer: CommandAnswer,
  handle: async ({ house, caller, body }): Promise<CommandAnswer> => {
    const verdict = await submit(house, body, caller.principal);
    return answerOf(body.commandId, verdict);
  },
});

async function submit(house: House, command: Command, principal: Principal): Promise<GateVerdict> {
  const exit = await house.run(submitAndSee(house, command, principal));
  if (Exit.isSuccess(exit)) return exit.value;
  const failure = Cause.findErrorOption(exit.cause);
  if (failure._tag === "None") throw Cause.squash(exit.cause);
  throw new Refused("unavailable", {
    part: "policy",
    why: failure.value.reason,
    retryAfterMs: failure.value.retryAfterMs,
  });
}

const submitAndSee = Effect.fnUntraced(function* (house: House, command: Command, principal: Principal) {
  const verdict = yield* house.gate.submit(command, principal);
  if (verdict.decision === "accepted")
    yield* house.feed.reached(verdict.position).pipe(Effect.timeoutOption(VIEWS_WAIT_MS));
  return verdict;
});

/** A refusal is a problem with the status of its code, and says beside it which command was refused, and where that is recorded. */
function answerOf(commandId: string, verdict: GateVerdict): CommandAnswer {
  if (verdict.decision === "accepted")
    return { commandId, decision: verdict.decision, position: verdict.position };
  const { code, decision, facts, position } = verdict;
  const { reason, remedy } = refusalOf(code);
  throw new Refused(code, facts, { commandId, decision, refusal: { code, reason, remedy, facts }, position });
}
