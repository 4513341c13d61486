/** The keeper of the fleet's streams. Only the projector of record has a key that may do this. */
import { type Entry, generationOf, LOG_SUBJECTS, logStream, type Sequence } from "@claw/events";
import { Effect, type Scope, Stream } from "effect";
import { MAX_DRAFTS } from "../event-log.ts";
import { LogUnavailable } from "../faults.ts";
import type { Keeper } from "../keeper.ts";
import type { RawLog } from "../raw-log.ts";
import { ask, faultFor, mustAsk } from "./api.ts";
import { append } from "./append.ts";
import { API, drifted, failedAt } from "./faults.ts";
import { LOOK_AGAIN_MS, LOOKS_TO_END } from "./guard.ts";
import type { Appender } from "./judge.ts";
import type { NatsLink } from "./link.ts";
import { currentGeneration, findOpening, type Opening } from "./opening.ts";
import { openAppender, rawLog } from "./open-log.ts";
import { stateOf, streamsOn, type StreamState, subjectsOf } from "./stream-state.ts";
import {
  driftOf,
  logConfig,
  pulseConfig,
  receiptConfig,
  RETIRED_SUBJECTS,
  retiredConfig,
  retiredSubjects,
  type StreamConfig,
  type StreamSettings,
} from "./streams.ts";
import { unguarded } from "./unguarded.ts";

/**
 * A deleted stream's files go a moment later, and a stream that is made under its name meanwhile can come up with its messages, or not at all (seen on
 * nats-server 2.14.0: twice in 300 tries without a pause).
 */
const AFTER_DELETE_MS = 500;
const MOST_TRIES = 5;

interface Desk {
  readonly link: NatsLink;
  readonly settings: StreamSettings;
}

export const openKeeper = (link: NatsLink, settings: StreamSettings = {}): Keeper => {
  const desk: Desk = { link, settings };
  return {
    current: currentGeneration(link),
    newestRetired: newestRetired(link),
    ensure: (isFirst) => ensure(desk, isFirst),
    retire: (generation) => retire(desk, generation),
    retired: (generation) => retired(desk, generation),
    begin: (generation, first, entries, opening) =>
      Effect.scoped(begin(desk, generation, first, entries, opening)),
    remove: (generation) => remove(desk, generation),
  };
};

const newestRetired = (link: NatsLink): Effect.Effect<number, LogUnavailable> =>
  Effect.map(streamsOn(link, RETIRED_SUBJECTS), (names) =>
    names.reduce((newest, name) => Math.max(newest, generationOf(name) ?? 0), 0),
  );

const ensure = Effect.fnUntraced(function* (
  { link, settings }: Desk,
  isFirst: boolean,
): Effect.fn.Return<void, LogUnavailable> {
  yield* ensureStream(link, pulseConfig(settings));
  yield* ensureStream(link, receiptConfig(settings));
  const generation = yield* currentGeneration(link);
  if (generation === null && isFirst) yield* ensureStream(link, logConfig(1, 1, settings));
  if (generation !== null) yield* ensureStream(link, logConfig(generation, 1, settings));
});

/** Makes a stream, or compares the one that is there; sets what may be set and refuses the rest. */
const ensureStream = Effect.fnUntraced(function* (
  link: NatsLink,
  config: StreamConfig,
): Effect.fn.Return<void, LogUnavailable> {
  const name = String(config["name"]);
  const state = yield* stateOf(link, name);
  if (state === null) return yield* make(link, config);
  const drift = driftOf(config, state.config, false);
  if (drift.refused !== null) return yield* driftFault(name, drift.refused);
  if (drift.adjustable.length === 0) return;
  const { first_seq: _, ...asked } = config;
  const answer = yield* mustAsk(link, `STREAM.UPDATE.${name}`, { ...state.config, ...asked });
  yield* compare(config, answer["config"], false);
});

const make = Effect.fnUntraced(function* (
  link: NatsLink,
  config: StreamConfig,
): Effect.fn.Return<void, LogUnavailable> {
  const name = String(config["name"]);
  const asked = yield* ask(link, `STREAM.CREATE.${name}`, config);
  if (!asked.ok)
    return yield* asked.refused.code === API.subjectsOverlap
      ? drifted(`Another stream has the subjects of ${name}.`)
      : faultFor(asked.refused);
  yield* compare(config, asked.answer["config"], true);
});

