/** Random entries and histories of them: whole, intact, and of every kind and writer. */
import {
  type By,
  DECIDED,
  type Entry,
  type EntryId,
  Epoch,
  type Event,
  hostEntryId,
  hostLane,
  type Json,
  type Lane,
  type OpenEvent,
  seal,
  sessionLane,
  stampEntry,
} from "@claw/events";
import fc from "fast-check";
import { decidedEvent, event, hostEvent, sessionEvent } from "./events.ts";
import * as id from "./ids.ts";

/** An entry before it has a place: `toEntry` gives it one. */
export interface EntryPlan {
  readonly lane: Lane;
  readonly by: "host" | "ingest" | "policy";
  readonly hostId: (typeof id.hostIds)[number];
  readonly events: readonly Event[];
  readonly recordedAt: number;
}

const SALT = "00".repeat(16);

const planIn = (
  lane: fc.Arbitrary<Lane>,
  by: fc.Arbitrary<EntryPlan["by"]>,
  events: fc.Arbitrary<Event>,
): fc.Arbitrary<EntryPlan> =>
  fc.record({
    lane,
    by,
    hostId: id.hostId,
    events: fc.array(events, { minLength: 1, maxLength: 3 }),
    recordedAt: id.at,
  });

const observers = fc.constantFrom<EntryPlan["by"]>("host", "host", "host", "ingest");

/** Mostly what the writers do write; now and then an event in a lane where it does not belong. */
export const entryPlan: fc.Arbitrary<EntryPlan> = fc.oneof(
  { weight: 8, arbitrary: planIn(id.sessionId.map(sessionLane), observers, sessionEvent) },
  { weight: 3, arbitrary: planIn(id.hostId.map(hostLane), observers, hostEvent) },
  { weight: 2, arbitrary: planIn(fc.constant(DECIDED), fc.constant("policy"), decidedEvent) },
  { weight: 1, arbitrary: planIn(id.sessionId.map(sessionLane), observers, event) },
  { weight: 1, arbitrary: planIn(id.hostId.map(hostLane), observers, event) },
);

/** A history: entries in the order of the log, each with an id of its own. */
export const history = (maxLength = 40): fc.Arbitrary<readonly Entry[]> =>
  fc.array(entryPlan, { maxLength }).map((plans) => plans.map(toEntry));

const sealedOf = ({ lane, events }: EntryPlan) => seal(lane, null, events.map(openOf), () => SALT);

const openOf = ({ type, at, data, body }: Event): OpenEvent => ({
  type,
  v: 1,
  at,
  data: data as Json,
  ...(body === null ? {} : { body: body as Json }),
});

/** The plan as the entry at this place of a history. */
export const toEntry = (plan: EntryPlan, index: number): Entry =>
  stampEntry(sealedOf(plan), { id: entryIdOf(plan, index), by: byOf(plan, index), at: plan.recordedAt });

const EPOCH = Epoch.parse("0".repeat(32));

const entryIdOf = ({ by, hostId }: EntryPlan, index: number): EntryId =>
  by === "host" ? hostEntryId(hostId, EPOCH, index + 1) : (`${by}/${index + 1}` as EntryId);

const byOf = ({ by, hostId }: EntryPlan, index: number): By =>
  by === "host" ? { kind: by, hostId, epoch: EPOCH, seq: index + 1 } : { kind: by };
