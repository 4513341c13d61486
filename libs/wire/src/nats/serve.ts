/** The answering end of a conversation: requests of a subject, each answered once by its reply subject, a bounded number at the same time. */
import type { Msg } from "@nats-io/transport-node";
import { Cause, Effect, Exit, FiberSet, type Scope } from "effect";
import type { z } from "zod";
import { makePlaces } from "../places.ts";
import { readBytes, type ReadLimits } from "../read-json.ts";
import { listen, mostBytes, type Talk } from "./talk.ts";

/** What is said where there is no answer; null says nothing. */
export interface Excuses {
  readonly busy: unknown;
  readonly misread: unknown;
  readonly tooLarge: unknown;
  /** The answer broke, or this end stopped before it was there. */
  readonly ended: unknown;
}

export interface Service<Schema extends z.ZodType> {
  readonly subject: string;
  readonly request: Schema;
  readonly limits: { readonly request: ReadLimits; readonly reply: ReadLimits };
  /** Requests in work at the same time. */
  readonly most: number;
  /** Those of one asker among them; left out, nobody is told apart. `excuse` is said to whoever has no place left. */
  readonly each?: {
    readonly most: number;
    readonly of: (request: z.infer<Schema>) => string;
    readonly excuse: unknown;
  };
  readonly excuses: Excuses;
  /** False leaves requests of this subject to somebody else, without a word. */
  readonly isOurs?: (subject: string) => boolean;
  /** Null says nothing. `subject` is the one that the request came by. */
  readonly answer: (request: z.infer<Schema>, subject: string) => Effect.Effect<unknown>;
}

/** Answers for the time of a scope; what is in work when it closes is excused. A message without a reply subject is no request. */
export const serve = Effect.fnUntraced(function* <Schema extends z.ZodType>(
  talk: Talk,
  service: Service<Schema>,
): Effect.fn.Return<void, never, Scope.Scope> {
  const run = yield* FiberSet.makeRuntime<never>();
  const { most, each } = service;
  const places = makePlaces({ most, each: each?.most ?? most });
  yield* listen(talk, service.subject, (message) => {
    const request = read(talk, service, message, places.taken());
    if (request === null) return;
    const place = places.take(each?.of(request.value) ?? "");
    if (typeof place === "string") return turnAway(talk, message, each?.excuse ?? service.excuses.busy);
    run(answerOne(talk, service, message, request.value)).addObserver(place.leave);
  });
});

function read<Schema extends z.ZodType>(
  talk: Talk,
  { request, limits, most, excuses, isOurs }: Service<Schema>,
  message: Msg,
  inWork: number,
): { readonly value: z.infer<Schema> } | null {
  if (isOurs !== undefined && !isOurs(message.subject)) return null;
  if (message.reply === undefined || message.reply === "") {
    talk.trouble("malformed");
    return null;
  }
  if (inWork >= most) {
    turnAway(talk, message, excuses.busy);
    return null;
  }
  const parsed = readBytes(request, message.data, limits.request);
  if (parsed.ok) return { value: parsed.value };
  talk.trouble(parsed.problem.code === "too_large" ? "too_large" : "malformed");
  respond(talk, message, JSON.stringify(excuses.misread));
  return null;
}

function turnAway(talk: Talk, message: Msg, excuse: unknown): void {
  talk.trouble("busy");
  respond(talk, message, JSON.stringify(excuse));
}

const answerOne = <Schema extends z.ZodType>(
  talk: Talk,
  { answer, excuses, limits }: Service<Schema>,
  message: Msg,
  value: z.infer<Schema>,
): Effect.Effect<void> =>
  Effect.suspend(() => answer(value, message.subject)).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        if (Exit.isFailure(exit)) {
          if (!Cause.hasInterruptsOnly(exit.cause)) talk.trouble("failed");
          return respond(talk, message, JSON.stringify(excuses.ended));
        }
        const text = JSON.stringify(exit.value ?? null);
        if (Buffer.byteLength(text) <= mostBytes(talk, limits.reply)) return respond(talk, message, text);
        talk.trouble("too_large");
        respond(talk, message, JSON.stringify(excuses.tooLarge));
      }),
    ),
    Effect.exit,
  );

function respond(talk: Talk, message: Msg, text: string): void {
  if (text === "null") return;
  try {
    message.respond(text);
  } catch {
    talk.trouble("lost");
  }
}
