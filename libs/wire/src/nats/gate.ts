/**
 * The gate over NATS: `gate.submit`, asked by gateways, answered by the policy that leads. Who may ask is the server's to say, by key; the principal in a
 * request is believed for that reason and for no other.
 */
import {
  Command,
  EntryId,
  isRefusalCode,
  Label,
  PlainLabel,
  position,
  Principal,
  talkSubjects,
  Via,
  Word,
} from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, type Scope } from "effect";
import { z } from "zod";
import { type Gate, GateClosed, type GateOptions, type GateVerdict } from "../gate.ts";
import type { ReadLimits } from "../read-json.ts";
import { callerOf, GATE_PLACES, makePlaces, NO_PLACE } from "../places.ts";
import { ask, type Question, type Unanswered } from "./ask.ts";
import { serve } from "./serve.ts";
import { SMALL, type Talk, talkOf, type TalkOptions } from "./talk.ts";

/** How long policy has for a verdict. It takes milliseconds; an append that waits for a server to come back takes longer than anybody should. */
const VERDICT_MS = 5_000;
const RETRY_MS = 1_000;
const BUSY_RETRY_MS = 500;

const place = z
  .int()
  .min(1)
  .transform((n) => position(n))
  .nullable();

/**
 * A command with the longest text that one may have, 65,536 letters: three bytes each in UTF-8, six where JSON escapes it. What is longer than the house's
 * own limit, or holds what it must not, is for policy to refuse with its own code.
 */
const COMMAND: ReadLimits = { maxBytes: 524_288, depth: 16, nodes: 8_000, stringBytes: 262_144 };

/** A name is kept with every decision, so what may stand in it is what may stand in one that a command gives. */
const Asker = Principal.extend({ name: PlainLabel });

const Asked = z.object({
  command: Command,
  principal: Asker,
  via: Via.nullable().default(null),
  isDryRun: z.boolean().default(false),
});

/**
 * What is more than a command and a principal is said in `asked`: a policy of the first versions would read past it, and do what was only to be tried, or
 * do for nobody what a session asks. So it does not understand the request, and gateways of the first versions are understood as they are.
 */
const Request = z.union([z.object({ asked: Asked }).transform(({ asked }) => asked), Asked]);

const facts = z.record(Word, z.union([Label, z.number(), z.null()]));

const Reply = z.discriminatedUnion("decision", [
  z.object({
    decision: z.literal("accepted"),
    entryId: EntryId.nullable(),
    position: place,
    facts: facts.exactOptional(),
  }),
  z.object({
    decision: z.literal("refused"),
    code: z.string().refine(isRefusalCode),
    rule: Word.exactOptional(),
    facts,
    entryId: EntryId.nullable(),
    position: place,
  }),
  z.object({ decision: z.literal("closed"), reason: Label, retryAfterMs: z.int().min(0) }),
]);
type Reply = z.infer<typeof Reply>;

const closed = (reason: string, retryAfterMs: number): Reply => ({
  decision: "closed",
  reason,
  retryAfterMs,
});

/** Serves one of the subjects on which policy gives verdicts. */
interface Verdicts<Schema extends z.ZodType> {
  readonly subject: string;
  readonly request: Schema;
  readonly limit: ReadLimits;
  readonly most: number;
  readonly each?: { readonly most: number; readonly of: (request: z.infer<Schema>) => string };
  readonly submit: (request: z.infer<Schema>) => Effect.Effect<GateVerdict, GateClosed>;
}

