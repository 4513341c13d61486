/** The asking end of a conversation: one request, one reply of a known shape, within a time. */
import { errors, type Msg } from "@nats-io/transport-node";
import { Data, Effect } from "effect";
import type { z } from "zod";
import { readBytes, type ReadLimits } from "../read-json.ts";
import { mostBytes, type Talk, type TalkTrouble } from "./talk.ts";

/**
 * No reply that could be used. `nobody`: no responder; `late`: none in time, which may have done what was asked all the same; `away`: the server
 * cannot be reached; `misread`: the reply is of no known shape; `too_large`, `forbidden`: the request was not sent.
 */
export class Unanswered extends Data.TaggedError("Unanswered")<{
  readonly why: "nobody" | "late" | "away" | "misread" | "too_large" | "forbidden";
}> {}

export interface Question<Schema extends z.ZodType> {
  readonly subject: string;
  readonly value: unknown;
  readonly reply: Schema;
  readonly limits: ReadLimits;
  readonly timeoutMs: number;
}

/** Asks once; it never repeats, because whether a repeat is harmless is for the caller to know. */
export function ask<Schema extends z.ZodType>(
  talk: Talk,
  { subject, value, reply, limits, timeoutMs }: Question<Schema>,
): Effect.Effect<z.infer<Schema>, Unanswered> {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > mostBytes(talk, limits)) return unanswered(talk, "too_large");
  return request(talk, subject, text, timeoutMs).pipe(
    Effect.flatMap(({ data }): Effect.Effect<z.infer<Schema>, Unanswered> => {
      const read = readBytes(reply, data, limits);
      return read.ok ? Effect.succeed(read.value) : unanswered(talk, "misread");
    }),
  );
}

/** The raw request. A connection that is being made again fails at once: what the client holds back then would be sent too late or not at all. */
export const request = (
  talk: Talk,
  subject: string,
  text: string,
  timeoutMs: number,
): Effect.Effect<Msg, Unanswered> =>
  Effect.suspend(() =>
    talk.connection.info === undefined
      ? unanswered(talk, "away")
      : Effect.tryPromise({
          try: () => talk.connection.request(subject, text, { timeout: timeoutMs }),
          catch: (error) => new Unanswered({ why: whyOf(error) }),
        }).pipe(Effect.tapError(({ why }) => Effect.sync(() => talk.trouble(KIND[why])))),
  );

const KIND: Readonly<Record<Unanswered["why"], TalkTrouble["kind"]>> = {
  nobody: "unanswered",
  late: "unanswered",
  away: "lost",
  misread: "malformed",
  too_large: "too_large",
  forbidden: "forbidden",
};

function unanswered(talk: Talk, why: Unanswered["why"]): Effect.Effect<never, Unanswered> {
  return Effect.suspend(() => {
    talk.trouble(KIND[why]);
    return Effect.fail(new Unanswered({ why }));
  });
}

/** The client wraps what it is told in a `RequestError`. */
function whyOf(error: unknown): Unanswered["why"] {
  if (error instanceof errors.TimeoutError) return "late";
  const cause = error instanceof errors.RequestError && error.cause !== undefined ? error.cause : error;
  if (cause instanceof errors.NoRespondersError) return "nobody";
  if (cause instanceof errors.PermissionViolationError) return "forbidden";
  return "away";
}
