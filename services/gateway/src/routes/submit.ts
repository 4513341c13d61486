/** The one way to policy: every surface that lets somebody ask for something comes through here (DESIGN 6.2.1). */
import type { GateClosed, GateVerdict } from "@claw/wire";
import { Cause, type Effect, Exit } from "effect";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";
import { type Accepted, acceptedOrRefused } from "./command-answer.ts";
import { refuseOutOfSight } from "./out-of-sight.ts";
import { type Submission, submitAndSee } from "./see.ts";

/** What policy accepted. Refuses (throws) what policy refuses, and what it cannot answer now. */
export const submit = (house: House, asked: Submission): Promise<Accepted> =>
  judged(house, asked, house.gate.submit(asked.command, asked.principal, asked.options));

/** The same, and the views show it: what was just made can be used at once. */
export const submitUntilSeen = (house: House, asked: Submission): Promise<Accepted> =>
  judged(house, asked, submitAndSee(house, asked));

async function judged(
  house: House,
  asked: Submission,
  asking: Effect.Effect<GateVerdict, GateClosed>,
): Promise<Accepted> {
  refuseBeyondLedger(house, asked);
  refuseOutOfSight(house, asked);
  const exit = await house.run(asking);
  if (Exit.isSuccess(exit))
    return acceptedOrRefused(asked.command.commandId, exit.value, asked.options.isDryRun === true);
  const failure = Cause.findErrorOption(exit.cause);
  if (failure._tag === "None") throw Cause.squash(exit.cause);
  throw new Refused("unavailable", {
    part: "policy",
    why: failure.value.reason,
    retryAfterMs: failure.value.retryAfterMs,
  });
}

/** Policy cannot see how far the ledger is. Whoever may not trim at all is refused by policy, which records it. */
function refuseBeyondLedger(house: House, { command, principal }: Submission): void {
  if (command.type !== "log.trim" || principal.role !== "admin") return;
  const position = house.reader().position();
  if (command.before > position)
    throw new Refused(
      "not_in_the_ledger",
      { before: command.before, position },
      { commandId: command.commandId, decision: "refused" },
    );
}
