/** The feed over NATS: a projector whispers on `feed.<ledger>` to the gateways that read its views, which are those on its machine. */
import { type LedgerId, type Position, position, talkSubjects } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Deferred, Effect, PubSub, Schedule, type Scope, Stream } from "effect";
import { z } from "zod";
import type { Feed, Whisper } from "../feed.ts";
import { readBytes } from "../read-json.ts";
import { listen, publish, roundTrip, SMALL, type Talk, talkOf, type TalkOptions } from "./talk.ts";

/** Changes in one whisper. Of more, only the position is told: whoever hears it reads all rows after its own. */
export const MAX_CHANGES = 500;
/** How often the position is told without a change, for a gateway that missed a whisper. */
const REMIND_EVERY_MS = 5_000;
/** Whispers that wait for one slow listener; it loses the oldest. */
const MAX_WAITING = 256;
/** How long a whisper waits for the server before the next is tried. */
const PACE_MS = 5_000;

const place = z
  .int()
  .min(0)
  .transform((n) => position(n));

const Whispered = z.object({
  position: place,
  changes: z
    .array(z.object({ view: z.string().min(1).max(64), key: z.string().max(512), position: place }))
    .max(MAX_CHANGES),
});

/** Forwards a feed for the time of a scope. While the server is away whispers are lost, and the reminder makes up for it. */
export const tellFeed = Effect.fnUntraced(function* (
  connection: NatsConnection,
  ledgerId: LedgerId,
  feed: Feed,
  options: TalkOptions = {},
): Effect.fn.Return<void, never, Scope.Scope> {
  const talk = talkOf(connection, "feed", options);
  const subject = talkSubjects.feed(ledgerId);
  const reminders = Stream.fromSchedule(Schedule.spaced(REMIND_EVERY_MS)).pipe(
    Stream.map((): Whisper => ({ position: feed.position(), changes: [] })),
  );
  const whispers = Stream.merge(yield* feed.subscribe, reminders);
  yield* Effect.forkScoped(Stream.runForEach(whispers, (whisper) => tell(talk, subject, whisper)));
});

/** One after the other reaches the server, so that nothing piles up in the client. */
const tell = (talk: Talk, subject: string, whisper: Whisper): Effect.Effect<void> =>
  Effect.suspend(() => {
    publish(talk, subject, textOf(whisper), SMALL);
    return Effect.asVoid(roundTrip(talk, PACE_MS));
  });

function textOf({ position, changes }: Whisper): string {
  const whole = changes.length > MAX_CHANGES ? "" : JSON.stringify({ position, changes });
  const isSmall = whole !== "" && Buffer.byteLength(whole) <= SMALL.maxBytes;
  return isSmall ? whole : JSON.stringify({ position, changes: [] });
}

interface Ear {
  position: Position;
  readonly whispers: PubSub.PubSub<Whisper>;
  readonly waiters: Set<Waiter>;
}

interface Waiter {
  readonly position: Position;
  readonly reached: Deferred.Deferred<void>;
}

/**
 * The feed of one ledger's projector, heard from afar. `position0` is where its views stood when the caller last looked. The position is what was
 * told last, also where that is lower: a projector that folds its views anew stands lower.
 */
export const hearFeed = Effect.fnUntraced(function* (
  connection: NatsConnection,
  ledgerId: LedgerId,
  position0: Position,
  options: TalkOptions = {},
): Effect.fn.Return<Feed, never, Scope.Scope> {
  const talk = talkOf(connection, "feed", options);
  const whispers = yield* PubSub.sliding<Whisper>(MAX_WAITING);
  const ear: Ear = { position: position0, whispers, waiters: new Set() };
  yield* listen(talk, talkSubjects.feed(ledgerId), ({ data }) => {
    const read = readBytes(Whispered, data, SMALL);
    if (read.ok) hear(ear, read.value);
    else talk.trouble("malformed");
  });
  return {
    position: () => ear.position,
    subscribe: Effect.map(PubSub.subscribe(whispers), Stream.fromSubscription),
    reached: (position) => reach(ear, position),
  };
});

function hear(ear: Ear, whisper: Whisper): void {
  ear.position = whisper.position;
  PubSub.publishUnsafe(ear.whispers, whisper);
  for (const { position, reached } of ear.waiters)
    if (position <= ear.position) Deferred.doneUnsafe(reached, Effect.void);
}

const reach = (ear: Ear, position: Position): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (ear.position >= position) return Effect.void;
    const waiter = { position, reached: Deferred.makeUnsafe<void>() };
    ear.waiters.add(waiter);
    return Effect.ensuring(
      Deferred.await(waiter.reached),
      Effect.sync(() => ear.waiters.delete(waiter)),
    );
  });