/** Makes a stream of the log that holds nothing: what a beginning left that was cut short goes, and so does a deleted stream's ghost. */
const makeEmpty = Effect.fnUntraced(function* (
  link: NatsLink,
  config: StreamConfig,
): Effect.fn.Return<void, LogUnavailable> {
  const name = String(config["name"]);
  for (let left = MOST_TRIES; left > 0; left -= 1) {
    yield* Effect.catchIf(
      make(link, config),
      ({ reason }) => reason === "io" && left > 1,
      () => Effect.void,
    );
    const state = yield* stateOf(link, name);
    if (state?.messages === 0) return;
    if (state !== null) yield* mustAsk(link, `STREAM.DELETE.${name}`);
    yield* Effect.sleep(AFTER_DELETE_MS);
  }
  return yield* failedAt(`The stream ${name} does not come up empty.`);
});

const compare = (config: StreamConfig, has: unknown, isNew: boolean): Effect.Effect<void, LogUnavailable> => {
  const { refused, adjustable } = driftOf(config, (has ?? {}) as Record<string, unknown>, isNew);
  const field = refused ?? adjustable[0];
  return field === undefined ? Effect.void : driftFault(String(config["name"]), field);
};

const driftFault = (name: string, field: string): Effect.Effect<never, LogUnavailable> =>
  Effect.fail(drifted(`The stream ${name} has another ${field} than this version asks for.`));

const retire = Effect.fnUntraced(function* (
  { link }: Desk,
  generation: number,
): Effect.fn.Return<void, LogUnavailable> {
  const name = logStream(generation);
  const state = yield* stateOf(link, name);
  if (state === null || isRetired(state, generation)) return;
  yield* mustAsk(link, `STREAM.UPDATE.${name}`, {
    ...state.config,
    ...retiredConfig(generation, state.bytes),
  });
});

const isRetired = (state: StreamState, generation: number): boolean =>
  subjectsOf(state).join() === retiredSubjects(generation).join();

const retired = ({ link }: Desk, generation: number): Effect.Effect<RawLog | null, LogUnavailable> =>
  Effect.map(stateOf(link, logStream(generation)), (state) =>
    state === null ? null : rawLog(unguarded(link, logStream(generation), state), generation),
  );

const begin = Effect.fnUntraced(function* (
  { link, settings }: Desk,
  generation: number,
  first: Sequence,
  entries: Stream.Stream<Entry, LogUnavailable>,
  opening: Entry,
): Effect.fn.Return<void, LogUnavailable, Scope.Scope> {
  const name = logStream(generation);
  const there = yield* stateOf(link, name);
  if (there !== null && isRetired(there, generation))
    return yield* failedAt(`Generation ${generation} was retired already.`);
  if (there !== null) {
    const opened = yield* findOpeningSurely(link, generation);
    if (opened?.entry.envelope.digest === opening.envelope.digest) return;
    if (opened !== null)
      return yield* drifted(`Generation ${generation} was opened already, by another beginning.`);
  }
  yield* makeEmpty(link, logConfig(generation, first, settings));
  const appender = yield* openAppender(link, name, LOG_SUBJECTS);
  yield* Stream.runForEachArray(Stream.rechunk(entries, MAX_DRAFTS), (some) => store(appender, some));
  yield* store(appender, [opening]);
});

/** What holds no opening is deleted: a leader that was deposed a moment ago may not have it yet, so as many looks are taken as before a log ends. */
const findOpeningSurely = Effect.fnUntraced(function* (
  link: NatsLink,
  generation: number,
): Effect.fn.Return<Opening | null, LogUnavailable> {
  for (let left = LOOKS_TO_END; ; left -= 1) {
    const opened = yield* findOpening(link, generation);
    if (opened !== null || left <= 1) return opened;
    yield* Effect.sleep(LOOK_AGAIN_MS);
  }
});

const store = (appender: Appender, entries: readonly Entry[]): Effect.Effect<void, LogUnavailable> =>
  Effect.flatMap(
    append(
      appender,
      entries.map((entry) => ({ entry })),
    ),
    (outcomes) => {
      const refused = outcomes.find(({ status }) => status !== "appended" && status !== "duplicate");
      return refused === undefined
        ? Effect.void
        : Effect.fail(failedAt(`An entry of the new generation was refused: ${refused.status}.`));
    },
  );

const remove = Effect.fnUntraced(function* (
  { link }: Desk,
  generation: number,
): Effect.fn.Return<void, LogUnavailable> {
  const name = logStream(generation);
  const state = yield* stateOf(link, name);
  if (state === null) return;
  if (!isRetired(state, generation))
    return yield* new LogUnavailable({
      reason: "forbidden",
      retry: "never",
      detail: `Generation ${generation} is not retired: it is not removed.`,
    });
  yield* mustAsk(link, `STREAM.DELETE.${name}`);
});