/** Answers for the time of a scope. What is asked beyond the places that there are, or misread, is told so. */
export const serveVerdicts = <Schema extends z.ZodType>(
  talk: Talk,
  { subject, request, limit, most, each, submit }: Verdicts<Schema>,
): Effect.Effect<void, never, Scope.Scope> =>
  serve(talk, {
    subject,
    request,
    limits: { request: limit, reply: SMALL },
    most,
    ...(each === undefined
      ? {}
      : { each: { ...each, excuse: closed(NO_PLACE["own taken"], BUSY_RETRY_MS) } }),
    excuses: {
      busy: closed(NO_PLACE["all taken"], BUSY_RETRY_MS),
      misread: closed("the request was not understood", RETRY_MS),
      tooLarge: closed("the verdict is too large", RETRY_MS),
      ended: closed("this policy stops", RETRY_MS),
    },
    answer: (asked) =>
      Effect.catch(submit(asked), ({ reason, retryAfterMs }) => Effect.succeed(closed(reason, retryAfterMs))),
  });

/** Answers for the time of a scope, which is that of the lead. */
export const serveGate = (
  connection: NatsConnection,
  gate: Gate,
  options: TalkOptions = {},
): Effect.Effect<void, never, Scope.Scope> =>
  serveVerdicts(talkOf(connection, "gate", options), {
    subject: talkSubjects.gate,
    request: Request,
    limit: COMMAND,
    most: GATE_PLACES.most,
    each: { most: GATE_PLACES.each, of: ({ principal }) => callerOf(principal) },
    submit: ({ command, principal, via, isDryRun }) => gate.submit(command, principal, { via, isDryRun }),
  });

export interface AskGateOptions extends TalkOptions {
  readonly timeoutMs?: number;
}

/**
 * Asks whichever policy leads. No verdict in time is `GateClosed` too, and then the command may have been decided all the same: asked again under
 * its id, it has the same verdict. So is one for which there is no place, of all or of its caller's own.
 */
export function askGate(connection: NatsConnection, options: AskGateOptions = {}): Gate {
  const talk = talkOf(connection, "gate", options);
  const places = makePlaces(GATE_PLACES);
  return {
    submit: (command, principal, given) =>
      Effect.suspend(() => {
        const place = places.take(callerOf(principal));
        if (typeof place === "string") {
          talk.trouble("busy");
          return Effect.fail(new GateClosed({ reason: NO_PLACE[place], retryAfterMs: BUSY_RETRY_MS }));
        }
        const value = requestOf({ command, principal }, given);
        return Effect.ensuring(
          askVerdict(talk, { subject: talkSubjects.gate, value, limits: COMMAND, ...options }),
          Effect.sync(place.leave),
        );
      }),
  };
}

/** Asks once, on one of the subjects on which policy gives verdicts. */
export const askVerdict = (
  talk: Talk,
  {
    subject,
    value,
    limits,
    timeoutMs = VERDICT_MS,
  }: Pick<Question<typeof Reply>, "subject" | "value" | "limits"> & AskGateOptions,
): Effect.Effect<GateVerdict, GateClosed> =>
  ask(talk, { subject, value, reply: Reply, limits, timeoutMs }).pipe(
    Effect.mapError(closedBy),
    Effect.flatMap(verdictOf),
  );

const requestOf = (
  plain: Pick<z.infer<typeof Asked>, "command" | "principal">,
  { via = null, isDryRun = false }: GateOptions = {},
): z.input<typeof Request> => (via === null && !isDryRun ? plain : { asked: { ...plain, via, isDryRun } });

const verdictOf = (reply: Reply): Effect.Effect<GateVerdict, GateClosed> =>
  reply.decision === "closed"
    ? Effect.fail(new GateClosed({ reason: reply.reason, retryAfterMs: reply.retryAfterMs }))
    : Effect.succeed(reply);

const REASONS: Readonly<Record<Unanswered["why"], string>> = {
  nobody: "no policy answers",
  late: "no policy answers",
  away: "the log is away",
  misread: "policy's answer was not understood",
  too_large: "the command is too large",
  forbidden: "this service may not ask policy",
};

const closedBy = ({ why }: Unanswered): GateClosed =>
  new GateClosed({ reason: REASONS[why], retryAfterMs: RETRY_MS });
