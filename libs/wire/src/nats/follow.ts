/** What others tell on a subject, as a stream: those messages that are of the agreed shape and of the host that their subject names. */
import type { HostId } from "@claw/events";
import { Effect, Queue, Stream } from "effect";
import type { z } from "zod";
import { readBytes } from "../read-json.ts";
import { lastToken, listen, SMALL, type Talk } from "./talk.ts";

/** Messages that wait for a slow follower; it loses the oldest. */
const MAX_WAITING = 4_096;

export const followHosts = <Schema extends z.ZodType<{ readonly hostId: HostId }>>(
  talk: Talk,
  subject: string,
  schema: Schema,
): Stream.Stream<z.infer<Schema>> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const queue = yield* Queue.sliding<z.infer<Schema>>(MAX_WAITING);
      yield* listen(talk, subject, (message) => {
        const read = readBytes(schema, message.data, SMALL);
        if (read.ok && read.value.hostId === lastToken(message.subject)) Queue.offerUnsafe(queue, read.value);
        else talk.trouble("malformed");
      });
      return Stream.fromQueue(queue);
    }),
  );
