/** Hosts that are behind with what they have to tell: both edges are in the log, for policy to see (DESIGN 14.10, S1-184). */
import { hostLane } from "@claw/events";
import type { EventLog } from "@claw/eventlog";
import { systemClocks } from "@claw/runtime";
import { Effect } from "effect";
import { describe, expect, it } from "vitest";
import { EPOCH, epochStarted, fact, HOST } from "./given.ts";
import {
  acked,
  addHost,
  entriesOf,
  factsFrame,
  heartbeat,
  type Host,
  join,
  memoryLog,
  run,
  startHouse,
  temporaryFolder,
} from "./house.ts";

const edges = (log: EventLog) =>
  Effect.map(entriesOf(log), (entries) =>
    entries.flatMap(({ envelope }) =>
      envelope.events.flatMap(({ data }) =>
        data["edge"] === "behind" || data["edge"] === "caught_up" ? [data["edge"]] : [],
      ),
    ),
  );

/** A clock that the test puts forward: edges of a host are seconds apart. */
const given = Effect.gen(function* () {
  const log = yield* memoryLog;
  const { bearer } = yield* addHost(log, "h1");
  const time = { aheadMs: 0 };
  const clocks = { ...systemClocks, monoMs: () => systemClocks.monoMs() + time.aheadMs };
  const start = Effect.gen(function* () {
    return yield* startHouse({ log, dataDir: yield* temporaryFolder, clocks });
  });
  return { log, bearer, time, start, ...(yield* start) };
});

let nonces = 0;
const beat = (host: Host, ageMs: number | null) =>
  Effect.promise(async () => {
    const nonce = (nonces += 1);
    host.say(heartbeat(nonce, ageMs));
    await host.take("pulse", (pulse) => pulse.nonce === nonce);
  });
/** Says it as a host does, again and again, until the log has the edge: what was written last may not be folded yet. */
const beatUntil = Effect.fnUntraced(function* (
  log: EventLog,
  edge: string,
  host: Host,
  ageMs: number | null,
) {
  do yield* beat(host, ageMs);
  while (!(yield* edges(log)).includes(edge));
});
const first = fact({ lane: hostLane(HOST), events: [epochStarted()] });

describe("a host that is behind (DESIGN 14.10)", () => {
  it("is said to be once, and once that it caught up", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, time, url } = yield* given;
        const host = yield* join(url, bearer);
        yield* beat(host, 4_900);
        yield* beatUntil(log, "behind", host, 5_100);
        for (const ageMs of [9_000, 60_000]) yield* beat(host, ageMs);
        time.aheadMs += 3_000;
        yield* beat(host, 4_000);
        yield* beatUntil(log, "caught_up", host, 0);
        expect(yield* edges(log)).toEqual(["behind", "caught_up"]);
      }),
    ));

  it("goes back and forth at most every few seconds in the log", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, time, url } = yield* given;
        const host = yield* join(url, bearer);
        yield* beatUntil(log, "behind", host, 9_000);
        for (let n = 0; n < 50; n += 1) yield* beat(host, n % 2 === 0 ? null : 9_000);
        time.aheadMs += 3_000;
        yield* beatUntil(log, "caught_up", host, null);
        expect(yield* edges(log)).toEqual(["behind", "caught_up"]);
      }),
    ));

  it("that another ingest called so is said to have caught up by the one that it comes to", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, start } = yield* given;
        const host = yield* join(url, bearer);
        host.say(factsFrame(EPOCH, first));
        yield* acked(host, 1);
        yield* beatUntil(log, "behind", host, 9_000);
        host.drop();
        const second = yield* start;
        const moved = yield* join(second.url, bearer);
        yield* beatUntil(log, "caught_up", moved, null);
        expect(yield* edges(log)).toEqual(["behind", "caught_up"]);
      }),
    ));
});
