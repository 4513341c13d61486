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
  /** True for a log that finds an entry by its id for ever. */
  readonly knowsIds: boolean;
}

export const headIn = ({ stored }: LogModel, lane: Lane): Sequence | 0 =>
  stored.findLast(({ entry }) => entry.envelope.lane === lane)?.sequence ?? NONE;

export const findIn = ({ stored }: LogModel, id: EntryId): Logged | null =>
  stored.find(({ entry }) => entry.envelope.id === id) ?? null;

/**
 * What the law says about a draft, given what the log said. The log's own words count in two places only: the sequence of what must be stored, and a
 * known id at a stale head, where a log that does not know ids for ever may see no more than the stale head.
 */
export function judge(model: LogModel, draft: Draft, said: Outcome | undefined): Outcome {
  const { entry, expectedHead } = draft;
  const known = findIn(model, entry.envelope.id);
  const head = headIn(model, entry.envelope.lane);
  const isStale = expectedHead !== undefined && expectedHead !== head;
  const conflict: Outcome = { status: "lane_conflict", head };
  if (known === null && isStale) return conflict;
  if (known === null) return store(model, entry, said);
  const mayMiss = isStale && !model.knowsIds && !isBehind(model, draft, known);
  return mayMiss && said?.status === "lane_conflict" ? conflict : repeat(known, entry);
}

function store(model: LogModel, entry: Entry, said: Outcome | undefined): Outcome {
  const sequence = said?.status === "appended" ? said.sequence : undefined;
  const last = model.stored.at(-1)?.sequence ?? NONE;
  if (sequence === undefined || sequence <= last) throw new Error("a stored entry has no rising sequence");
  model.stored.push({ sequence, entry });
  return { status: "appended", sequence };
}

/** True if the known entry stands right behind the head that is expected: then this is the retry of what stored it, and no log may miss that. */
function isBehind(model: LogModel, { entry, expectedHead }: Draft, known: Logged): boolean {
  const { lane } = entry.envelope;
  const before = model.stored.filter(
    (logged) => logged.entry.envelope.lane === lane && logged.sequence < known.sequence,
  );
  return known.entry.envelope.lane === lane && (before.at(-1)?.sequence ?? NONE) === expectedHead;
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
