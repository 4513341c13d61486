/** What policy accepted, on its way to hosts on real sockets (DESIGN 6.2.7, 14.9). */
import { type HostId, hostLane, type OpenEvent } from "@claw/events";
import type { EventLog } from "@claw/eventlog";
import { systemClocks } from "@claw/runtime";
import { Effect } from "effect";
import { describe, expect, it } from "vitest";
import { able, accept, EPOCH, given, idsLeft, soon, taken, upTo } from "./asked.ts";
import { epochStarted, fact, observed, session } from "./given.ts";
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
import { accepted, decided, fenced, INTERRUPT, leaseEnded, offered, outcome } from "./work.ts";

const offer = (log: EventLog, id: string) => decided(log, offered(id, { deadlineAt: soon() }));

const started = (hostId = "h1") => fact({ lane: hostLane(hostId as HostId), events: [epochStarted()] });
const claim = (seq: number, name: string, hostId = "h1") =>
  fact({ seq, lane: session(name), events: [observed(hostId)] });
const said = (seq: number, name: string, ...events: readonly OpenEvent[]) =>
  fact({ seq, lane: session(name), events });
const tell = (host: Host, ...facts: readonly ReturnType<typeof fact>[]) =>
  Effect.suspend(() => {
    host.say(factsFrame(EPOCH, ...facts));
    return acked(host, facts.at(-1)?.seq ?? 0);
  });

/** Lets the event loop turn until something is so. */
const turns = (isSo: () => boolean) =>
  Effect.promise(async () => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  });

describe("an accepted command (S1-089, S1-090, N1-029)", () => {
  it("comes once, whole, with what is left of its deadline", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* able(url, bearer);
        const text = `quotes " and \\ and \u0001 and ${"\u20ac".repeat(65_000)}`;
        yield* accept(log, "c1", { text, token: { generation: 2, counter: 9 } });
        const frame = yield* taken(host, "c1");
        expect(frame).toEqual({
          type: "command",
          commandId: "c1",
          instruction: {
            sessionId: "s1",
            endpointId: "main",
            token: { generation: 2, counter: 9 },
            act: { kind: "send", mode: "auto", expectedTurnId: null },
          },
          text,
          remainingMs: frame.remainingMs,
        });
        expect(frame.remainingMs).toBeGreaterThan(20_000);
        expect(frame.remainingMs).toBeLessThanOrEqual(30_000);
        expect(yield* upTo(log, host)).toEqual([]);
      }),
    ));

  it("S1-161 a spawn comes with its text, an answer with or without a reason, and each only to who knows it", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const old = yield* able(url, bearer);
        const settings = { model: null, sandbox: null, approvalPolicy: null };
        const spawn = { kind: "spawn", workspace: "/srv", purpose: null, forkOf: null, settings };
        const answer = {
          kind: "answer",
          requestId: "1",
          subjectDigest: null,
          answer: "decline",
          by: "policy",
        };
        yield* accept(log, "c1", { act: spawn, text: "do it", sessionId: "req-c1" });
        yield* accept(log, "c2", { act: answer });
        yield* accept(log, "c3", { act: answer, text: "because" });
        expect(yield* upTo(log, old)).toEqual([]);
        const host = yield* able(url, bearer, "h1", {
          capabilities: ["command.v1", "spawn.v1", "answer.v1"],
        });
        const frames = yield* Effect.forEach(["c1", "c2", "c3"], (id) => taken(host, id));
        expect(frames.map(({ text }) => text)).toEqual(["do it", null, "because"]);
        expect(frames.every(({ remainingMs }) => remainingMs > 0)).toBe(true);
      }),
    ));

  it("an interrupt has no text, and its turn", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* able(url, bearer);
        yield* accept(log, "c1", { act: INTERRUPT });
        const { text, instruction, remainingMs } = yield* taken(host, "c1");
        expect([text, instruction.act]).toEqual([null, INTERRUPT]);
        expect(remainingMs).toBeGreaterThan(0);
      }),
    ));

  it("comes again after each hello until its outcome is in the log, in decided order, and then no more", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        for (const [n, name] of ["s1", "s2", "s1"].entries())
          yield* accept(log, `c${n + 1}`, { sessionId: name });
        const first = yield* able(url, bearer);
        expect(yield* upTo(log, first)).toEqual(["c1", "c2", "c3"]);
        yield* tell(first, started(), claim(2, "s1"), claim(3, "s2"), said(4, "s2", outcome("c2")));
        first.drop();
        const second = yield* able(url, bearer);
        expect(yield* upTo(log, second)).toEqual(["c1", "c3"]);
        yield* tell(
          second,
          said(5, "s1", outcome("c1", "command.unknown")),
          said(6, "s1", outcome("c3", "command.expired")),
        );
        second.drop();
        expect(yield* upTo(log, yield* able(url, bearer))).toEqual([]);
      }),
    ));

  it("whose deadline is over is still asked for, with nothing left", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        yield* accept(log, "c1", { deadlineAt: Date.now() - 60_000 });
        const host = yield* able(url, bearer);
        expect((yield* taken(host, "c1")).remainingMs).toBe(0);
      }),
    ));

  it("survives the restart of ingest", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const dataDir = yield* temporaryFolder;
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { url } = yield* startHouse({ log, dataDir });
            const host = yield* able(url, bearer);
            yield* accept(log, "c1");
            yield* accept(log, "c2");
            yield* taken(host, "c2");
            yield* tell(host, started(), claim(2, "s1"), said(3, "s1", outcome("c1")));
          }),
        );
        yield* accept(log, "c3");
        const { url } = yield* startHouse({ log, dataDir });
        expect(yield* upTo(log, yield* able(url, bearer))).toEqual(["c2", "c3"]);
      }),
    ));

  it("whose text the log no longer has is asked for without it, and with nothing left", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const trimmed: EventLog = { ...log, at: () => Effect.succeed(null) };
        const { url } = yield* startHouse({ log: trimmed, dataDir: yield* temporaryFolder });
        const host = yield* able(url, bearer);
        yield* accept(log, "c1");
        yield* accept(log, "c2", { act: INTERRUPT });
        expect(yield* taken(host, "c1")).toMatchObject({ text: null, remainingMs: 0 });
        expect((yield* taken(host, "c2")).remainingMs).toBeGreaterThan(0);
      }),
    ));
});

