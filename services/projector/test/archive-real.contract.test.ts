/** Archiving with real views, a real log and a real directory: what the rows count is what the ledger holds. */
import { join } from "node:path";
import { keysOf, type ObjectStore, openDirectoryObjects, readPart } from "@claw/archives";
import type { EventLog } from "@claw/eventlog";
import { type Command, DECIDED, type Entry, type Json, type SessionId, sessionLane } from "@claw/events";
import { makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { goldenMix, WORLD_BEGINS_AT } from "@claw/testkit/arbitraries";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { Effect, Stream } from "effect";
import { expect, test } from "vitest";
import { readLedgerOf } from "../src/archive/content.ts";
import { makeArchiveHouse } from "../src/archive/house.ts";
import { archiveRound, sweepObjects } from "../src/archive/round.ts";
import { archiveRowsOf } from "../src/archive/rows.ts";
import { writeArchive } from "../src/archive/write.ts";
import type { Projector } from "../src/index.ts";
import { appendAndWait, entryOf, run, start, temporaryFolder } from "./given.ts";

const SESSIONS = 12;
const DAY_MS = 86_400_000;

test("X1-035 X1-036: sessions of a working day are archived once, whole, and found by their rows", () =>
  run(
    Effect.gen(function* () {
      const folder = temporaryFolder();
      const log = yield* openMemoryLog([]);
      const projector = yield* start(log, folder);
      yield* appendAndWait(log, projector, [...goldenMix(SESSIONS)]);
      const store = yield* openDirectoryObjects(join(folder, "archives"));
      const asked: Command[] = [];
      const house = makeArchiveHouse({
        caughtUp: Effect.void,
        rows: archiveRowsOf(projector),
        read: readLedgerOf(log),
        store,
        gate: {
          submit: (command) =>
            Effect.sync(() => {
              asked.push(command);
              return { decision: "accepted", entryId: null, position: null } as const;
            }),
        },
        clocks: { ...systemClocks, wallMs: () => WORLD_BEGINS_AT + 2 * DAY_MS },
        metrics: makeMetrics(),
        diagnostics: noDiagnostics,
      });
      yield* archiveRound(house);
      expect(asked).toHaveLength(SESSIONS);
      const entries = asked.map(({ type: _type, commandId, ...facts }) =>
        entryOf(commandId, DECIDED, "archive.finalised", {
          ...facts,
          archivedAt: WORLD_BEGINS_AT,
        } as unknown as Json),
      );
      yield* appendAndWait(log, projector, entries);
      const present = yield* sweepObjects(house);
      expect(present.size).toBe(3 * SESSIONS);
      yield* archiveRound(house, present);
      expect(asked).toHaveLength(SESSIONS);
      const [session] = projector.reader().sessions({}, { limit: 1, cursor: null }).rows;
      if (session === undefined) throw new Error("no session");
      const archived = projector.reader().archive(session.sessionId);
      if (archived === null) throw new Error("no archive");
      expect(archived).toMatchObject({ version: 1, events: session.factCount, isFinal: false });
      const transcript = yield* Stream.runCollect(store.get(keysOf(session.sessionId, archived).transcript));
      const text = Buffer.concat(transcript).toString("utf8");
      expect(text.match(/^### /gm)?.length).toBe(session.itemCount);
      expect(text).toContain("Keep the comments, please.");
    }),
  ));

/** One thing more that a session said. */
const more = (sessionId: SessionId, n: number): Entry =>
  entryOf(`more-${n}`, sessionLane(sessionId), "item.completed", {
    turnId: "turn-more",
    itemId: `item-more-${n}`,
    kind: "agentMessage",
    startedAt: null,
    completedAt: null,
    durationMs: null,
    status: "completed",
    exitCode: null,
    clientId: null,
    cutBytes: 0,
  });

/** Every piece that is written comes after a fact that the rows show; in the middle of it all, the views are built again and swapped. */
function whileItGoesOn(
  store: ObjectStore,
  log: EventLog,
  projector: Projector,
  sessionId: SessionId,
): { readonly store: ObjectStore; facts: number } {
  const goOn = Effect.suspend(() => appendAndWait(log, projector, [more(sessionId, (going.facts += 1))]));
  const rebuilt = Effect.suspend(() => (going.facts === 2 ? Effect.orDie(projector.rebuild()) : Effect.void));
  const step = Effect.orDie(Effect.andThen(goOn, rebuilt));
  const going = {
    facts: 0,
    store: {
      ...store,
      put: <E>(key: string, content: Stream.Stream<Uint8Array, E>) =>
        Effect.andThen(
          step,
          store.put(
            key,
            Stream.tap(content, () => step),
          ),
        ),
      get: (key: string) => Stream.unwrap(Effect.as(step, store.get(key))),
    },
  };
  return going;
}

const linesIn = (text: string, line: RegExp): number => text.match(line)?.length ?? 0;

test("X1-035 X1-036: a session that gets facts at each step of its archive is archived whole, as it was when that began", () =>
  run(
    Effect.gen(function* () {
      const folder = temporaryFolder();
      const log = yield* openMemoryLog([]);
      const projector = yield* start(log, folder);
      yield* appendAndWait(log, projector, [...goldenMix(3)]);
      const [before] = projector.reader().sessions({}, { limit: 1, cursor: null }).rows;
      if (before === undefined) throw new Error("no session");
      const { sessionId } = before;
      const objects = yield* openDirectoryObjects(join(folder, "archives"));
      const going = whileItGoesOn(objects, log, projector, sessionId);
      const read = readLedgerOf(log);
      for (let round = 1; round <= 3; round += 1) {
        const then = projector.reader().session(sessionId) ?? before;
        const writing = yield* writeArchive(
          { rows: archiveRowsOf(projector), read, store: going.store },
          sessionId,
        );
        if (writing.status !== "written") throw new Error(writing.why);
        const { record } = writing;
        const textOf = (part: "events" | "transcript"): Effect.Effect<string, unknown> =>
          Effect.map(Stream.runCollect(readPart(objects, sessionId, record, part)), (pieces) =>
            Buffer.concat(pieces).toString("utf8"),
          );
        expect(record).toMatchObject({ events: then.factCount, isFinal: false });
        expect(linesIn(yield* textOf("events"), /\n/g)).toBe(then.factCount);
        expect(linesIn(yield* textOf("transcript"), /^### /gm)).toBe(then.itemCount);
        expect(projector.reader().session(sessionId)?.factCount).toBe(before.factCount + going.facts);
        expect(going.facts).toBeGreaterThanOrEqual(round * 6);
      }
    }),
  ));
