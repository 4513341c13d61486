/** A law, and the words that laws are written in. */
import type { Entry, Lane, Sequence } from "@claw/events";
import { Effect, type Scope, Stream } from "effect";
import type { EventLog, Logged, Outcome, Range } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import { givenEntry, givenLane } from "./given.ts";
import type { TestedLog } from "./harness.ts";

/** One law of an open log. It fails by throwing an assertion. */
export interface Law {
  readonly title: string;
  readonly check: (log: TestedLog) => Effect.Effect<void, LogUnavailable, Scope.Scope>;
}

/** An entry with an id of its own. */
export const numbered = (n: number, lane: Lane = givenLane("a")): Entry =>
  givenEntry({ id: `test/${n}`, lane });

/** `count` entries with ids of their own; `from` sets them apart from others. */
export const entries = (count: number, from = 0, lane: Lane = givenLane("a")): readonly Entry[] =>
  Array.from({ length: count }, (_, index) => numbered(from + index, lane));

export const append = (
  log: EventLog,
  list: readonly Entry[],
): Effect.Effect<readonly Outcome[], LogUnavailable> => log.append(list.map((entry) => ({ entry })));

/** Appends one entry at a head, and answers what became of it. */
export const appendAt = (
  log: EventLog,
  entry: Entry,
  expectedHead: Sequence | 0,
): Effect.Effect<Outcome | undefined, LogUnavailable> =>
  Effect.map(log.append([{ entry, expectedHead }]), ([outcome]) => outcome);

export const readAll = (
  log: EventLog,
  range: Range = { after: 0 },
): Effect.Effect<readonly Logged[], LogUnavailable> => Stream.runCollect(log.read(range));

export const idsOf = (list: readonly (Logged | Entry)[]): readonly string[] =>
  list.map((one) => ("entry" in one ? one.entry : one).envelope.id);

/** The sequence of an outcome that must have one. */
export function sequenceOf(outcome: Outcome | undefined): Sequence {
  if (outcome === undefined || outcome.status === "lane_conflict")
    throw new Error(`expected an entry with a sequence, got ${outcome?.status ?? "nothing"}`);
  return outcome.sequence;
}
