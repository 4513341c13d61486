/**
 * The gate of a projector: `gate.claim`, on which it asks to be of record, and nothing else. A projector's key may not speak at `gate.submit`, where policy
 * believes whom the asker names: here it is the house that asks, whatever the request says, and only what a projector may say of itself and of its archives is
 * understood.
 */
import { Command, type CommandOf, type Principal, talkSubjects } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, type Scope } from "effect";
import { z } from "zod";
import { type Gate, GateClosed } from "../gate.ts";
import { type AskGateOptions, askVerdict, serveVerdicts } from "./gate.ts";
import { SMALL, talkOf, type TalkOptions } from "./talk.ts";

/** Claims in work at the same time. A fleet has few projectors, and each claims about once in its life. */
const MAX_IN_WORK = 8;

const PROJECTOR: Principal = { kind: "house", name: "projector", role: "admin" };

type Claim = CommandOf<"ledger.promote" | "record.archive" | "record.archive_deleted">;
const CLAIMS: ReadonlySet<string> = new Set<Claim["type"]>([
  "ledger.promote",
  "record.archive",
  "record.archive_deleted",
]);

const isClaim = (command: Command): command is Claim => CLAIMS.has(command.type);

const Request = z.strictObject({ command: Command.refine(isClaim) });

/** Answers for the time of a scope, which is that of the lead. */
export const serveClaims = (
  connection: NatsConnection,
  gate: Gate,
  options: TalkOptions = {},
): Effect.Effect<void, never, Scope.Scope> =>
  serveVerdicts(talkOf(connection, "gate", options), {
    subject: talkSubjects.claim,
    request: Request,
    limit: SMALL,
    most: MAX_IN_WORK,
    submit: ({ command }) => gate.submit(command, PROJECTOR),
  });

/**
 * A gate for a projector: whichever policy leads answers, as `askGate` says. The principal is policy's to say and is not sent; any command but those of a
 * projector is `GateClosed` without a question, and so is a dry run.
 */
export function askClaims(connection: NatsConnection, options: AskGateOptions = {}): Gate {
  const talk = talkOf(connection, "gate", options);
  return {
    submit: (command, _principal, { via = null, isDryRun = false } = {}) =>
      isClaim(command) && via === null && !isDryRun
        ? askVerdict(talk, { subject: talkSubjects.claim, value: { command }, limits: SMALL, ...options })
        : Effect.fail(new GateClosed({ reason: "a projector may only claim", retryAfterMs: NEVER_MS })),
  };
}
/** Asking again is of no use: as long as a refused claim waits. */
const NEVER_MS = 60_000;
