/** Streams of a log in memory: what a server holds, what can happen to it, and the two ports that a projector reaches it by. */
import {
  type Keeper,
  LogUnavailable,
  messageOf,
  type RawLog,
  type RawMessage,
  readMessage,
} from "@claw/eventlog";
import { type Entry, type Position, sequence, type Sequence } from "@claw/events";
import { Effect, Option, Stream } from "effect";
import type { OpenedLog } from "../src/index.ts";

export interface FakeStream {
  readonly generation: number;
  messages: readonly RawMessage[];
  last: number;
  isOpen: boolean;
  isRetired: boolean;
}

/** Thrown inside a step at which the process is to end. */
export class Killed extends Error {}

export interface FakeStreams {
  readonly all: Map<number, FakeStream>;
  readonly current: () => FakeStream | undefined;
  /** Stores an entry as a message of the generation that is open; answers its sequence. */
  readonly append: (...entries: readonly Entry[]) => Sequence;
  readonly store: (message: Omit<RawMessage, "sequence">) => Sequence;
  /** Takes the last messages away, as a power cut does; what is stored next has their numbers. */
  readonly loseTail: (count: number) => void;
  readonly drop: (generation: number) => void;
  /** Takes the subjects away from the generation that is there, as a keeper does that is ended right after. */
  readonly retire: () => void;
  readonly openLog: Effect.Effect<OpenedLog, LogUnavailable>;
  readonly keeper: Keeper;
  /** Ends whoever takes this step from now on: each change that the keeper makes, before and after. */
  dieAt: number;
  /** Where the keeper gets no answer: half of them before the change is made, half after it. */
  muteAt: ReadonlySet<number>;
  steps: number;
}

export function entryIn(message: RawMessage): Entry {
  const read = readMessage(message);
  if (!read.ok) throw new Error(`not an entry: ${read.problem.code}`);
  return read.value;
}

export function makeStreams(): FakeStreams {
  const sleepers = new Set<() => void>();
  const changed = (): void => {
    const woken = [...sleepers];
    sleepers.clear();
    for (const wake of woken) wake();
  };
  const until = (isDone: () => boolean): Effect.Effect<void> =>
    Effect.callback((resume) => {
      const look = (): void => {
        if (isDone()) resume(Effect.void);
        else sleepers.add(look);
      };
      look();
      return Effect.sync(() => sleepers.delete(look));
    });
  const all = new Map<number, FakeStream>();
  const current = (): FakeStream | undefined => [...all.values()].find(({ isRetired }) => !isRetired);
  const store = (stream: FakeStream, message: Omit<RawMessage, "sequence">): Sequence => {
    stream.last += 1;
    stream.messages = [...stream.messages, { ...message, sequence: sequence(stream.last) }];
    changed();
    return sequence(stream.last);
  };
  const openNow = (): FakeStream => {
    const stream = current();
    if (stream?.isOpen !== true) throw new Error("no generation is open");
    return stream;
  };
  const streams: FakeStreams = {
    all,
    current,
    append: (...entries) => entries.reduce((_, entry) => store(openNow(), messageOf(entry)), sequence(0)),
    store: (message) => store(openNow(), message),
    loseTail: (count) => {
      const stream = openNow();
      stream.messages = stream.messages.slice(0, Math.max(0, stream.messages.length - count));
      stream.last = stream.messages.at(-1)?.sequence ?? 0;
      changed();
    },
    retire: () => {
      const stream = current();
      if (stream !== undefined) stream.isRetired = true;
      changed();
    },
    drop: (generation) => {
      all.delete(generation);
      changed();
    },
    openLog: Effect.suspend(() =>
      Effect.map(
        until(() => current()?.isOpen === true),
        () => open(openNow(), all, until),
      ),
    ),
    keeper: keeperOf(
      all,
      (stream, message) => store(stream, message),
      () => streams,
    ),
    dieAt: 0,
    muteAt: new Set(),
    steps: 0,
  };
  return streams;
}

