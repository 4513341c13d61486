/** Entries that cannot be folded, faults that pass, and bugs of ours (RELIABILITY 3.4). */
import { type IndexedLog, LogUnavailable } from "@claw/eventlog";
import { DECIDED, type Entry, position } from "@claw/events";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { type AnyProjection, viewProjections } from "@claw/views";
import { Effect, Stream } from "effect";
import { expect, it } from "vitest";
import {
  append,
  appendAndWait,
  entryOf,
  gapEntry,
  lostFacts,
  poisonEntry,
  run,
  start,
  temporaryFolder,
} from "./given.ts";

const PAGE = { limit: 100, cursor: null };
const retry = (name: string, at: number): Entry =>
  entryOf(name, DECIDED, "quarantine.retried", { position: at });
const waive = (name: string, at: number): Entry =>
  entryOf(name, DECIDED, "quarantine.waived", { position: at, reason: "known" });

/** The house's projections, with one for hosts that calls `before` first. */
const hostsAfter = (before: () => void): readonly AnyProjection[] =>
  viewProjections.map((one) =>
    one.name === "hosts"
      ? { ...one, evolve: (...given: Parameters<typeof one.evolve>) => (before(), one.evolve(...given)) }
      : one,
  ) as readonly AnyProjection[];

const throwing =
  (error: unknown): (() => void) =>
  () => {
    throw error;
  };

it("a poison entry is left out as a whole, kept as evidence, and the fold goes on", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog();
      const projector = yield* start(log, temporaryFolder());
      yield* appendAndWait(log, projector, [gapEntry(1), poisonEntry("bad"), gapEntry(2)]);
      expect(lostFacts(projector)).toBe(2);
      expect(projector.reader().quarantine(PAGE).rows).toEqual([
        expect.objectContaining({
          position: 2,
          entryId: "test/bad",
          eventType: "outbox.gapped",
          problem: expect.stringContaining("data: count"),
          attempts: 1,
          state: "open",
        }),
      ]);
      yield* projector.saying("following, 1 quarantined");
      expect(projector.health.isReady()).toBe(true);
    }),
  ));

it("a projection that throws is poison too, and its message is not kept: it may quote a payload", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog();
      const projections = hostsAfter(throwing(new TypeError("a payload")));
      const projector = yield* start(log, temporaryFolder(), projections);
      yield* appendAndWait(log, projector, [gapEntry(1)]);
      const [row] = projector.reader().quarantine(PAGE).rows;
      expect(row?.problem).toBe("hosts: TypeError");
      expect(projector.reader().host("host-a")).toBeNull();
    }),
  ));

it("a retry folds the evidence where it was asked for, and only once", () =>
  run(
    Effect.gen(function* () {
      let isBroken = true;
      const log = yield* openMemoryLog();
      const projections = hostsAfter(() => {
        if (isBroken) throw new TypeError("broken");
      });
      const projector = yield* start(log, temporaryFolder(), projections);
      yield* appendAndWait(log, projector, [gapEntry(1), retry("r1", 1)]);
      expect(projector.reader().quarantine(PAGE).rows).toMatchObject([{ attempts: 2, state: "open" }]);
      isBroken = false;
      const at = yield* appendAndWait(log, projector, [retry("r2", 1)]);
      expect(projector.reader().quarantine(PAGE).rows).toMatchObject([{ attempts: 3, state: "folded" }]);
      expect(projector.reader().changedAfter(["hosts"], at - 1, 10)).toMatchObject([
        { key: "host-a", position: at },
      ]);
      yield* appendAndWait(log, projector, [retry("r3", 1), retry("r4", 77)]);
      expect(lostFacts(projector)).toBe(1);
      yield* projector.saying("following");
    }),
  ));

it("a waived entry stays as evidence with its reason", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog();
      const projector = yield* start(log, temporaryFolder());
      yield* appendAndWait(log, projector, [poisonEntry("bad"), waive("w", 1), retry("r", 1)]);
      expect(projector.reader().quarantine(PAGE).rows).toMatchObject([
        { state: "waived", reason: "known", attempts: 1 },
      ]);
    }),
  ));

