import { type Entry, type Epoch, hostLane, type HostId } from "@claw/events";
import type { EventLog } from "@claw/eventlog";
import { Effect } from "effect";
import { describe, expect, it } from "vitest";
import { became, epochStarted, event, fact, observed, session } from "./given.ts";
import {
  addHost,
  connectHost,
  entriesOf,
  factsFrame,
  heartbeat,
  hello,
  memoryLog,
  run,
  startHouse,
  temporaryFolder,
  until,
  untilType,
} from "./house.ts";

const EPOCH = "ab".repeat(16) as Epoch;
const SILENT_AFTER_MS = 1_000;
const facts = [
  fact({ seq: 1, lane: hostLane("h1" as HostId), events: [epochStarted()] }),
  fact({ seq: 2, lane: session("s1"), events: [observed()] }),
  fact({ seq: 3, lane: session("s2"), events: [observed()] }),
  fact({ seq: 4, lane: session("gone"), events: [observed(), event("session.closed", { how: "deleted" })] }),
];

const join = (url: string, bearer: string, ...said: typeof facts) =>
  Effect.promise(async () => {
    const host = await connectHost(url, bearer);
    host.say(hello("h1", EPOCH));
    await host.take("welcome");
    if (said.length > 0) {
      host.say(factsFrame(EPOCH, ...said));
      const last = said.at(-1)?.seq ?? 0;
      await host.take("ack", ({ through }) => through >= last);
    }
    return host;
  });

const noticed = (log: EventLog) =>
  Effect.map(entriesOf(log), (entries: readonly Entry[]) =>
    entries
      .filter(({ envelope }) => envelope.by.kind === "ingest" && !envelope.id.startsWith("heard/"))
      .map(({ envelope }) => envelope.id as string),
  );
const edges = (log: EventLog) =>
  Effect.map(entriesOf(log), (entries) =>
    entries.flatMap(({ envelope }) =>
      envelope.events.flatMap(({ type, data }) => (type === "host.heard" ? [data["edge"]] : [])),
    ),
  );

describe("a host that falls silent (S1-159, S1-184, X1-016)", () => {
  it("its sessions become stale once, history stays, and all return with it", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const { url } = yield* startHouse({
          log,
          dataDir: yield* temporaryFolder,
          silentAfterMs: SILENT_AFTER_MS,
        });
        const host = yield* join(url, bearer, ...facts);
        const from = performance.now();
        host.drop();
        yield* untilType(log, "session.staled", 2);
        expect(performance.now() - from).toBeLessThan(SILENT_AFTER_MS + 5_000);
        expect(yield* noticed(log)).toEqual([
          `silent/h1/${EPOCH}/4`,
          `staled/s1/${EPOCH}/4`,
          `staled/s2/${EPOCH}/4`,
        ]);
        expect((yield* entriesOf(log)).filter(({ envelope }) => envelope.by.kind === "host")).toHaveLength(
          facts.length,
        );
        const back = yield* join(url, bearer);
        yield* untilType(log, "session.returned", 2);
        expect((yield* noticed(log)).slice(3)).toEqual([`returned/s1/${EPOCH}/4`, `returned/s2/${EPOCH}/4`]);
        expect(yield* edges(log)).toEqual(["connected", "disconnected", "returned"]);
        back.drop();
        yield* untilType(log, "session.staled", 4);
        expect((yield* noticed(log)).slice(5)).toEqual([
          `silent/h1/${EPOCH}/4/1`,
          `staled/s1/${EPOCH}/4/1`,
          `staled/s2/${EPOCH}/4/1`,
        ]);
      }),
    ));

  it("an uplink that is open and says nothing is silence too; its next frame ends it", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const { url } = yield* startHouse({
          log,
          dataDir: yield* temporaryFolder,
          silentAfterMs: SILENT_AFTER_MS,
        });
        const host = yield* join(url, bearer, ...facts);
        yield* untilType(log, "session.staled", 2);
        host.say(factsFrame(EPOCH, fact({ seq: 5, lane: session("s1"), events: [became()] })));
        yield* untilType(log, "session.returned", 2);
        expect(yield* edges(log)).toEqual(["connected", "returned"]);
      }),
    ));

  it("one that never comes back after a restart of ingest is silent all the same, and what a crash cut off is finished", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const dataDir = yield* temporaryFolder;
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { url } = yield* startHouse({ log, dataDir });
            yield* join(url, bearer, ...facts);
          }),
        );
        yield* Effect.scoped(
          Effect.gen(function* () {
            // The log takes the silence and not the sessions: ingest is gone in between.
            const cut: EventLog = {
              ...log,
              append: (drafts) =>
                log.append(drafts.filter(({ entry }) => !entry.envelope.id.startsWith("staled/"))),
            };
            yield* startHouse({ log: cut, dataDir, silentAfterMs: SILENT_AFTER_MS });
            yield* untilType(log, "host.silent");
          }),
        );
        expect(yield* noticed(log)).toEqual([`silent/h1/${EPOCH}/4`]);
        yield* startHouse({ log, dataDir, silentAfterMs: SILENT_AFTER_MS });
        yield* untilType(log, "session.staled", 2);
        expect(yield* noticed(log)).toEqual([
          `silent/h1/${EPOCH}/4`,
          `staled/s1/${EPOCH}/4`,
          `staled/s2/${EPOCH}/4`,
        ]);
      }),
    ));

  it("hundreds of sessions are told in bounded appends, and facts of others pass in between (X1-018)", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const sizes: number[] = [];
        const seen: EventLog = {
          ...log,
          append: (drafts) => {
            if (drafts.some(({ entry }) => entry.envelope.by.kind === "ingest")) sizes.push(drafts.length);
            return log.append(drafts);
          },
        };
        const { bearer } = yield* addHost(log, "h1");
        const { url } = yield* startHouse({
          log: seen,
          dataDir: yield* temporaryFolder,
          silentAfterMs: 3 * SILENT_AFTER_MS,
        });
        const many = Array.from({ length: 600 }, (_, n) =>
          fact({ seq: n + 1, lane: session(`s${n}`), events: [observed()] }),
        );
        const host = yield* Effect.promise(async () => {
          const one = await connectHost(url, bearer);
          one.say(hello("h1", EPOCH));
          await one.take("welcome");
          for (let from = 0; from < many.length; from += 200)
            one.say(factsFrame(EPOCH, ...many.slice(from, from + 200)));
          // It goes on talking until all is stored: a silence that begins before does not speak of what comes after.
          const beats = setInterval(() => one.say(heartbeat()), 100);
          await one.take("ack", ({ through }) => through === many.length);
          clearInterval(beats);
          return one;
        });
        host.drop();
        yield* untilType(log, "session.staled", 600);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
        yield* until(log, ({ envelope }) => envelope.id.startsWith("staled/s599/"));
      }),
    ));
});