describe("the fence of an offered lease (N1-012)", () => {
  it("comes at once and after each hello, until the host has said that it fenced, or the lease is over", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const first = yield* able(url, bearer);
        yield* offer(log, "l1");
        const fence = yield* Effect.promise(() => first.take("fence"));
        expect(fence).toEqual({
          type: "fence",
          leaseId: "l1",
          sessionId: "s1",
          endpointId: "main",
          token: { generation: 0, counter: 1 },
          remainingMs: fence.remainingMs,
        });
        expect(fence.remainingMs).toBeGreaterThan(0);
        yield* offer(log, "l2");
        first.drop();
        const second = yield* able(url, bearer);
        expect(yield* upTo(log, second)).toEqual(["l1", "l2"]);
        yield* tell(second, started(), claim(2, "s1"), said(3, "s1", fenced("l1")));
        yield* decided(log, leaseEnded("lease.lapsed", "l2"));
        second.drop();
        expect(yield* upTo(log, yield* able(url, bearer))).toEqual([]);
      }),
    ));
});

describe("to whom it goes (S6, X1-054)", () => {
  it("a connector without `command.v1` gets none, before and after", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, metrics } = yield* given;
        const other = yield* addHost(log, "h2");
        yield* accept(log, "c1");
        const old = yield* join(url, bearer);
        yield* accept(log, "c2");
        yield* offer(log, "l1");
        const witness = yield* able(url, other.bearer, "h2");
        expect(yield* upTo(log, witness, "h2")).toEqual([]);
        old.say(heartbeat());
        yield* Effect.promise(() => old.take("pulse"));
        expect(idsLeft(old)).toEqual([]);
        expect(yield* Effect.promise(() => metrics.metrics())).toContain(
          'dispatched_total{kind="command"} 1',
        );
        old.drop();
        expect(yield* upTo(log, yield* able(url, bearer))).toEqual(["c1", "c2", "l1"]);
      }),
    ));

  it("of two ingests, the one that holds the uplink sends it", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const other = yield* addHost(log, "h2");
        const second = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const one = yield* able(url, bearer);
        const two = yield* able(second.url, other.bearer, "h2");
        for (let n = 0; n < 20; n += 1) {
          const hostId = n % 2 === 0 ? "h1" : "h2";
          yield* accept(log, `c${n}`, { hostId, sessionId: `s-${hostId}` });
        }
        const even = Array.from({ length: 10 }, (_, n) => `c${2 * n}`);
        expect(yield* upTo(log, one)).toEqual(even);
        expect(yield* upTo(log, two, "h2")).toEqual(even.map((id) => `c${Number(id.slice(1)) + 1}`));
      }),
    ));

  it("1,000 commands for 100 hosts go where they belong, and nowhere else", () =>
    run(
      Effect.gen(function* () {
        const { log, url } = yield* given;
        const names = Array.from({ length: 100 }, (_, n) => `host-${n}`);
        const bearers = yield* Effect.forEach(names, (name) => addHost(log, name));
        const of = (half: number) =>
          names.flatMap((hostId) =>
            Array.from({ length: 5 }, (_, n) =>
              accepted(`${hostId}-${half}-${n}`, {
                hostId,
                sessionId: `s-${hostId}-${n % 3}`,
                deadlineAt: soon(),
              }),
            ),
          );
        // Half of them before anybody is there.
        yield* decided(log, ...of(1));
        const hosts = yield* Effect.forEach(names, (name, n) => able(url, bearers[n]?.bearer ?? "", name), {
          concurrency: 20,
        });
        yield* decided(log, ...of(2));
        for (const [n, host] of hosts.entries()) {
          const name = names[n] ?? "";
          const mine = [1, 2].flatMap((half) =>
            Array.from({ length: 5 }, (_, of) => `${name}-${half}-${of}`),
          );
          expect(yield* upTo(log, host, name)).toEqual(mine);
          for (const frame of host.left())
            if (frame.type === "command") expect(frame.text).toBe(`text of ${frame.commandId}`);
        }
      }),
    ));
});

