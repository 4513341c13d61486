/** A kill switch and sends that were accepted before it, on real sockets: none begins later than a second after the switch's entry (N1-028, RELIABILITY §5). */
import type { EventLog } from "@claw/eventlog";
import { hostLane, type HostId } from "@claw/events";
import { Deferred, Effect } from "effect";
import { describe, expect, it } from "vitest";
import { able, accept, EPOCH, given, idsLeft, soon, taken, upTo } from "./asked.ts";
import { epochStarted, fact, observed, session } from "./given.ts";
import {
  acked,
  addHost,
  factsFrame,
  type Host,
  memoryLog,
  run,
  startHouse,
  temporaryFolder,
} from "./house.ts";
import { accepted, decided, INTERRUPT, offered, outcome, switched } from "./work.ts";

const NOTHING = { text: null, remainingMs: 0 };
const halt = (log: EventLog, scope?: string, id?: string) => decided(log, switched("halted", scope, id));
const lift = (log: EventLog, scope?: string, id?: string) => decided(log, switched("running", scope, id));

/** What came and was not taken, up to a marker of a session that no switch here is over. */
const marked = (log: EventLog, host: Host, sessionId: string, hostId = "h1") =>
  Effect.gen(function* () {
    const marker = `mark-${(marks += 1)}`;
    yield* accept(log, marker, { hostId, sessionId, origin: { rootIds: [marker], hop: 0, path: [] } });
    yield* taken(host, marker);
    return idsLeft(host);
  });
let marks = 0;

describe("a send that waits for its host when a kill switch is set", () => {
  it.each<[string, string | undefined]>([
    ["global", undefined],
    ["host", "h1"],
    ["group", "default"],
    ["session", "s1"],
    ["root", "c1"],
  ])("is asked for with nothing left, as long as the switch over its %s is set", (scope, id) =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        yield* accept(log, "c1");
        yield* halt(log, scope, id);
        const host = yield* able(url, bearer);
        expect(yield* taken(host, "c1")).toMatchObject({ commandId: "c1", ...NOTHING });
      }),
    ),
  );

  it("stays so after the switch was lifted, until its host has answered", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        yield* accept(log, "c1");
        yield* halt(log);
        const first = yield* able(url, bearer);
        expect(yield* taken(first, "c1")).toMatchObject(NOTHING);
        yield* lift(log);
        first.drop();
        const second = yield* able(url, bearer);
        expect(yield* taken(second, "c1")).toMatchObject(NOTHING);
        yield* accept(log, "c2", { sessionId: "s2" });
        expect((yield* taken(second, "c2")).text).toBe("text of c2");
        second.say(
          factsFrame(
            EPOCH,
            fact({ lane: hostLane("h1" as HostId), events: [epochStarted()] }),
            fact({ seq: 2, lane: session("s1"), events: [observed()] }),
            fact({ seq: 3, lane: session("s1"), events: [outcome("c1", "command.expired")] }),
          ),
        );
        yield* acked(second, 3);
        second.drop();
        expect(yield* upTo(log, yield* able(url, bearer))).toEqual(["c2"]);
      }),
    ));

  it("gets what is left where the switch was lifted before its host came", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        yield* accept(log, "c1");
        yield* halt(log);
        yield* lift(log);
        const host = yield* able(url, bearer);
        const { text, remainingMs } = yield* taken(host, "c1");
        expect(text).toBe("text of c1");
        expect(remainingMs).toBeGreaterThan(0);
      }),
    ));

  it("is stopped also after ingest was started again", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const dataDir = yield* temporaryFolder;
        yield* accept(log, "c1");
        yield* halt(log, "host", "h1");
        yield* Effect.scoped(startHouse({ log, dataDir }));
        const { url } = yield* startHouse({ log, dataDir });
        expect(yield* taken(yield* able(url, bearer), "c1")).toMatchObject(NOTHING);
      }),
    ));

  it("is stopped alone: interrupts, fences and sends out of the scope go on", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        yield* accept(log, "c1");
        yield* accept(log, "c2", { act: INTERRUPT });
        yield* decided(log, offered("l1", { deadlineAt: soon() }));
        yield* accept(log, "c3", { sessionId: "s3" });
        yield* halt(log, "session", "s1");
        const host = yield* able(url, bearer);
        expect((yield* taken(host, "c1")).remainingMs).toBe(0);
        expect((yield* taken(host, "c2")).remainingMs).toBeGreaterThan(0);
        const fence = yield* Effect.promise(() => host.take("fence"));
        expect(fence.remainingMs).toBeGreaterThan(0);
        expect((yield* taken(host, "c3")).remainingMs).toBeGreaterThan(0);
      }),
    ));
});