/** One generation as its reader sees it. Regressed once it is gone, retired, or shorter than what this reader saw. */
function open(
  stream: FakeStream,
  all: ReadonlyMap<number, FakeStream>,
  until: (isDone: () => boolean) => Effect.Effect<void>,
): OpenedLog {
  let seen = stream.last;
  const opening = stream.generation === 1 ? null : stream.messages.findLast(isOpeningOf(stream.generation));
  const isOver = (): boolean => {
    if (all.get(stream.generation) !== stream || stream.isRetired || stream.last < seen) return true;
    seen = stream.last;
    return false;
  };
  const raw = rawOf(stream);
  return {
    raw: { ...raw, follow: (after) => followOf(stream, after, until) },
    start: {
      sequence: opening?.sequence ?? 0,
      position: (opening == null ? 0 : positionIn(entryIn(opening))) as Position | 0,
    },
    ended: Effect.andThen(
      until(isOver),
      Effect.fail(new LogUnavailable({ reason: "regressed", retry: "never", detail: "the stream is over" })),
    ),
  };
}

const isOpeningOf =
  (generation: number) =>
  (message: RawMessage): boolean =>
    message.messageId === `resumed/${generation}`;

const positionIn = (entry: Entry): number => Number(entry.envelope.events[0]?.data["position"]);

const rawOf = (stream: FakeStream): RawLog => ({
  generation: stream.generation,
  follow: (after) => Stream.fromArray(stream.messages.filter((one) => one.sequence > after)),
  read: (after) =>
    Stream.suspend(() => Stream.fromArray(stream.messages.filter((one) => one.sequence > after))),
  at: (place) => Effect.sync(() => stream.messages.find((one) => one.sequence === place) ?? null),
  last: Effect.sync(() => stream.last as Sequence | 0),
});

const followOf = (
  stream: FakeStream,
  from: Sequence | 0,
  until: (isDone: () => boolean) => Effect.Effect<void>,
): Stream.Stream<RawMessage, LogUnavailable> =>
  Stream.paginate(from, (after) =>
    Effect.map(
      until(() => stream.last > after),
      () => {
        const page = stream.messages.filter((one) => one.sequence > after).slice(0, 256);
        return [page, Option.some(page.at(-1)?.sequence ?? after)] as const;
      },
    ),
  );

function keeperOf(
  all: Map<number, FakeStream>,
  store: (stream: FakeStream, message: Omit<RawMessage, "sequence">) => Sequence,
  world: () => FakeStreams,
): Keeper {
  const step = <A>(work: () => A): Effect.Effect<A, LogUnavailable> =>
    Effect.andThen(
      answer(world()),
      Effect.flatMap(Effect.sync(work), (done) => Effect.as(answer(world()), done)),
    );
  const make = (generation: number, last: number, isOpen: boolean): FakeStream => {
    const stream = { generation, messages: [], last, isOpen, isRetired: false };
    all.set(generation, stream);
    return stream;
  };
  return {
    current: Effect.sync(() => world().current()?.generation ?? null),
    newestRetired: Effect.sync(() =>
      Math.max(
        0,
        ...[...all.values()].filter(({ isRetired }) => isRetired).map(({ generation }) => generation),
      ),
    ),
    ensure: (isFirst) =>
      step(() => (isFirst && world().current() === undefined ? void make(1, 0, true) : undefined)),
    retire: (generation) =>
      step(() => {
        const stream = all.get(generation);
        if (stream !== undefined) stream.isRetired = true;
      }),
    retired: (generation) =>
      Effect.sync(() => {
        const stream = all.get(generation);
        return stream === undefined || !stream.isRetired ? null : rawOf(stream);
      }),
    begin: (generation, first, entries, opening) =>
      Effect.gen(function* () {
        if (all.get(generation)?.isRetired === true)
          return yield* new LogUnavailable({ reason: "io", retry: "later", detail: "retired already" });
        if (all.get(generation)?.isOpen === true)
          return yield* new LogUnavailable({ reason: "drifted", retry: "never", detail: "opened already" });
        const stream = yield* step(() => make(generation, first - 1, false));
        yield* Stream.runForEach(entries, (entry) => step(() => store(stream, messageOf(entry))));
        yield* step(() => {
          stream.isOpen = true;
          store(stream, messageOf(opening));
        });
      }),
    remove: (generation) => step(() => void all.delete(generation)),
  };
}

const answer = (streams: FakeStreams): Effect.Effect<void, LogUnavailable> =>
  Effect.suspend(() => {
    count(streams);
    if (!streams.muteAt.has(streams.steps)) return Effect.void;
    return Effect.fail(
      new LogUnavailable({ reason: "unreachable", retry: "later", detail: "no answer in time" }),
    );
  });

export function count(streams: FakeStreams): void {
  streams.steps += 1;
  if (streams.steps === streams.dieAt) throw new Killed();
}
