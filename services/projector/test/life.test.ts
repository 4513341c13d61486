/** What the projector finds when it starts: its own views, those of other code, a damaged file, another log. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { type AnyProjection, viewProjections } from "@claw/views";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { appendAndWait, gapEntry, lostFacts, run, start, temporaryFolder, viewFiles } from "./given.ts";

const newer = viewProjections.map((one) =>
  one.name === "hosts" ? { ...one, version: one.version + 1 } : one,
) as readonly AnyProjection[];
const gaps = (count: number) => Array.from({ length: count }, (_, n) => gapEntry(n));

/** Projects a log once, and closes. */
const projectOnce = (dataDir: string, count: number, projections = viewProjections) =>
  Effect.scoped(
    Effect.gen(function* () {
      const projector = yield* start(yield* openMemoryLog(gaps(count)), dataDir, projections);
      yield* projector.saying("following");
      return lostFacts(projector);
    }),
  );

it("views of another version are built again, beside, and ready only after the swap", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* projectOnce(dataDir, 700);
      expect(viewFiles(dataDir)).toEqual(["views-1.db"]);
      const log = yield* openMemoryLog(gaps(700));
      const projector = yield* start(log, dataDir, newer);
      expect(projector.health.parts()["projector"]).toEqual({ ok: false, detail: "rebuilding 0 %" });
      expect(viewFiles(dataDir)).toEqual(["views-1.db", "views-2.db"]);
      yield* projector.saying("following");
      expect(lostFacts(projector)).toBe(700);
      expect(viewFiles(dataDir)).toEqual(["views-2.db"]);
      expect(readFileSync(join(dataDir, "views", "current"), "utf8")).toBe("2\n");
    }),
  ));

it("a build that was cut short goes on where it was", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* projectOnce(dataDir, 10);
      rmSync(join(dataDir, "views", "current"));
      expect(yield* projectOnce(dataDir, 20)).toBe(20);
      expect(viewFiles(dataDir)).toEqual(["views-1.db"]);
    }),
  ));

it.each([
  ["a damaged file", "views-1.db", "not a database ".repeat(400)],
  ["a pointer to nothing", "current", "77\n"],
  ["a pointer that is none", "current", "../../etc"],
])("%s is outlived: views grow back (N1-001)", (_what, name, content) =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* projectOnce(dataDir, 10);
      writeFileSync(join(dataDir, "views", name), content);
      expect(yield* projectOnce(dataDir, 10)).toBe(10);
      expect(viewFiles(dataDir)).toHaveLength(1);
    }),
  ),
);

it("deleted views grow back (N1-001)", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* projectOnce(dataDir, 10);
      rmSync(join(dataDir, "views"), { recursive: true });
      expect(yield* projectOnce(dataDir, 10)).toBe(10);
    }),
  ));

it("a log that lost its tail is not continued, and the views stay readable (DESIGN 14.5)", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* projectOnce(dataDir, 10);
      const log = yield* openMemoryLog(gaps(9));
      const projector = yield* start(log, dataDir);
      expect(yield* projector.saying("log.regressed")).toContain("ends at 9");
      expect(projector.health.isReady()).toBe(false);
      expect(lostFacts(projector)).toBe(10);
    }),
  ));

it("a log that used its numbers again is not continued either", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      yield* projectOnce(dataDir, 10);
      const log = yield* openMemoryLog(gaps(20).slice(5));
      const projector = yield* start(log, dataDir);
      yield* projector.saying("log.regressed");
      expect(lostFacts(projector)).toBe(10);
    }),
  ));

it("a second projector in the same folder is refused with a sentence", () =>
  run(
    Effect.gen(function* () {
      const dataDir = temporaryFolder();
      const log = yield* openMemoryLog(gaps(1));
      const projector = yield* start(log, dataDir);
      const refused = yield* Effect.flip(Effect.scoped(start(log, dataDir)));
      expect(refused.sentence).toMatch(/in use by.*[^.]\. Stop the other process/);
      yield* appendAndWait(log, projector, [gapEntry(2)]);
    }),
  ));
