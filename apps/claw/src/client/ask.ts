/**
 * Handing a command to the house. Its id is made here, before the first try, so that a lost answer is asked for again without doing the thing twice
 * (DESIGN 14.8, 14.19).
 */
import { EXIT, newId } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { failureOf, type Raw, send, Unreachable } from "./http.ts";
import type { Target } from "./target.ts";

/** What is asked for with `wait`: what policy says, what the host says, or the end of the turn (DESIGN 14.19). */
export const WAITS = ["decision", "outcome", "turn"] as const;
export type Wait = (typeof WAITS)[number];

/** How long the house lets a caller wait, and how long it does by itself (DESIGN 14.19). */
export const MAX_WAIT_MS = 120_000;
export const USUAL_WAIT_MS = 30_000;
/** What an answer may take beyond the wait that was asked for. */
const REPLY_MS = 15_000;
/** A call whose connection broke is repeated this often, at once: what is not back by then is told as unknown. */
const REPEATS = 2;

export interface Asking {
  readonly wait?: Wait;
  readonly waitMs?: number;
  /** Only says what the decision would be. */
  readonly isDryRun?: boolean;
  /** How long the answer may take beyond the wait. */
  readonly replyMs?: number;
}

/** The token that a lease or a write carries. */
const Token = z.looseObject({ generation: z.number(), counter: z.number() });
export const Lease = z.looseObject({
  leaseId: z.string(),
  state: z.string().nullish(),
  ttlMs: z.number().nullish(),
  token: Token.nullish(),
});

/** What the house says of a command (DESIGN 3). What it adds passes through. */
export const Answer = z.looseObject({
  commandId: z.string(),
  decision: z.enum(["accepted", "refused"]),
  outcome: z.string().nullish(),
  mode: z.string().nullish(),
  turnId: z.string().nullish(),
  position: z.number().nullish(),
  lease: Lease.nullish(),
  /** Why its host did not do it. */
  failure: z.looseObject({ code: z.string() }).nullish(),
  /** What policy says of it beside, such as whether a send would start or steer. */
  facts: z.record(z.string(), z.unknown()).nullish(),
});
export type Answer = z.infer<typeof Answer>;

/** A command: without its id, or with one that the caller chose so as to repeat it. */
export type Unnamed = Readonly<Record<string, unknown>>;

/** The house's answer, a refusal included. Fails with exit 7 if the house never got the command, and with 6 if it may have. */
export async function ask(target: Target, command: Unnamed, asking: Asking = {}): Promise<Raw> {
  const commandId = commandIdOf(command);
  const { wait, waitMs, isDryRun, replyMs = REPLY_MS } = asking;
  const params = { wait, waitMs, dryRun: isDryRun === true ? "true" : undefined };
  const timeoutMs = replyMs + (wait === "outcome" || wait === "turn" ? (waitMs ?? USUAL_WAIT_MS) : 0);
  let mayHaveArrived = false;
  for (let repeat = 0; ; repeat += 1)
    try {
      return await send(target, "POST", "/api/commands", params, { ...command, commandId }, timeoutMs);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      mayHaveArrived ||= error.mayHaveArrived;
      if (repeat < REPEATS && error.mayHaveArrived && !error.isTimeout) continue;
      throw mayHaveArrived && isDryRun !== true ? lost(commandId, error) : error;
    }
}

const commandIdOf = ({ commandId }: Unnamed): string =>
  typeof commandId === "string" ? commandId : newId("cmd");

const lost = (commandId: string, { message }: Unreachable): CommandFailed =>
  new CommandFailed(
    EXIT.unknownOutcome,
    `The command ${commandId} may have arrived, and its answer did not: ${message} \`claw describe command ${commandId}\` tells what became of it; the same command with --command-id ${commandId} does nothing twice.`,
  );

export const isSuccess = ({ status }: Pick<Raw, "status">): boolean => status >= 200 && status < 300;

/** The answer to an accepted command. Any other fails in the house's words, with the exit code that it means. */
export function answerOf(target: Target, { status, body }: Raw): Answer {
  if (!isSuccess({ status })) throw failureOf(target, status, body);
  const answer = Answer.safeParse(body);
  if (answer.success) return answer.data;
  throw new CommandFailed(
    EXIT.fault,
    "The server's answer is not one to a command: is CLAW_URL a Claw Supervisor?",
  );
}
