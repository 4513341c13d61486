/** The log was set back while the ledger of record was away and behind: others say what they had read (ADR 0009). */
import { type Beat, LogUnavailable } from "@claw/eventlog";
import { type Json, sha256 } from "@claw/events";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { makeStreams } from "./fake-streams.ts";
import { facts, recorded, startFleet, until, untilTaken } from "./given-fleet.ts";
import { run, temporaryFolder } from "./given.ts";

it("N1-037 the ledger of record lagged when the log was set back: a replica says what it read, and the next generation begins", () =>
  run(
    Effect.gen(function* () {
      const [streams, folder, other] = [makeStreams(), temporaryFolder(), temporaryFolder()];
      yield* recorded(streams, folder);
      streams.append(...facts(4, 1, 3));
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* untilTaken(yield* startFleet(streams, other, { role: "replica" }), streams, "replica");
        }),
      );
      streams.loseTail(3);
      const said: { value: Json | null } = { value: null };
      const told = (): Beat | null =>
        said.value === null ? null : { kind: "fleet", id: "lost-tail", at: 1, value: said.value };
      const first = yield* startFleet(streams, folder, { told });
      yield* untilTaken(first, streams);
      const ahead = yield* startFleet(streams, other, { role: "replica" });
      const stopped = yield* Effect.flip(ahead.replication.ended);
      expect(stopped.sentence).toContain("log.regressed");
      expect(streams.current()?.generation).toBe(1);
      said.value = ahead.losses.at(-1) ?? null;
      yield* until(() => streams.current()?.generation === 2);
      yield* untilTaken(first, streams);
      expect(streams.current()?.messages.at(0)?.sequence).toBeGreaterThan(14);
    }),
  ));

const lostAt = (sequence: number, digest: Json = null): Beat => ({
  kind: "fleet",
  id: "lost-tail",
  at: 1,
  value: { generation: 1, sequence, digest },
});

it("what has another one's number now is missed by its bytes", () =>
  run(
    Effect.gen(function* () {
      const [streams, folder] = [makeStreams(), temporaryFolder()];
      yield* recorded(streams, folder);
      const told = () => lostAt(11, sha256("other bytes"));
      const first = yield* startFleet(streams, folder, { told });
      yield* until(() => streams.current()?.generation === 2);
      yield* untilTaken(first, streams);
    }),
  ));

it.each(["a look that finds it again", "a server that is away", "a ledger that does not decide"])(
  "%s ends no generation",
  (what) =>
    run(
      Effect.gen(function* () {
        const [streams, folder, other] = [makeStreams(), temporaryFolder(), temporaryFolder()];
        yield* recorded(streams, folder);
        let asked = 0;
        const isAgain = what === "a look that finds it again";
        const told = (): Beat => {
          asked += 1;
          return lostAt(isAgain && asked % 3 === 0 ? 11 : 99);
        };
        const away = new LogUnavailable({ reason: "unreachable", retry: "later", detail: "a test" });
        const openLog = Effect.map(streams.openLog, (log) => ({
          ...log,
          raw: {
            ...log.raw,
            at: (at: Parameters<typeof log.raw.at>[0]) => (at === 99 ? Effect.fail(away) : log.raw.at(at)),
          },
        }));
        const isReplica = what === "a ledger that does not decide";
        const projector = isReplica
          ? yield* startFleet(streams, other, { told, role: "replica" })
          : yield* startFleet(streams, folder, { told, ...(!isAgain && { openLog }) });
        yield* untilTaken(projector, streams, isReplica ? "replica" : "of record");
        const before = projector.beats.length;
        yield* until(() => projector.beats.length > before + 12);
        expect([streams.current()?.generation, asked > 6]).toEqual([1, !isReplica]);
      }),
    ),
);

it("nothing that is said of another generation, of what is there, or in no form ends a generation", () =>
  run(
    Effect.gen(function* () {
      const [streams, folder] = [makeStreams(), temporaryFolder()];
      yield* recorded(streams, folder);
      const there = streams.current()?.messages.at(-1);
      const words: Json[] = [
        { generation: 2, sequence: 99, digest: null },
        { generation: 1, sequence: there?.sequence ?? 0, digest: null },
        {
          generation: 1,
          sequence: there?.sequence ?? 0,
          digest: there === undefined ? null : sha256(there.data),
        },
        { generation: 1, sequence: "99", digest: null },
        { generation: 1, sequence: 99, digest: "none" },
        { generation: 1, sequence: Number.MAX_SAFE_INTEGER, digest: null },
        { generation: 1, sequence: -1, digest: null },
        [1, 99],
        null,
      ];
      let asked = 0;
      const told = (): Beat => {
        asked += 1;
        const value = words[Math.floor(asked / 4) % words.length] ?? null;
        return { kind: "fleet", id: "lost-tail", at: 1, value };
      };
      const first = yield* startFleet(streams, folder, { told });
      yield* untilTaken(first, streams);
      yield* until(() => asked > words.length * 4);
      expect(streams.current()?.generation).toBe(1);
    }),
  ));
