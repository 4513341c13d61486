/** A log in memory: for tests that need one and are not about it. Keeps the laws of the port, and nothing when it is closed. */
import { type Entry, type EntryId, type Lane, NONE, type Sequence, sequence } from "@claw/events";
import {
  type Draft,
  type EventLog,
  type IndexedLog,
  type Logged,
  LogUnavailable,
  MAX_DRAFTS,
  type Outcome,
  type Range,
} from "@claw/eventlog";
import { Effect, Option, type Scope, Stream } from "effect";

/** Entries that a reader takes at once. */
const PAGE = 256;

interface State {
  readonly entries: Logged[];
  readonly byId: Map<EntryId, Logged>;
  readonly heads: Map<Lane, Sequence>;
  readonly sleepers: Set<() => void>;
  closed: boolean;
}

/** Opens an empty log for the time of a scope, or one with these entries in it. */
export const openMemoryLog = (entries: readonly Entry[] = []): Effect.Effect<MemoryLog, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => makeState(entries)),
      (state) => Effect.sync(() => close(state)),
    ),
    bind,
  );

function makeState(entries: readonly Entry[]): State {
  const state: State = {
    entries: [],
    byId: new Map(),
    heads: new Map(),
    sleepers: new Set(),
    closed: false,
  };
  for (const entry of entries) store(state, entry);
  return state;
}

export type MemoryLog = EventLog & IndexedLog;

function bind(state: State): MemoryLog {
  return {
    append: (drafts) => whileOpen(state, () => append(state, drafts)),
    read: (range) => read(state, range),
    follow: (after) => follow(state, after),
    head: (lane) => whileOpen(state, () => state.heads.get(lane) ?? NONE),
    last: whileOpen(state, () => lastOf(state)),
    at: (sequence) => whileOpen(state, () => state.entries[sequence - 1] ?? null),
    generation: 1,
    start: { sequence: NONE, position: NONE },
    find: (id) => whileOpen(state, () => state.byId.get(id) ?? null),
  };
}

const lastOf = ({ entries }: State): Sequence | 0 => entries.at(-1)?.sequence ?? NONE;

function append(state: State, drafts: readonly Draft[]): readonly Outcome[] {
  if (drafts.length > MAX_DRAFTS) throw new RangeError(`An append has at most ${MAX_DRAFTS} drafts.`);
  const outcomes = drafts.map((draft) => appendOne(state, draft));
  wake(state);
  return outcomes;
}

function appendOne(state: State, { entry, expectedHead }: Draft): Outcome {
  const known = state.byId.get(entry.envelope.id);
  if (known !== undefined) {
    const knownDigest = known.entry.envelope.digest;
    return knownDigest === entry.envelope.digest
      ? { status: "duplicate", sequence: known.sequence }
      : { status: "id_conflict", sequence: known.sequence, knownDigest };
  }
  const head = state.heads.get(entry.envelope.lane) ?? NONE;
  if (expectedHead !== undefined && expectedHead !== head) return { status: "lane_conflict", head };
  return { status: "appended", sequence: store(state, entry) };
}

/** A copy is kept: what the caller does to its entry later changes no history. */
function store(state: State, given: Entry): Sequence {
  const entry = structuredClone(given);
  const logged = { sequence: sequence(lastOf(state) + 1), entry };
  state.entries.push(logged);
  state.byId.set(entry.envelope.id, logged);
  state.heads.set(entry.envelope.lane, logged.sequence);
  return logged.sequence;
}

const read = (state: State, range: Range): Stream.Stream<Logged, LogUnavailable> =>
  Stream.suspend(() => {
    const through = range.through ?? lastOf(state);
    return Stream.paginate(range.after, (after) =>
      whileOpen(state, () => {
        const page = pageOf(state, after, through);
        const wanted = page.filter(
          ({ entry }) => range.lane === undefined || entry.envelope.lane === range.lane,
        );
        return [wanted, Option.fromUndefinedOr(page.at(-1)?.sequence)] as const;
      }),
    );
  });

const follow = (state: State, from: Sequence | 0): Stream.Stream<Logged, LogUnavailable> =>
  Stream.paginate(from, (after) =>
    Effect.andThen(
      beyond(state, after),
      whileOpen(state, () => {
        const page = pageOf(state, after, lastOf(state));
        return [page, Option.some(page.at(-1)?.sequence ?? after)] as const;
      }),
    ),
  );

/** Sequences have no holes, so an entry's place is its sequence less one. */
const pageOf = ({ entries }: State, after: Sequence | 0, through: Sequence | 0): readonly Logged[] =>
  entries.slice(after, Math.max(after, Math.min(through, after + PAGE)));

const beyond = (state: State, after: Sequence | 0): Effect.Effect<void, LogUnavailable> =>
  Effect.callback((resume) => {
    const look = (): void => {
      if (state.closed) resume(Effect.fail(closedFault()));
      else if (lastOf(state) > after) resume(Effect.void);
      else state.sleepers.add(look);
    };
    look();
    return Effect.sync(() => state.sleepers.delete(look));
  });

function wake({ sleepers }: State): void {
  const woken = [...sleepers];
  sleepers.clear();
  for (const sleeper of woken) sleeper();
}

function close(state: State): void {
  state.closed = true;
  wake(state);
}

const whileOpen = <A>(state: State, work: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.suspend(() => (state.closed ? Effect.fail(closedFault()) : Effect.sync(work)));

const closedFault = (): LogUnavailable =>
  new LogUnavailable({ reason: "closed", retry: "never", detail: "The log was closed." });