describe("a kill switch and a host that is here", () => {
  it("a halt right behind a send, in one append, stops it", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* able(url, bearer);
        yield* decided(log, accepted("c1", { deadlineAt: soon() }), switched("halted"));
        expect(yield* taken(host, "c1")).toMatchObject(NOTHING);
        expect(yield* marked(log, host, "s9")).toEqual([]);
      }),
    ));

  it("a halt that comes while the text is read in the log stops it", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const other = yield* addHost(log, "h2");
        const asked = yield* Deferred.make<void>();
        const goOn = yield* Deferred.make<void>();
        const isSlow = { now: true };
        const slow: EventLog = {
          ...log,
          at: (sequence) =>
            Effect.suspend(() => {
              if (!isSlow.now) return log.at(sequence);
              isSlow.now = false;
              const wait = Effect.andThen(Deferred.succeed(asked, undefined), Deferred.await(goOn));
              return Effect.andThen(wait, log.at(sequence));
            }),
        };
        const { url } = yield* startHouse({ log: slow, dataDir: yield* temporaryFolder });
        const host = yield* able(url, bearer);
        const witness = yield* able(url, other.bearer, "h2");
        yield* accept(log, "c1");
        yield* Deferred.await(asked);
        yield* halt(log, "host", "h1");
        // It has come as far as the witness's command, and so past the switch.
        yield* upTo(log, witness, "h2");
        yield* Deferred.succeed(goOn, undefined);
        expect(yield* taken(host, "c1")).toMatchObject(NOTHING);
        expect(yield* marked(log, host, "s9")).toEqual([]);
      }),
    ));
});

describe("a kill switch and a send that its host has", () => {
  it.each<[string, string | undefined]>([
    ["global", undefined],
    ["host", "h1"],
    ["group", "default"],
    ["session", "s1"],
    ["root", "c1"],
  ])("N1-028 a halt over its %s takes it back: it is said again with nothing left, once", (scope, id) =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* able(url, bearer);
        yield* accept(log, "c1");
        expect((yield* taken(host, "c1")).remainingMs).toBeGreaterThan(0);
        yield* halt(log, scope, id);
        expect(yield* taken(host, "c1")).toMatchObject({ commandId: "c1", ...NOTHING });
        yield* halt(log, scope, id);
        yield* halt(log, "session", "s1");
        yield* lift(log, scope, id);
        yield* lift(log, "session", "s1");
        expect(yield* marked(log, host, "s9")).toEqual([]);
        host.drop();
        expect(yield* taken(yield* able(url, bearer), "c1")).toMatchObject(NOTHING);
      }),
    ),
  );

  it("N1-028 takes back sends within its scope alone: no interrupt, no fence, no other send, and none that is over", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* able(url, bearer);
        yield* accept(log, "over");
        yield* taken(host, "over");
        host.say(
          factsFrame(
            EPOCH,
            fact({ lane: hostLane("h1" as HostId), events: [epochStarted()] }),
            fact({ seq: 2, lane: session("s1"), events: [observed()] }),
            fact({ seq: 3, lane: session("s1"), events: [outcome("over", "command.failed")] }),
          ),
        );
        yield* acked(host, 3);
        yield* accept(log, "mine");
        yield* accept(log, "stop", { act: INTERRUPT });
        yield* decided(log, offered("l1", { deadlineAt: soon() }));
        yield* accept(log, "other", { sessionId: "s3" });
        for (const id of ["mine", "stop", "other"]) yield* taken(host, id);
        yield* Effect.promise(() => host.take("fence"));
        yield* halt(log, "session", "s1");
        expect(yield* marked(log, host, "s9")).toEqual(["mine"]);
      }),
    ));

  it("N1-028 takes back what a session in the scope sent to another host, and only there", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const other = yield* addHost(log, "h2");
        const [first, second] = [yield* able(url, bearer), yield* able(url, other.bearer, "h2")];
        const origin = { rootIds: ["r1"], hop: 1, path: ["caller"] };
        yield* accept(log, "c1", { origin });
        yield* accept(log, "c2", { hostId: "h2", sessionId: "s2", origin });
        yield* accept(log, "c3", { hostId: "h2", sessionId: "s3" });
        yield* taken(first, "c1");
        yield* taken(second, "c3");
        yield* taken(second, "c2");
        yield* halt(log, "session", "s2");
        expect(yield* taken(second, "c2")).toMatchObject(NOTHING);
        expect(yield* marked(log, first, "s9")).toEqual([]);
        yield* halt(log, "session", "caller");
        expect(yield* taken(first, "c1")).toMatchObject(NOTHING);
        expect(yield* marked(log, second, "s9", "h2")).toEqual([]);
      }),
    ));

  it("N1-028 waits for no text of another that is being read", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const asked = yield* Deferred.make<void>();
        const isSlow = { now: false };
        const slow: EventLog = {
          ...log,
          at: (sequence) =>
            isSlow.now ? Effect.andThen(Deferred.succeed(asked, undefined), Effect.never) : log.at(sequence),
        };
        const { url } = yield* startHouse({ log: slow, dataDir: yield* temporaryFolder });
        const host = yield* able(url, bearer);
        yield* accept(log, "c1");
        yield* taken(host, "c1");
        isSlow.now = true;
        yield* accept(log, "c2", { sessionId: "s2" });
        yield* Deferred.await(asked);
        yield* halt(log);
        expect(yield* taken(host, "c1")).toMatchObject(NOTHING);
      }),
    ));
});
