/**
 * Commands: handed to policy with who asks, as the token proved it. The answer to an accepted one waits until the views show it, so that what
 * was just made can be used at once; with `wait` it waits for what becomes of it (DESIGN 14.19).
 */
import { Command } from "@claw/events";
import { newId } from "@claw/runtime";
import { type CommandRow, isFinal, IN_PROGRESS } from "@claw/views";
import { Cause, type Effect, Exit } from "effect";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { flag, wholeNumber } from "../http/query.ts";
import { type Ask, route, StillOpen } from "../http/route.ts";
import type { House } from "../ports.ts";
import { presenterFor } from "../present.ts";
import { waitUntilOver } from "../waiting/wait.ts";
import { type AwaitedView, MAX_PER_TOKEN, type Place } from "../waiting/waiters.ts";
import {
  CommandAnswer,
  leaseIsOver,
  verdictAnswer,
  withLease,
  withOutcome,
  withRequested,
} from "./command-answer.ts";
import { submit, submitUntilSeen } from "./submit.ts";

/** How long a caller waits for an end, in ms: usually, and at most (DESIGN 14.19). */
const WAIT_MS = 30_000;
const MAX_WAIT_MS = 120_000;
/** When a caller who found no place to wait may come again. */
const FULL_RETRY_MS = 1_000;

/** A command as it comes in: with a `commandId` a repeat is the same command, without one the server makes it. */
const CommandBody = z.preprocess(
  (body) => (isNameless(body) ? { ...body, commandId: newId("cmd") } : body),
  Command,
);

const isNameless = (body: unknown): body is object =>
  typeof body === "object" && body !== null && !Array.isArray(body) && !Object.hasOwn(body, "commandId");

const Query = z.strictObject({
  wait: z
    .enum(["decision", "outcome", "turn"])
    .default("decision")
    .describe(
      "For what: the verdict; what its host reports, or that the lease is in force; the end of the turn.",
    ),
  waitMs: wholeNumber
    .transform(Number)
    .pipe(z.int().max(MAX_WAIT_MS))
    .default(WAIT_MS)
    .describe(`How long to wait for it, at most ${MAX_WAIT_MS} ms; then 202.`),
  dryRun: flag.describe("Only say what would be decided."),
});
type Submitted = Ask<z.output<typeof Query>, Command>;
type Answer = CommandAnswer | StillOpen<CommandAnswer>;

export const submitCommand = route({
  method: "post",
  path: "/api/commands",
  summary: "Ask policy for something",
  action: "command.submit",
  query: Query,
  body: CommandBody,
  answer: CommandAnswer,
  mayStayOpen: true,
  handle: (ask) => (ask.query.dryRun || ask.query.wait === "decision" ? decided(ask) : ended(ask)),
});

const asked = ({ body, caller, query }: Submitted) => ({
  command: body,
  principal: caller.principal,
  options: { via: null, isDryRun: query.dryRun },
});

async function decided(ask: Submitted): Promise<CommandAnswer> {
  const { house, query, body } = ask;
  const verdict = await submitUntilSeen(house, asked(ask));
  const answer = verdictAnswer(body.commandId, verdict, query.dryRun);
  if (query.dryRun) return answer;
  return isForLease(body)
    ? withLease(answer, house.reader().lease(body.commandId))
    : withRequested(answer, body);
}

const isForLease = ({ type }: Command): boolean => type === "lease.acquire";

async function ended(ask: Submitted): Promise<Answer> {
  const { house, caller, body } = ask;
  const view = isForLease(body) ? "leases" : "commands";
  const place = placeToWait(house, caller.tokenId, view, body.commandId);
  try {
    const verdict = await submit(house, asked(ask));
    const answer = withRequested(verdictAnswer(body.commandId, verdict, false), body);
    if (verdict.entryId === null) return answer;
    return await (isForLease(body) ? leaseEnded(ask, place, answer) : commandEnded(ask, place, answer));
  } finally {
    place.leave();
  }
}

/** Where a caller waits, taken before anything is asked for: else the end could come in between. Refuses (throws) one too many. */
export function placeToWait(
  { waiters }: Pick<House, "waiters">,
  tokenId: string,
  view: AwaitedView,
  key: string,
): Place {
  const place = waiters.take(tokenId, view, key);
  if (place !== null) return place;
  throw new Refused("too_many", {
    waiting: waiters.size(),
    limit: MAX_PER_TOKEN,
    retryAfterMs: FULL_RETRY_MS,
  });
}

async function commandEnded(ask: Submitted, place: Place, answer: CommandAnswer): Promise<Answer> {
  const { house, caller, body, query } = ask;
  const look = () => {
    const shown = house.reader().command(body.commandId);
    // What was accepted is in the views soon; until then they may show what somebody else was refused under this id.
    const row = shown?.decision === "accepted" ? shown : null;
    return { what: row, isOver: row !== null && isOver(row, query.wait) };
  };
  const { what: row } = await run(house, waitUntilOver(place, look, { ...query, left: ask.left() }));
  const whole = withOutcome(answer, row, presenterFor(house, caller).command);
  return row !== null && isDone(row, query.wait) ? whole : stillOpen(whole);
}

/** Nothing more will come: what was waited for is there. */
function isDone({ act, outcome, turnStatus }: CommandRow, wait: Submitted["query"]["wait"]): boolean {
  if (act === null) return true;
  const waitsForTurn = wait === "turn" && outcome?.word === "succeeded" && turnStatus === IN_PROGRESS;
  return isFinal(outcome) && !waitsForTurn;
}

/** A host that has looked and does not know is not worth waiting for; one that nobody has heard of may still come. */
export const isOver = (row: CommandRow, wait: Submitted["query"]["wait"]): boolean =>
  isDone(row, wait) || (row.outcome?.word === "unknown" && row.outcome.by === "host");

async function leaseEnded(ask: Submitted, place: Place, answer: CommandAnswer): Promise<Answer> {
  const { house, body, query } = ask;
  const look = () => {
    const row = house.reader().lease(body.commandId);
    return { what: row, isOver: row !== null && row.state !== "offered" };
  };
  const { what: row } = await run(house, waitUntilOver(place, look, { ...query, left: ask.left() }));
  if (row?.state === "ended") throw leaseIsOver(answer, row);
  const whole = withLease(answer, row);
  return row?.state === "inForce" ? whole : stillOpen(whole);
}

const stillOpen = (answer: CommandAnswer): StillOpen<CommandAnswer> =>
  new StillOpen(answer, `/api/commands/${answer.commandId}`);

async function run<What>(house: House, effect: Effect.Effect<What>): Promise<What> {
  const exit = await house.run(effect);
  if (Exit.isSuccess(exit)) return exit.value;
  throw Cause.squash(exit.cause);
}
