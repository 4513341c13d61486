/** The views of the registry, of archives and of what people do: live, rebuilt and replicated they are the same (N1-001, ADR 0014). */
import { DECIDED, type Event, hostLane, sessionLane } from "@claw/events";
import {
  type EntryPlan,
  eventKinds,
  hostIds,
  registryEvent,
  sessionEvent,
  sessionIds,
  toEntry,
} from "@claw/testkit/arbitraries";
import { openMemoryLog } from "@claw/testkit/memory-log";
import type { ViewName } from "@claw/views";
import { Effect } from "effect";
import fc from "fast-check";
import { expect, it } from "vitest";
import { append, digestFromZero, digestInFolder, run, start, temporaryFolder, testScale } from "./given.ts";

const host = hostIds[0] as EntryPlan["hostId"];
const VIEWS: readonly ViewName[] = [
  "runtimes",
  "egress",
  "checkpoints",
  "archives",
  "owners",
  "signIns",
  "shares",
  "attention",
  "lanes",
];

const planOf = (
  lane: EntryPlan["lane"],
  by: EntryPlan["by"],
  event: fc.Arbitrary<Event>,
): fc.Arbitrary<EntryPlan> =>
  event.map((one) => ({ lane, by, hostId: host, events: [one], recordedAt: one.at }));
const plans = fc.oneof(
  {
    weight: 3,
    arbitrary: planOf(DECIDED, "policy", registryEvent),
  },
  ...sessionIds.map((id) => ({ weight: 1, arbitrary: planOf(sessionLane(id), "host", sessionEvent) })),
  {
    weight: 1,
    arbitrary: planOf(hostLane(host), "host", eventKinds["endpoint.described"] as fc.Arbitrary<Event>),
  },
);
const histories = fc.array(plans, { minLength: 20, maxLength: 60 }).map((all) => all.map(toEntry));
const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });

it("N1-001 followed live with restarts, built anew beside, folded once from zero, and by a replica, they are the same", async () => {
  const rows = new Map<ViewName, number>();
  await fc.assert(
    fc.asyncProperty(histories, cuts, (entries, sizes) =>
      run(
        Effect.gen(function* () {
          const log = yield* openMemoryLog();
          const [folder, other] = [temporaryFolder(), temporaryFolder()];
          let from = 0;
          for (const size of [...sizes, entries.length])
            yield* Effect.scoped(
              Effect.gen(function* () {
                const projector = yield* start(log, folder);
                yield* projector.feed.reached(yield* append(log, entries.slice(from, from + size)));
                from += size;
              }),
            );
          yield* Effect.scoped(
            Effect.gen(function* () {
              const projector = yield* start(log, folder);
              yield* projector.saying("following");
              for (const view of VIEWS)
                rows.set(
                  view,
                  (rows.get(view) ?? 0) + projector.reader().changedAfter([view], 0, 500).length,
                );
              expect(yield* projector.rebuild()).toMatchObject({ isEqual: true });
              yield* (yield* start(log, other)).saying("following");
            }),
          );
          const live = digestInFolder(folder);
          expect(live.position).toBe(entries.length);
          expect(digestInFolder(other)).toEqual(live);
          expect(yield* digestFromZero(log, live.position)).toBe(live.digest);
        }),
      ),
    ),
    { numRuns: 15 * testScale },
  );
  for (const view of VIEWS) expect([view, (rows.get(view) ?? 0) > 0]).toEqual([view, true]);
});
