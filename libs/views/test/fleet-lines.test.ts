/** The fleet for one request after another: what is kept from the last one changes no answer (ADR 0014). */
import { sha256 } from "@claw/events";
import { history } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Fleet,
  type FleetAsk,
  fleetPolicies,
  FleetSession,
  fleetState,
  isHidden,
  linesOf,
  makeFleet,
  readerOn,
  refresh,
  type ViewReader,
} from "../src/index.ts";
import {
  after,
  AT,
  entriesOf,
  hostFact,
  observed,
  own,
  policyFact,
  refusedFor,
  type Step,
  turnStarted,
} from "./acting.ts";
import { askAt, LIMITS, NOW } from "./fleet-given.ts";
import { ALL, foldInto, memoryStore, placed, testScale } from "./given.ts";
import { asked, boundTo, inHost, ordered, seen, thread } from "./spawning.ts";

const RUNS = { numRuns: 80 * testScale };
const byId = (fleet: Fleet, ask: FleetAsk) =>
  linesOf(fleet, ask).toSorted((a, b) => (a.session.id < b.session.id ? -1 : 1));

describe("the lines of a fleet", () => {
  const runtime = {
    runtimeId: "r1",
    revision: 1,
    runtime: "container",
    backing: "vnc",
    status: "ready",
    repo: null,
    branch: null,
    owner: null,
    attachUrl: null,
    vnc: false,
    leaseId: "lease-1",
    leaseUntil: NOW + 10_000,
    sandboxId: null,
    hostId: null,
  };

  test("are the same whether they were kept or made anew, however requests fall between facts and time", () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0, max: 4_000_000 })),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(history(60), steps, (entries, moves) => {
        const store = memoryStore();
        const reader = readerOn(store.db);
        const kept = makeFleet();
        let folded = 0;
        for (const [more, laterMs] of moves) {
          folded += more;
          foldInto(store, placed(entries.slice(0, folded)));
          const heardAt = (hostId: string): number | null => (hostId === "host-a" ? NOW + laterMs : null);
          const ask = askAt(NOW + laterMs, { heardAt });
          refresh(kept, reader);
          const fresh = makeFleet();
          refresh(fresh, reader);
          const lines = byId(kept, ask);
          expect(lines).toEqual(byId(fresh, ask));
          expect(lines).toEqual(byId(kept, ask));
          expect(fleetPolicies(kept).policies).toEqual(fleetPolicies(fresh).policies);
        }
      }),
      RUNS,
    );
  });

  test("are every session that is in a list, and every runtime, once", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const store = memoryStore();
        foldInto(store, placed(entries));
        const reader = readerOn(store.db);
        const fleet = makeFleet();
        refresh(fleet, reader);
        const lines = linesOf(fleet, askAt(NOW));
        const sessions = reader.sessions({ includeClosed: true }, ALL).rows;
        expect(sessions.some(isHidden)).toBe(false);
        const runtimes = reader.runtimes(ALL).rows.map(({ runtimeId }) => runtimeId);
        const ids = new Set([...sessions.map(({ sessionId }) => sessionId), ...runtimes]);
        expect(lines.map(({ session }) => session.id).toSorted()).toEqual([...ids].toSorted());
        for (const { session, belonging } of lines) {
          expect(FleetSession.strict().parse(session)).toEqual(session);
          expect(belonging).toEqual(reader.belonging(session.id));
          expect(session.checkpoints).toBe(reader.checkpoints(session.id)?.count ?? 0);
        }
      }),
      RUNS,
    );
  });

  test("F1-009 what did not change is not made again", () => {
    const reader = after(observed, turnStarted(), policyFact("runtime.registered", runtime));
    const fleet = makeFleet();
    refresh(fleet, reader);
    const first = linesOf(fleet, askAt(NOW));
    expect(linesOf(fleet, askAt(NOW + 1)).every((line, n) => line === first[n])).toBe(true);
    const later = linesOf(fleet, askAt(NOW + 10_000));
    expect(later.map((line, n) => line === first[n])).toEqual([true, false]);
    expect(later[1]?.session).toMatchObject({ status: "expired", leaseId: null });
  });

  const active = hostFact("session.became", { activity: { type: "active", flags: [] } });
  const mute = policyFact("origin.muted", { origin: "session/s1", count: 1, until: AT + 70_000 });
  const snoozed = policyFact("attention.snoozed", {
    key: "failing/s1/system",
    until: AT + 80_000,
    by: "ann",
    reason: "later",
  });
  const failing = hostFact("session.became", { activity: { type: "systemError", flags: [] } });
  test.each([
    ["a turn that says nothing becomes silent", [observed, active], AT + 1_000 + LIMITS.silentTurnMs],
    [
      "a refusal is of no interest any more",
      [observed, refusedFor("cycle", { viaSessionId: "s1" })],
      AT + 1_000 + LIMITS.refusedMs,
    ],
    ["a mute ends", [observed, mute], AT + 70_000],
    ["what was put off comes back", [observed, failing, snoozed], AT + 80_000],
    ["a lease runs out", [policyFact("runtime.registered", runtime)], NOW + 10_000],
  ] as const)(
    "at the moment at which %s, the line says so, and says the same until then",
    (_title, steps, at) => {
      const reader = after(...steps);
      const kept = makeFleet();
      const first = linesNow(kept, reader, at - 9);
      expect(linesNow(kept, reader, at - 1)).toBe(first);
      const then = linesNow(kept, reader, at);
      expect(then).not.toEqual(first);
      expect(then).toEqual(linesNow(makeFleet(), reader, at));
      expect(linesNow(kept, reader, at + 1_000_000_000)).toEqual(then);
      // The clock is set back.
      expect(linesNow(kept, reader, at - 9)).toEqual(first);
    },
  );
  const linesNow = (fleet: Fleet, reader: ViewReader, nowMs: number) => {
    refresh(fleet, reader);
    return linesOf(fleet, askAt(nowMs));
  };

  test("each row that a line hangs on changes the line when it changes alone", () => {
    const described = (unixUser: string) =>
      inHost(
        hostFact("endpoint.described", {
          endpointId: "main",
          storeId: "store",
          transport: "unix",
          address: "unix:///x.sock",
          codexVersion: "1",
          startedByConnector: false,
          isDefault: true,
          unixUser,
        }),
      );
    const part = { bytes: 1, digest: sha256("part") };
    const steps = [
      observed,
      failing,
      described("ann"),
      described("eve"),
      policyFact("owner.mapped", { hostId: own, unixUser: "eve", owner: "Eve" }),
      policyFact("attention.assigned", { key: "failing/s1/system", to: "ann", by: "ann" }),
      snoozed,
      mute,
      policyFact("checkpoint.registered", {
        sessionId: "s1",
        checkpointId: "k1",
        kind: "disk",
        bytes: 1,
        digest: null,
        madeAt: AT,
      }),
      policyFact("egress.registered", {
        sandboxId: "box",
        sessionId: "s1",
        aliases: [],
        owner: null,
        allowedHosts: [],
        githubRepo: null,
        githubCredentialSource: "none",
        hasGithubToken: false,
        hasGithubRepoNodeId: false,
        hasOpenaiOrg: false,
        openaiBaseUrlHost: null,
      }),
      policyFact("archive.finalised", {
        sessionId: "s1",
        version: 1,
        position: 1,
        events: 2,
        status: "failed",
        failure: null,
        isFinal: true,
        parts: { events: part, transcript: part, summary: part },
        archivedAt: AT,
      }),
      inHost(hostFact("endpoint.became", { endpointId: "main", state: "ready", reason: null })),
    ];
    const entries = placed(entriesOf(steps));
    const store = memoryStore();
    const reader = readerOn(store.db);
    const kept = makeFleet();
    let before: unknown = [];
    for (const entry of entries) {
      foldInto(store, [entry]);
      const lines = linesNow(kept, reader, AT + 60_000);
      expect(lines).toEqual(linesNow(makeFleet(), reader, AT + 60_000));
      if (entry !== entries.at(-1)) expect(lines).not.toEqual(before);
      before = lines;
    }
  });

  test("F1-084 a heartbeat changes when a session was seen, and makes nothing else anew", () => {
    const reader = after(observed);
    const fleet = makeFleet();
    const heard = (at: number) => {
      refresh(fleet, reader);
      return linesOf(fleet, askAt(NOW, { heardAt: () => at }))[0];
    };
    const [first, again, later] = [heard(NOW + 5), heard(NOW + 5), heard(NOW + 9)];
    expect(again).toBe(first);
    expect(later?.session).toEqual({ ...first?.session, lastSeenAt: NOW + 9 });
    expect(later?.belonging).toBe(first?.belonging);
  });

  test("one that was asked for is one line, under the name of its thread as soon as there is one", () => {
    const idsAfter = (...steps: readonly Step[]) => {
      const fleet = makeFleet();
      refresh(fleet, after(...steps));
      return linesOf(fleet, askAt(AT)).map(({ session }) => [session.id, session.status]);
    };
    expect(idsAfter(ordered())).toEqual([[asked, "provisioning"]]);
    expect(idsAfter(ordered(), seen(), boundTo())).toEqual([[thread, "pending_adapter"]]);
  });

  test("views that stand further back are read again from the beginning", () => {
    const fleet = makeFleet();
    refresh(fleet, after(observed, hostFact("session.named", {}, { name: "one" }), turnStarted()));
    expect(fleet.rows.position).toBe(3);
    refresh(fleet, after(ordered()));
    expect(linesOf(fleet, askAt(AT)).map(({ session }) => session.id)).toEqual([asked]);
    refresh(fleet, after());
    expect(linesOf(fleet, askAt(AT))).toEqual([]);
  });
});

test("F1-132 the state of a fleet after any history adds up", () => {
  fc.assert(
    fc.property(history(60), (entries) => {
      const store = memoryStore();
      foldInto(store, placed(entries));
      const fleet = makeFleet();
      refresh(fleet, readerOn(store.db));
      const sessions = linesOf(fleet, askAt(NOW)).map(({ session }) => session);
      const config = { canonicalUrl: "", productUrl: "", defaultHostCount: 0 };
      const registry = { isAvailable: true, policyCount: fleetPolicies(fleet).policies.length };
      const { totals } = fleetState(config, registry, sessions, NOW);
      expect(Object.values(totals.byStatus).reduce((sum, n) => sum + n, 0)).toBe(totals.sessions);
      expect(totals.byRuntime.crabbox + totals.byRuntime.container).toBe(totals.sessions);
      expect(totals.active + totals.byStatus.stopped + totals.byStatus.expired + totals.byStatus.failed).toBe(
        totals.sessions,
      );
    }),
    RUNS,
  );
});