it("more than 20 quarantined entries in a minute stop projecting, and the last commit stays", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog();
      const projector = yield* start(log, temporaryFolder());
      yield* projector.saying("following");
      for (let n = 0; n < 20; n += 1) {
        const sound = Array.from({ length: 200 }, (_, k) => gapEntry(n * 200 + k));
        yield* appendAndWait(log, projector, [...sound, poisonEntry(`bad-${n}`)]);
      }
      expect(projector.health.isReady()).toBe(true);
      yield* append(log, [gapEntry(9_999), poisonEntry("bad-20")]);
      expect(yield* projector.saying("too_many_quarantined")).toContain("21 entries of the last minute");
      expect(projector.health.isReady()).toBe(false);
      expect(projector.reader().position()).toBe(20 * 201);
    }),
  ));

it("a history with more than 1 % of poison stops the build; a history with less does not, however fast it is read", () =>
  run(
    Effect.gen(function* () {
      const sparse = Array.from({ length: 30 * 150 }, (_, n) =>
        n % 150 === 0 ? poisonEntry(`bad-${n}`) : gapEntry(n),
      );
      const healthy = yield* start(yield* openMemoryLog(sparse), temporaryFolder());
      yield* healthy.saying("following, 30 quarantined");
      const dense = Array.from({ length: 1_100 }, (_, n) =>
        n % 90 === 0 ? poisonEntry(`bad-${n}`) : gapEntry(n),
      );
      const ill = yield* start(yield* openMemoryLog(dense), temporaryFolder());
      expect(yield* ill.saying("too_many_quarantined")).toContain("11 of the last 1000");
    }),
  ));

it("a disk that fails for a while quarantines nothing", () =>
  run(
    Effect.gen(function* () {
      let failures = 3;
      const log = yield* openMemoryLog();
      const projections = hostsAfter(() => {
        failures -= 1;
        if (failures >= 0) throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_WRITE" });
      });
      const projector = yield* start(log, temporaryFolder(), projections);
      yield* appendAndWait(log, projector, [gapEntry(1), gapEntry(2)]);
      expect(failures).toBeLessThan(0);
      expect(lostFacts(projector)).toBe(2);
      expect(projector.reader().quarantine(PAGE).rows).toEqual([]);
      yield* projector.saying("following");
    }),
  ));

it("a disk that is damaged stops projecting, and health says which code", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog([gapEntry(1)]);
      const projections = hostsAfter(
        throwing(Object.assign(new Error("damaged"), { code: "SQLITE_CORRUPT" })),
      );
      const projector = yield* start(log, temporaryFolder(), projections);
      expect(yield* projector.saying("cannot be written")).toContain("SQLITE_CORRUPT");
    }),
  ));

it("a log that is away for a while is waited for; one that is closed is not", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog([gapEntry(1)]);
      let failures = 3;
      const away = new LogUnavailable({ reason: "io", retry: "later", detail: "gone" });
      const shaky: IndexedLog = {
        ...log,
        follow: (after) =>
          Stream.suspend(() => {
            failures -= 1;
            return failures >= 0 ? Stream.fail(away) : log.follow(after);
          }),
      };
      const projector = yield* start(shaky, temporaryFolder());
      yield* projector.saying("the log is away (io)");
      yield* appendAndWait(log, projector, [gapEntry(2)]);
      expect(failures).toBeLessThan(0);
      expect(lostFacts(projector)).toBe(2);
      const closed = new LogUnavailable({ reason: "closed", retry: "never", detail: "closed" });
      const stopped = yield* start({ ...log, follow: () => Stream.fail(closed) }, temporaryFolder());
      yield* stopped.saying("the log is away (closed)");
      expect(stopped.reader().position()).toBe(position(2));
    }),
  ));