describe("outcomes that are not a host's to say (S6, S7)", () => {
  it("end nobody's command: what names another's is evidence, what names none is a fact and no more", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const forger = yield* addHost(log, "h2");
        const host = yield* able(url, bearer);
        yield* tell(host, started(), claim(2, "s1"), claim(3, "s3"));
        yield* accept(log, "c1");
        yield* offer(log, "l1");
        yield* upTo(log, host);
        const other = yield* able(url, forger.bearer, "h2");
        yield* tell(
          other,
          started("h2"),
          claim(2, "s2", "h2"),
          said(3, "s2", outcome("c1")),
          said(4, "s1", outcome("c1")),
          said(5, "s2", fenced("l1")),
          said(6, "s2", outcome("never-accepted")),
        );
        yield* tell(host, said(4, "s3", outcome("c1")));
        host.drop();
        expect(yield* upTo(log, yield* able(url, bearer))).toEqual(["c1", "l1"]);
        const stored = (yield* entriesOf(log)).flatMap(({ envelope }) =>
          envelope.by.kind === "host"
            ? envelope.events.map(({ type, data }) => (type === "evidence.kept" ? data["code"] : type))
            : [],
        );
        expect(stored.filter((word) => word === "foreign_command")).toHaveLength(3);
        expect(stored.filter((word) => word === "foreign_session")).toHaveLength(1);
        expect(stored.filter((word) => word === "command.succeeded")).toHaveLength(1);
      }),
    ));

  it("an honest outcome that is sent again after it was stored is the same fact, and no fork", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* able(url, bearer);
        yield* accept(log, "c1");
        const last = said(3, "s1", outcome("c1"));
        yield* tell(host, started(), claim(2, "s1"), last);
        yield* tell(host, last);
        const types = (yield* entriesOf(log)).flatMap(({ envelope }) =>
          envelope.events.map(({ type }) => type),
        );
        expect(types.filter((type) => type === "command.succeeded")).toHaveLength(1);
        expect(types).not.toContain("host.forked");
      }),
    ));
});

describe("a host that reads nothing (DESIGN 13)", () => {
  it("is not sent more than its socket takes, is let go, and is asked again when it comes back", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        let aheadMs = 0;
        const clocks = { ...systemClocks, monoMs: () => systemClocks.monoMs() + aheadMs };
        const { url, ingest, metrics } = yield* startHouse({
          log,
          dataDir: yield* temporaryFolder,
          clocks,
        });
        const host = yield* able(url, bearer);
        host.hang();
        const ids = Array.from({ length: 100 }, (_, n) => `c${n}`);
        yield* decided(
          log,
          ...ids.map((id, n) =>
            accepted(id, { sessionId: `s${n}`, deadlineAt: soon(), text: "\u0001".repeat(65_536) }),
          ),
        );
        const sent = Effect.map(
          Effect.promise(() => metrics.metrics()),
          (text) => Number(/dispatched_total\{kind="command"\} (\d+)/.exec(text)?.[1] ?? 0),
        );
        let before = -1;
        for (let now = yield* sent; now !== before; now = yield* sent) {
          before = now;
          for (let n = 0; n < 500; n += 1)
            yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
        }
        expect(before).toBeGreaterThan(0);
        expect(before).toBeLessThan(ids.length);
        aheadMs = 11_000;
        yield* turns(() => ingest.connected().length === 0);
        const back = yield* able(url, bearer);
        expect(yield* upTo(log, back)).toEqual(ids);
      }),
    ));
});
