/** The views as another process reads them while the projector builds, swaps and sweeps. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { type AnyProjection, openServedViews, ViewsNotBuilt, viewProjections } from "@claw/views";
import { Effect } from "effect";
import { expect, it, onTestFinished } from "vitest";
import { appendAndWait, gapEntry, run, start, temporaryFolder, viewFiles } from "./given.ts";

const newer = viewProjections.map((one) =>
  one.name === "hosts" ? { ...one, version: one.version + 1 } : one,
) as readonly AnyProjection[];

/** A reader whose clock stands until it is moved. */
function served(dataDir: string) {
  const clock = { ms: 0 };
  const views = openServedViews(join(dataDir, "views"), { monoMs: () => clock.ms });
  onTestFinished(views.close);
  return { ...views, clock };
}

const lost = ({ reader }: ReturnType<typeof served>): number => reader.host("host-a")?.lostFacts ?? 0;

it("a folder where nothing was built to its end is refused as not built yet", () => {
  const dataDir = temporaryFolder();
  expect(() => served(dataDir)).toThrow(ViewsNotBuilt);
  return run(
    Effect.gen(function* () {
      yield* (yield* start(yield* openMemoryLog([gapEntry(1)]), dataDir)).saying("following");
      rmSync(join(dataDir, "views", "current"));
      expect(() => served(dataDir)).toThrow(ViewsNotBuilt);
      writeFileSync(join(dataDir, "views", "current"), "../../etc");
      expect(() => served(dataDir)).toThrow(ViewsNotBuilt);
    }),
  );
});

it("each commit shows, and a rebuild is noticed within 250 ms, without a question unanswered (N1-003)", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      const log = yield* openMemoryLog([gapEntry(1)]);
      const projector = yield* start(log, dataDir);
      yield* projector.saying("following");
      const views = served(dataDir);
      expect(lost(views)).toBe(1);
      yield* appendAndWait(log, projector, [gapEntry(2)]);
      expect(lost(views)).toBe(2);
      yield* projector.rebuild();
      expect(viewFiles(dataDir)).toEqual(["views-2.db"]);
      yield* appendAndWait(log, projector, [gapEntry(3)]);
      views.clock.ms += 249;
      expect(lost(views)).toBe(2);
      views.clock.ms += 1;
      expect(lost(views)).toBe(3);
      yield* projector.rebuild();
      yield* projector.rebuild();
      yield* appendAndWait(log, projector, [gapEntry(4)]);
      expect(views.isLeftBehind()).toBe(true);
      views.refresh();
      expect(lost(views)).toBe(4);
      expect(views.isLeftBehind()).toBe(false);
    }),
  ));

it("what serves is read also while no projector runs", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* (yield* start(yield* openMemoryLog([gapEntry(1)]), dataDir)).saying("following");
        }),
      );
      expect(lost(served(dataDir))).toBe(1);
    }),
  ));

it("a build of other projections is not read, and whoever reads the one before says so", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      const log = yield* openMemoryLog([gapEntry(1)]);
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* (yield* start(log, dataDir)).saying("following");
        }),
      );
      const views = served(dataDir);
      yield* (yield* start(log, dataDir, newer)).saying("following");
      expect(viewFiles(dataDir)).toEqual(["views-2.db"]);
      views.refresh();
      expect(lost(views)).toBe(1);
      expect(views.isLeftBehind()).toBe(true);
      expect(() => served(dataDir)).toThrow(expect.objectContaining({ reason: "other_code" }));
    }),
  ));
