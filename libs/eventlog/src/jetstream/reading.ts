/**
 * Reading the stream in order from a sequence, through whatever happens to the wire and to consumers. The reading's own cursor is the only memory:
 * a new consumer begins behind it, so nothing comes twice and nothing is left out.
 */
import { NONE, type Sequence } from "@claw/events";
import { Effect, Option, Stream } from "effect";
import type { LogUnavailable } from "../faults.ts";
import type { RawMessage } from "../raw-log.ts";
import { unreachable } from "./faults.ts";
import type { Guard } from "./guard.ts";
import type { NatsLink } from "./link.ts";
import { askForMore, closePipe, isBroken, openPipe, type Pipe, wordFrom } from "./pipe.ts";

/** How often a reader at the end looks up; also how soon it notices that the log has ended. */
const TICK_MS = 500;
/** The stream is known to go on and nothing comes: another consumer; after so many of them in a row it is a fault (RELIABILITY 3.1.7). */
const STALLED_AFTER_MS = 10_000;
const MOST_STALLS = 3;
const PAUSE_MS = 250;
/** How long a finite reading waits for the stream without a single message. */
const READ_PATIENCE_MS = 30_000;

/** What is read: a stream, and who says that it is still the one that it was. */
export interface Source {
  readonly link: NatsLink;
  readonly stream: string;
  readonly guard: Pick<Guard, "whenWell" | "isWell" | "fault" | "known" | "saw" | "ending" | "alsoAsk">;
}

interface Reading {
  readonly source: Source;
  readonly subject: string | null;
  /** A finite reading gives up after this long without a message. */
  readonly patienceMs: number;
  cursor: number;
  pipe: Pipe | null;
  /** A page is waited for: that the reader takes its time is no silence of the stream. */
  isWaiting: boolean;
  /** When a consumer that is gone by now last said anything. */
  spokeAt: number;
  movedAt: number;
  /** Since when the stream is known to hold more than has come, or null. */
  behindAt: number | null;
  /** The same, and not begun anew with another consumer. */
  lateSince: number | null;
  stalls: number;
}

/** All messages after a sequence, then each new one. Waits while the server is away; fails when the log ends or the stream stays stuck. */
export const followMessages = (
  source: Source,
  after: Sequence | 0,
): Stream.Stream<RawMessage, LogUnavailable> =>
  reading(source, null, after, Number.POSITIVE_INFINITY, (one) =>
    Effect.map(takePage(one), (page) => [page, Option.some(one)]),
  );

/** The messages after `after` up to and including `through`, which must be there, of one subject or of all. */
export const readMessages = (
  source: Source,
  after: Sequence | 0,
  through: Sequence | 0,
  subject: string | null = null,
): Stream.Stream<RawMessage, LogUnavailable> =>
  through <= after
    ? Stream.empty
    : reading(source, subject, after, READ_PATIENCE_MS, (one) =>
        Effect.map(takePage(one), (page) => {
          const isOver = (page.at(-1)?.sequence ?? NONE) >= through;
          const wanted = isOver ? page.filter(({ sequence }) => sequence <= through) : page;
          return [wanted, isOver ? Option.none() : Option.some(one)];
        }),
      );

type NextPage = (
  one: Reading,
) => Effect.Effect<readonly [readonly RawMessage[], Option.Option<Reading>], LogUnavailable>;

const reading = (
  source: Source,
  subject: string | null,
  after: number,
  patienceMs: number,
  next: NextPage,
): Stream.Stream<RawMessage, LogUnavailable> =>
  Stream.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const one = begin(source, subject, after, patienceMs);
          return { one, unlisten: source.guard.alsoAsk(() => waitedMs(one)) };
        }),
        ({ one, unlisten }) =>
          Effect.sync(() => {
            unlisten();
            drop(one);
          }),
      ),
      ({ one }) => Stream.paginate(one, next),
    ),
  );

function begin(source: Source, subject: string | null, after: number, patienceMs: number): Reading {
  const now = performance.now();
  const standing = { cursor: after, pipe: null, isWaiting: false, stalls: 0 };
  const since = { behindAt: null, lateSince: null, spokeAt: now, movedAt: now };
  return { source, subject, patienceMs, ...standing, ...since };
}

