/** Every fact of a session's lane is counted, whatever became of it: archives are compared with the count (F1-078, X1-036). */
import {
  CommandId,
  DECIDED,
  type Entry,
  type Event,
  laneParts,
  requestedSession,
  sessionLane,
} from "@claw/events";
import {
  type EntryPlan,
  entryPlan,
  eventKinds,
  hostIds,
  sessionIds,
  toEntry,
} from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnyProjection, readerOn, viewProjections } from "../src/index.ts";
import { after, AT, by, entriesOf, hostFact, observed, policyFact, session } from "./acting.ts";
import { foldInto, memoryStore, placed, testScale } from "./given.ts";
import { asked, boundTo, inAsked, ordered } from "./spawning.ts";

const RUNS = { numRuns: 300 * testScale };
const commandId = CommandId.parse("command-1");
const lanes = [...sessionIds, requestedSession(commandId)].map(sessionLane);

/** What a later version wrote, and what no version could have. */
const odd: fc.Arbitrary<Event> = fc
  .constantFrom(
    { type: "session.dreamt", data: { of: "sheep" } },
    { type: "session.became", data: { activity: 7 } },
    { type: "turn.started", data: {} },
  )
  .map((event) => ({ ...event, at: AT, body: null }) as unknown as Event);
const spoken = fc.oneof(
  odd,
  ...[eventKinds["session.observed"], eventKinds["session.bound"], eventKinds["turn.completed"]].map(
    (kind) => kind as fc.Arbitrary<Event>,
  ),
);
const oddPlan: fc.Arbitrary<EntryPlan> = fc.record({
  lane: fc.constantFrom(...lanes),
  by: fc.constantFrom("host" as const, "ingest" as const),
  hostId: fc.constantFrom(...hostIds),
  events: fc.array(spoken, { minLength: 1, maxLength: 4 }),
  recordedAt: fc.constant(AT),
});
/** Often of positions that were quarantined before. */
const retry: fc.Arbitrary<EntryPlan> = fc.integer({ min: 1, max: 40 }).map((position) => ({
  lane: DECIDED,
  by: "policy",
  hostId: hostIds[0] as EntryPlan["hostId"],
  events: [{ type: "quarantine.retried", at: AT, data: { position }, body: null } as unknown as Event],
  recordedAt: AT,
}));
/** The decision that makes a row under a name of which a host may have spoken before. */
const order: fc.Arbitrary<EntryPlan> = (eventKinds["command.accepted"] as fc.Arbitrary<Event>).map(
  (event) => ({
    lane: DECIDED,
    by: "policy",
    hostId: hostIds[0] as EntryPlan["hostId"],
    events: [event],
    recordedAt: AT,
  }),
);
const histories = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: entryPlan },
      { weight: 4, arbitrary: oddPlan },
      { weight: 1, arbitrary: retry },
      { weight: 1, arbitrary: order },
    ),
    { maxLength: 40 },
  )
  .map((plans) => plans.map(toEntry));
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

/** Read off the log, by nothing that the views do. */
function counted(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { envelope } of entries) {
    const lane = laneParts(envelope.lane);
    if (lane?.kind === "session") counts.set(lane.id, (counts.get(lane.id) ?? 0) + envelope.events.length);
  }
  return counts;
}

describe("the facts of a session's lane", () => {
  test("F1-078 X1-036 are counted, every one, in any history: early ones, strangers', unknown and quarantined ones", () => {
    const seen = { rows: 0, quarantined: 0, unlisted: 0 };
    fc.assert(
      fc.property(histories, sizes, (entries, batches) => {
        const store = memoryStore();
        foldInto(store, placed(entries), batches);
        const reader = readerOn(store.db);
        const counts = counted(entries);
        const rows = reader.changedAfter(["sessions"], 0, 1_000).map(({ row }) => row);
        for (const row of rows)
          if ("factCount" in row && "sessionId" in row && row.sessionId !== null)
            expect([row.sessionId, row.factCount]).toEqual([row.sessionId, counts.get(row.sessionId) ?? 0]);
        const told = reader.changedAfter(["lanes"], 0, 1_000).map(({ key, row }) => [key, row]);
        const plain = [...counts].map(([sessionId, facts]) => [sessionId, { sessionId, facts }]);
        expect(new Map(told as [])).toEqual(new Map(plain as []));
        seen.rows += rows.length;
        seen.unlisted += told.length - rows.length;
        seen.quarantined += reader.quarantine({ limit: 500, cursor: null }).rows.length;
      }),
      RUNS,
    );
    for (const many of Object.values(seen)) expect(many).toBeGreaterThan(0);
  });

  const named = hostFact("session.named", {}, { name: "one" });
  const unknown = hostFact("session.dreamt", { of: "sheep" });
  const poison = hostFact("session.became", { activity: 7 });
  const retried = policyFact("quarantine.retried", { position: 3 });
  test.each([
    ["said before it was told of", [named, named, observed], 3, "session.observed"],
    ["said by a host that it is not of", [observed, by("stranger", named)], 2, "session.observed"],
    ["of a later version", [observed, unknown], 2, "session.observed"],
    ["that cannot be folded", [observed, named, poison], 3, "session.named"],
    ["that cannot be folded, tried again", [observed, named, poison, retried], 3, "session.named"],
    ["several in one entry", [{ ...observed, also: [named, unknown] }], 3, "session.named"],
  ] as const)("%s", (_title, steps, factCount, lastFactType) => {
    expect(after(...steps).session(session)).toMatchObject({ factCount, lastFactType });
  });

  test("of one that was asked for stay its own when it has its thread", () => {
    const before = after(inAsked(named), ordered());
    expect(before.row("sessions", asked)?.row.factCount).toBe(1);
    const reader = after(inAsked(named), ordered(), inAsked(unknown), boundTo());
    expect(reader.row("sessions", asked)?.row.factCount).toBe(3);
  });

  test("that could not be folded and now can are counted once, also where they begin the session", () => {
    const store = memoryStore();
    const entries = placed(entriesOf([named, observed, policyFact("quarantine.retried", { position: 2 })]));
    const broken = viewProjections.map((one) => ({
      ...one,
      evolve: () => {
        throw new RangeError("a bug");
      },
    })) as unknown as readonly AnyProjection[];
    foldInto(store, entries.slice(0, 2), [1], broken);
    const reader = readerOn(store.db);
    expect(reader.session(session)).toBeNull();
    foldInto(store, entries);
    expect(reader.quarantine({ limit: 9, cursor: null }).rows.map(({ state }) => state)).toContain("folded");
    expect(reader.session(session)?.factCount).toBe(2);
  });
});
