/** What whoever asked for something is answered: the verdict, and as much of what became of it as they waited for. What is not known is left out. */
import { type Command, type Facts, outcomeWords, requestedSession } from "@claw/events";
import {
  type CommandRow,
  type CommandView,
  DoneModeView,
  FailureView,
  type LeaseRow,
  LeaseView,
  presentRefusal,
} from "@claw/views";
import type { GateVerdict } from "@claw/wire";
import { z } from "zod";
import { FactsShape, Refused } from "../http/problem.ts";

const LeaseAnswer = LeaseView.pick({ leaseId: true, token: true, ttlMs: true, state: true });

export const CommandAnswer = z.object({
  commandId: z.string(),
  decision: z.literal("accepted"),
  position: z
    .int()
    .min(1)
    .optional()
    .describe("where it is recorded; absent for what is not, and while the ledger here does not have it yet"),
  dryRun: z.literal(true).optional().describe("nothing was done: this is what would be decided"),
  facts: FactsShape.optional().describe("what policy says of it beside"),
  outcome: z
    .enum(outcomeWords)
    .optional()
    .describe("what its host says became of it; all but unknown are final"),
  sessionId: z
    .string()
    .optional()
    .describe(
      "the session that was asked for: under the name of its thread once there is one; its first name answers for it for ever",
    ),
  mode: DoneModeView.optional(),
  turnId: z.string().optional(),
  turnStatus: z.string().optional(),
  turnEndedAt: z.string().optional(),
  failure: FailureView.optional(),
  lease: LeaseAnswer.optional(),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;

export type Accepted = Extract<GateVerdict, { decision: "accepted" }>;

/** A refusal is a problem with the status of its code, and says beside it which command was refused, by which rule, and where that is recorded. */
export function acceptedOrRefused(commandId: string, verdict: GateVerdict, isDryRun: boolean): Accepted {
  if (verdict.decision === "accepted") return verdict;
  const { code, decision, facts, position, rule = null } = verdict;
  throw new Refused(code, facts, {
    commandId,
    decision,
    rule,
    refusal: presentRefusal(code, facts, rule),
    position,
    ...(isDryRun && { dryRun: true }),
  });
}

export const verdictAnswer = (
  commandId: string,
  { decision, position, facts }: Accepted,
  isDryRun: boolean,
): CommandAnswer => ({
  commandId,
  decision,
  ...(position !== null && { position }),
  ...(isDryRun && { dryRun: true as const }),
  ...(facts !== undefined && Object.keys(facts).length > 0 && { facts: { ...facts } }),
});

const SPAWNING: ReadonlySet<Command["type"]> = new Set(["session.spawn", "session.fork"]);

/** The answer with the session that was asked for, under the name that it has until it has a thread. */
export const withRequested = (answer: CommandAnswer, { type, commandId }: Command): CommandAnswer =>
  SPAWNING.has(type) ? { ...answer, sessionId: requestedSession(commandId) } : answer;

/** The answer with what a host said. */
export function withOutcome(
  answer: CommandAnswer,
  row: CommandRow | null,
  present: (row: CommandRow) => CommandView,
): CommandAnswer {
  if (row === null) return answer;
  const { position, spawnedSessionId, outcome, mode, turnId, turnStatus, turnEndedAt, failure } =
    present(row);
  return {
    ...answer,
    ...(spawnedSessionId !== null && { sessionId: spawnedSessionId }),
    position: answer.position ?? position,
    ...(outcome !== null && { outcome }),
    ...(mode !== null && { mode }),
    ...(turnId !== null && { turnId }),
    ...(turnStatus !== null && { turnStatus }),
    ...(turnEndedAt !== null && { turnEndedAt }),
    ...(failure !== null && { failure }),
  };
}

/** The answer with the lease that the command asked for. */
export const withLease = (answer: CommandAnswer, row: LeaseRow | null): CommandAnswer =>
  row === null ? answer : { ...answer, lease: leaseAnswer(row) };

const leaseAnswer = ({ leaseId, token, ttlMs, state }: LeaseRow) => ({ leaseId, token, ttlMs, state });

/** A lease that is over is none, although asking for it was accepted: the code says why, and what to do. */
export function leaseIsOver(answer: CommandAnswer, row: LeaseRow): Refused {
  const facts: Facts = { leaseId: row.leaseId, state: row.state, how: row.how };
  return new Refused(codeOf(row), facts, { ...withLease(answer, row) });
}

function codeOf({ how }: LeaseRow): "host_silent" | "human_at_work" | "lease_unknown" {
  if (how === "lapsed") return "host_silent";
  return how === "yielded" ? "human_at_work" : "lease_unknown";
}
