/**
 * A model of the log, and a machine that plays both side by side: random appends, reads and reopenings must never tell the log from a list.
 */
import { type Entry, type EntryId, type Lane, NONE, type Sequence } from "@claw/events";
import fc from "fast-check";
import type { Draft, Logged, Outcome } from "../event-log.ts";
import { givenEntry, givenEvent, givenLane } from "./given.ts";

/** What a log must hold. Sequences are the real log's; the model knows only that they rise. */
export interface LogModel {
  readonly stored: Logged[];
}

export const headIn = ({ stored }: LogModel, lane: Lane): Sequence | 0 =>
  stored.findLast(({ entry }) => entry.envelope.lane === lane)?.sequence ?? NONE;

export const findIn = ({ stored }: LogModel, id: EntryId): Logged | null =>
  stored.find(({ entry }) => entry.envelope.id === id) ?? null;

/** What the law says about a draft. `sequence` is the one that the real log gave, taken only where something must be stored. */
export function judge(
  model: LogModel,
  { entry, expectedHead }: Draft,
  sequence: Sequence | undefined,
): Outcome {
  const known = findIn(model, entry.envelope.id);
  if (known !== null) return repeat(known, entry);
  const head = headIn(model, entry.envelope.lane);
  if (expectedHead !== undefined && expectedHead !== head) return { status: "lane_conflict", head };
  const last = model.stored.at(-1)?.sequence ?? NONE;
  if (sequence === undefined || sequence <= last) throw new Error("a stored entry has no rising sequence");
  model.stored.push({ sequence, entry });
  return { status: "appended", sequence };
}

function repeat({ sequence, entry: known }: Logged, entry: Entry): Outcome {
  const knownDigest = known.envelope.digest;
  if (knownDigest === entry.envelope.digest) return { status: "duplicate", sequence };
  return { status: "id_conflict", sequence, knownDigest };
}

/** A draft before its expectation is known: that depends on where the log is. */
export interface DraftPlan {
  readonly id: number;
  readonly lane: number;
  readonly what: "unloaded" | "archived";
  readonly expect: "anything" | "nothing" | "the head" | "a guess";
  readonly guess: number;
}

const LANES = 3;
const IDS = 40;

export const draftPlan: fc.Arbitrary<DraftPlan> = fc.record({
  id: fc.nat(IDS),
  lane: fc.nat(LANES - 1),
  what: fc.constantFrom("unloaded", "archived"),
  expect: fc.constantFrom("anything", "nothing", "the head", "a guess"),
  guess: fc.nat(IDS),
});

export function draftOf(model: LogModel, plan: DraftPlan): Draft {
  const lane = givenLane(`s${plan.lane}`);
  const entry = givenEntry({
    id: `test/${plan.id}`,
    lane,
    events: [givenEvent("session.closed", { how: plan.what })],
  });
  if (plan.expect === "anything") return { entry };
  if (plan.expect === "nothing") return { entry, expectedHead: NONE };
  return { entry, expectedHead: plan.expect === "the head" ? headIn(model, lane) : (plan.guess as Sequence) };
}