function drop(one: Reading): void {
  if (one.pipe !== null) {
    one.spokeAt = one.pipe.spokeAt ?? one.spokeAt;
    closePipe(one.pipe);
  }
  one.pipe = null;
}

/**
 * How long a reader has waited for a word that was due. A consumer that has nothing says every second that it is there: one that died with its node and cannot be made
 * anew, and one that was made and is mute, are missed here; so are the messages that the stream is known to hold (RELIABILITY R4).
 */
function waitedMs({ isWaiting, pipe, spokeAt, movedAt, lateSince }: Reading): number {
  if (!isWaiting) return 0;
  const now = performance.now();
  const heardAt = Math.max(movedAt, pipe?.spokeAt ?? spokeAt);
  return now - Math.min(heardAt, lateSince ?? heardAt);
}

/** The next messages, at least one. */
const takePage = (one: Reading): Effect.Effect<readonly RawMessage[], LogUnavailable> =>
  Effect.suspend(() => {
    // The time that the reader took is not held against the stream.
    one.movedAt = performance.now();
    one.isWaiting = true;
    return waitForPage(one);
  }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        one.isWaiting = false;
      }),
    ),
  );

const waitForPage = Effect.fnUntraced(function* (
  one: Reading,
): Effect.fn.Return<readonly RawMessage[], LogUnavailable> {
  for (;;) {
    yield* impatience(one);
    yield* whenWell(one);
    const pipe = one.pipe ?? (yield* freshPipe(one));
    if (pipe === null) continue;
    if (!isBroken(pipe)) askForMore(pipe);
    if (pipe.buffer.length > 0) return taken(one, pipe);
    if (isBroken(pipe) || isStalled(one)) drop(one);
    else yield* wordFrom(pipe, TICK_MS);
  }
});

function taken(one: Reading, pipe: Pipe): readonly RawMessage[] {
  const page = pipe.buffer;
  pipe.buffer = [];
  const last = page.at(-1);
  if (last === undefined) return page;
  one.cursor = last.sequence;
  if (last.sequence > one.source.guard.known()) one.source.guard.saw({ ...last, data: last.data.slice() });
  one.movedAt = performance.now();
  one.behindAt = null;
  one.lateSince = null;
  one.stalls = 0;
  return page;
}

/** A follower waits as long as it takes; a finite reading only for its patience. */
const whenWell = ({ source: { guard }, patienceMs }: Reading): Effect.Effect<void, LogUnavailable> =>
  guard.isWell()
    ? Effect.void
    : Number.isFinite(patienceMs)
      ? Effect.timeoutOrElse(guard.whenWell, {
          duration: patienceMs,
          orElse: () => Effect.fail(unreachable("The stream cannot be read now.")),
        })
      : guard.whenWell;

const impatience = ({ movedAt, patienceMs, stalls }: Reading): Effect.Effect<void, LogUnavailable> =>
  stalls >= MOST_STALLS || performance.now() - movedAt > patienceMs
    ? Effect.fail(unreachable("The stream goes on and its messages do not come."))
    : Effect.void;

/** A consumer behind the cursor, or null after a pause where it could not be made for a reason that may pass. */
const freshPipe = (one: Reading): Effect.Effect<Pipe | null, LogUnavailable> => {
  const { source, subject, cursor } = one;
  return openPipe(source.link, { stream: source.stream, from: cursor + 1, subject }).pipe(
    Effect.map((pipe) => {
      one.pipe = pipe;
      return pipe;
    }),
    Effect.catchIf(
      ({ retry }) => retry === "later",
      () => Effect.as(Effect.sleep(PAUSE_MS), null),
    ),
  );
};

/** True, and counted, once the stream is known to go on and nothing has come for long. */
function isStalled(one: Reading): boolean {
  const { source, subject, cursor } = one;
  if (subject !== null || source.guard.known() <= cursor) {
    one.behindAt = null;
    one.lateSince = null;
    return false;
  }
  const now = performance.now();
  one.behindAt ??= now;
  one.lateSince ??= now;
  if (now - one.behindAt < STALLED_AFTER_MS) return false;
  one.behindAt = now;
  one.stalls += 1;
  return true;
}
