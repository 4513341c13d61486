/**
 * What was before the log. A log that was begun again holds only what came since; the rest is in the ledger of record, and whoever needs all of it
 * reads both, one behind the other (DESIGN 14.3, 14.5).
 */
import {
  type EntryId,
  type Lane,
  NONE,
  type Placed,
  type Position,
  sequence,
  type Sequence,
} from "@claw/events";
import { Effect, Option, Stream } from "effect";
import type { Logged, ReadableLog } from "../event-log.ts";
import { LogUnavailable } from "../faults.ts";
import type { History } from "../history.ts";
import type { Checkpoint } from "./apply.ts";

/** True where a fold of this log stands before the log itself begins. */
export const isBeforeLog = ({ start }: ReadableLog, { sequence }: Pick<Checkpoint, "sequence">): boolean =>
  sequence === NONE && start.sequence !== NONE;

/** The history that a fold of a log which was begun again must have. */
export const historyOf = ({
  name,
  log,
  history,
}: {
  readonly name: string;
  readonly log: ReadableLog;
  readonly history?: History | undefined;
}): Effect.Effect<History, LogUnavailable> =>
  history === undefined ? Effect.fail(noHistory(name, log)) : Effect.succeed(history);

/** History after a position, up to where the log begins. Fails (later) where it ends before that: the ledger of record has to get there first. */
export const pastOf = (
  { start }: ReadableLog,
  history: History,
  after: Position | 0,
): Stream.Stream<Placed, LogUnavailable> =>
  after >= start.position || start.position === NONE
    ? Stream.empty
    : endingWith(history.read({ after, through: start.position }), (last) =>
        last?.position === start.position ? null : tooShort(start.position),
      );

/**
 * A lane's history, up to where the log begins. What the log repeats of the lane says how it must end: a history that is behind would else be taken
 * for a whole one.
 */
const lanePast = Effect.fnUntraced(function* (
  log: ReadableLog,
  history: History,
  lane: Lane,
): Effect.fn.Return<Stream.Stream<Placed, LogUnavailable>, LogUnavailable> {
  const { sequence: begin, position } = log.start;
  if (position === NONE || begin === NONE) return Stream.empty;
  const repeated = log.read({ after: NONE, through: sequence(begin - 1), lane });
  const tail = Option.getOrNull(Option.map(yield* Stream.runLast(repeated), idOf));
  return endingWith(history.read({ after: NONE, through: position, lane }), (last) =>
    (last === null ? null : idOf(last)) === tail ? null : tooShort(position),
  );
});

/** A stream that fails at its end unless it ended as it must. */
const endingWith = (
  entries: Stream.Stream<Placed, LogUnavailable>,
  problemOf: (last: Placed | null) => LogUnavailable | null,
): Stream.Stream<Placed, LogUnavailable> =>
  Stream.suspend(() => {
    let last: Placed | null = null;
    const told = Stream.tap(entries, (placed) =>
      Effect.sync(() => {
        last = placed;
      }),
    );
    const checked = Effect.suspend(() => {
      const problem = problemOf(last);
      return problem === null ? Effect.void : Effect.fail(problem);
    });
    return Stream.concat(told, Stream.fromEffectDrain(checked));
  });

const idOf = ({ entry }: Pick<Placed, "entry">): EntryId => entry.envelope.id;

/** The id of the entry with which the log begins. */
export const openingOf = Effect.fnUntraced(function* ({
  at,
  start,
}: ReadableLog): Effect.fn.Return<EntryId, LogUnavailable> {
  const opening = start.sequence === NONE ? null : yield* at(start.sequence);
  if (opening !== null) return opening.entry.envelope.id;
  return yield* Effect.fail(
    new LogUnavailable({
      reason: "regressed",
      retry: "never",
      detail: `The log does not hold the entry at ${start.sequence} with which it begins.`,
    }),
  );
});

/** An entry of a lane, from wherever it was read. `sequence` is null for what is only in history. */
export interface LaneEntry {
  readonly sequence: Sequence | null;
  readonly entry: Placed["entry"];
}

/**
 * All entries of a lane in their order, first from history, then from the log, up to the last one at the time of the call. With `after`, only those
 * that the log has after that sequence. Refuses (`unreachable`, later) a log that does not hold everything where there is no history.
 */
export function wholeLane(
  log: ReadableLog,
  history: History | undefined,
  lane: Lane,
  after: Sequence | 0 = NONE,
): Stream.Stream<LaneEntry, LogUnavailable> {
  const { sequence: begin } = log.start;
  const since = Stream.map(log.read({ after: after > begin ? after : begin, lane }), laneEntry);
  if (!isBeforeLog(log, { sequence: after })) return since;
  const past = Effect.flatMap(historyOf({ name: `of the lane ${lane}`, log, history }), (found) =>
    lanePast(log, found, lane),
  );
  const before = Stream.map(Stream.unwrap(past), ({ entry }): LaneEntry => ({ sequence: null, entry }));
  return Stream.concat(before, since);
}

const laneEntry = ({ sequence: at, entry }: Logged): LaneEntry => ({ sequence: at, entry });

const noHistory = (name: string, { start }: ReadableLog): LogUnavailable =>
  new LogUnavailable({
    reason: "unreachable",
    retry: "later",
    detail: `The log begins after position ${start.position}, and the fold ${name} has no history to begin with.`,
  });

const tooShort = (position: number): LogUnavailable =>
  new LogUnavailable({
    reason: "unreachable",
    retry: "later",
    detail: `The log begins after position ${position}, and the history that answers does not reach it yet.`,
  });

/** The log is not the one that was read: it ends before the checkpoint, or is of an older generation. */
export const regressed = (
  name: string,
  log: ReadableLog,
  seen: { readonly generation: number } | { readonly sequence: number; readonly last: number },
): LogUnavailable =>
  new LogUnavailable({
    reason: "regressed",
    retry: "never",
    ...("last" in seen && {
      lost: { generation: log.generation, sequence: seen.sequence, digest: null },
    }),
    detail:
      "last" in seen
        ? `The log ends at ${seen.last}, but the fold ${name} has read it up to ${seen.sequence}: the log lost its tail.`
        : `The log is of generation ${log.generation}, but the fold ${name} has read generation ${seen.generation}.`,
  });
