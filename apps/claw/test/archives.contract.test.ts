/** Archives of a house on one machine, whole: a log in SQLite, policy that decides, views that follow, objects in a directory (ADR 0014). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteLog } from "@claw/eventlog";
import { type Entry, position } from "@claw/events";
import { startPolicy } from "@claw/policy";
import { startProjector } from "@claw/projector";
import { systemClocks } from "@claw/runtime";
import { Effect, Schedule, type Scope, Stream } from "effect";
import { expect, onTestFinished, test } from "vitest";
import { keepArchives } from "../src/house/archives.ts";
import {
  clocksAhead,
  closed,
  DAY_MS,
  observed,
  parts,
  said,
  SOON,
  textOf,
  untilArchive,
} from "./archive-world.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-house-archives-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const openHouse = Effect.fnUntraced(function* (dataDir: string) {
  const log = yield* openSqliteLog({ path: join(dataDir, "log.db") });
  const shell = { ...parts(), dataDir };
  const projector = yield* startProjector({ ...shell, log, clocks: systemClocks });
  const { gate } = yield* startPolicy({ ...shell, log, clocks: systemClocks });
  const ahead = clocksAhead();
  const { clocks } = ahead;
  const store = yield* keepArchives({ ...shell, clocks, log, projector, gate, patience: SOON });
  const append = (entries: readonly Entry[]) =>
    Effect.andThen(
      log.append(entries.map((entry) => ({ entry }))),
      Effect.flatMap(log.last, (last) => projector.feed.reached(position(last))),
    );
  return { ...projector, log, ahead, store, append };
});

test("X1-035 X1-036 X1-037: archived as it goes, whole when it ended, and gone rows first when it was kept for long enough", () =>
  run(
    Effect.gen(function* () {
      const { reader, store, append, ahead, log } = yield* openHouse(temporaryFolder());
      yield* append([observed(1), said(2, "the first words")]);
      ahead.aheadMs = DAY_MS + 1;
      const first = yield* untilArchive(reader, ({ version }) => version === 1);
      expect(first).toMatchObject({ isFinal: false, events: 2, deletedAt: null });

      yield* append([said(3, "the last words"), closed(4)]);
      ahead.aheadMs += DAY_MS;
      const last = yield* untilArchive(reader, ({ isFinal }) => isFinal);
      expect(last).toMatchObject({ version: 2, events: 4, status: "stopped", failure: null });
      const events = yield* textOf(store, last, "events");
      const types = events
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { readonly type: string }).type);
      expect(types).toEqual(["session.observed", "item.completed", "item.completed", "session.closed"]);
      const transcript = yield* textOf(store, last, "transcript");
      expect(transcript).toMatch(/the first words[^]*the last words/);
      expect(JSON.parse(yield* textOf(store, last, "summary"))).toMatchObject({
        sessionId: last.sessionId,
        version: 2,
        events: 4,
        status: "stopped",
        isFinal: true,
        parts: { events: last.parts.events, transcript: last.parts.transcript },
      });
      yield* untilKeys(store, (keys) => keys.length === 3 && keys.every((key) => key.includes("/2/")));

      ahead.aheadMs += 366 * DAY_MS;
      yield* untilArchive(reader, ({ deletedAt }) => deletedAt !== null);
      yield* untilKeys(store, (keys) => keys.length === 0);
      const decided = yield* Stream.runCollect(log.read({ after: 0 }));
      const told = decided.flatMap(({ entry }) => entry.envelope.events.map(({ type }) => type));
      expect(told.filter((type) => type.startsWith("archive."))).toEqual([
        "archive.finalised",
        "archive.finalised",
        "archive.deleted",
      ]);
    }),
  ));

const untilKeys = (
  store: Effect.Success<ReturnType<typeof keepArchives>>,
  holds: (keys: readonly string[]) => boolean,
): Effect.Effect<readonly string[]> =>
  store.list("").pipe(
    Effect.filterOrFail(holds, () => "not yet" as const),
    Effect.retry({ schedule: Schedule.spaced("10 millis") }),
    Effect.timeout("20 seconds"),
    Effect.orDie,
  );
