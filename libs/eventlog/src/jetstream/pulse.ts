/**
 * Pulses of a fleet: published to whoever listens, and to the stream `CLAW_PULSE`, which keeps two days of them. No acknowledgement is waited for, so a
 * pulse may be lost at any time and nothing waits for one. Without that stream everything works but `last`, which knows none.
 */
import { type Json, type LaneKind, PULSE_STREAM, pulseSubject } from "@claw/events";
import type { Msg } from "@nats-io/transport-node";
import { Effect, Queue, Stream } from "effect";
import type { Beat, Dropped, Pulse } from "../pulse.ts";
import { getMessage } from "./api.ts";
import { objectIn } from "./answer.ts";
import type { NatsLink } from "./link.ts";

export interface JetStreamPulseOptions {
  /** What `follow` listens to, such as `pulse.*.fleet.*`; default all, which a key may not be allowed. */
  readonly subject?: string;
  /** How many beats wait for one slow follower. */
  readonly maxWaiting?: number;
}

const ALL = "pulse.>";
const MAX_WAITING = 1_024;
/** How large a value may be, in UTF-16 units of its JSON: as large as people's text in an event. */
const MAX_VALUE = 65_536;
const LAST_TIMEOUT_MS = 2_000;
const TOKEN = /^[a-z0-9][a-z0-9_-]{0,62}$/;

interface Heart {
  readonly link: NatsLink;
  readonly subject: string;
  readonly maxWaiting: number;
  readonly dropped: { -readonly [Reason in keyof Dropped]: number };
}

/** The pulses of a link. What it listens with ends with each follower. */
export function openJetStreamPulse(
  link: NatsLink,
  { subject = ALL, maxWaiting = MAX_WAITING }: JetStreamPulseOptions = {},
): Pulse {
  const dropped = { slow: 0, oversized: 0, crowded: 0, unsaved: 0 };
  const heart: Heart = { link, subject, maxWaiting, dropped };
  return {
    publish: (beat) => Effect.sync(() => publish(heart, beat)),
    last: (kind, id) => last(heart, kind, id),
    follow: () => follow(heart),
    dropped: Effect.sync(() => ({ ...dropped })),
  };
}

/** The subject of a thing. A kind or id that is no token could widen it: a defect of the caller. */
function subjectOf(kind: string, id: string): string {
  if (!TOKEN.test(kind) || !TOKEN.test(id)) throw new RangeError("A pulse's kind and id are tokens.");
  return pulseSubject(kind as LaneKind, id);
}

/** While the server is away beats are dropped: the client would keep them all until it is back. */
function publish({ link: { connection, wire }, dropped }: Heart, beat: Beat): void {
  const subject = subjectOf(beat.kind, beat.id);
  if (JSON.stringify(beat.value).length > MAX_VALUE) {
    dropped.oversized += 1;
    return;
  }
  if (!wire.isUp() || connection.isClosed()) dropped.unsaved += 1;
  else connection.publish(subject, JSON.stringify(beat));
}

/** Asked of the stream and answered in JSON: a copy of the message itself could be sent on to any subject, as if it had been published there. */
const last = ({ link }: Heart, kind: string, id: string): Effect.Effect<Beat | null> =>
  Effect.suspend(() => {
    const subject = subjectOf(kind, id);
    return getMessage(link, PULSE_STREAM, { last_by_subj: subject }).pipe(
      Effect.map((found) => (found === null ? null : readBeat(textOf(found.data), subject))),
      Effect.timeoutOrElse({ duration: LAST_TIMEOUT_MS, orElse: () => Effect.succeed(null) }),
      Effect.catch(() => Effect.succeed(null)),
    );
  });

const follow = (heart: Heart): Stream.Stream<Beat> =>
  Stream.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.map(Queue.sliding<Beat>(heart.maxWaiting), (queue) => ({ queue, ear: listen(heart, queue) })),
        ({ ear }) => Effect.sync(ear),
      ),
      ({ queue }) => Stream.fromQueue(queue),
    ),
  );

/** Answers with how to stop listening. */
function listen({ link: { connection }, subject, maxWaiting, dropped }: Heart, queue: Queue.Queue<Beat>) {
  const subscription = connection.subscribe(subject, {
    callback: (error, message) => {
      const beat = error === null ? readBeat(message, message.subject) : null;
      if (beat === null) return;
      if (Queue.sizeUnsafe(queue) >= maxWaiting) dropped.slow += 1;
      Queue.offerUnsafe(queue, beat);
    },
  });
  return () => {
    if (!connection.isClosed()) subscription.unsubscribe();
  };
}

const textOf = (data: Uint8Array): Pick<Msg, "string"> => ({
  string: () => Buffer.from(data).toString("utf8"),
});

/** A beat, or null for what is none or speaks for another thing than its subject says. */
function readBeat(message: Pick<Msg, "string">, subject: string): Beat | null {
  const read = objectIn(message);
  if (read === null) return null;
  const { kind, id, at, value } = read;
  if (typeof kind !== "string" || typeof id !== "string" || typeof at !== "number") return null;
  if (!TOKEN.test(kind) || !TOKEN.test(id) || subjectOf(kind, id) !== subject) return null;
  return { kind, id, at, value: (value ?? null) as Json };
}
