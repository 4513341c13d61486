/** What policy sees of sessions and hosts, from what was observed of them. */
import { type By, type CommandId, type Entry, laneParts, type OpenEvent, type TurnId } from "@claw/events";
import { history } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_OUTCOMES, MAX_TURNS } from "../src/domain/sight.ts";
import { LIVE_WITHIN_MS } from "../src/domain/sight-fold.ts";
import { MAX_PLAIN_TURNS } from "../src/domain/turn-sights.ts";

import {
  accepted,
  AT,
  became,
  completed,
  fact,
  factsFrom,
  fenced,
  H1,
  heard,
  message,
  noticed,
  observed,
  ours,
  rowsOf,
  S1,
  said,
  sightOf,
  started,
  succeeded,
  T1,
  T2,
  tokenOf,
  told,
  used,
} from "./given-sight.ts";

const scaled = (countAtScale5: number): number =>
  Math.max(1, Math.round((countAtScale5 / 5) * Number(process.env["CLAW_TEST_SCALE"] ?? "1")));

const sessionAfter = (...events: readonly OpenEvent[]) =>
  sightOf(factsFrom(1, observed(), ...events)).session(S1);
const turnsAfter = (...events: readonly OpenEvent[]) => sessionAfter(...events)?.turns ?? [];
const outcome = (commandId: string, outcomeWord: "failed" | "expired" | "unknown"): OpenEvent => {
  const of = { commandId: commandId as CommandId, fence: tokenOf(1) };
  if (outcomeWord === "failed") return said("command.failed", { ...of, code: "session_active", facts: {} });
  if (outcomeWord === "expired") return said("command.expired", of);
  return said("command.unknown", { ...of, reason: "crashed" });
};

/** Accepted in a log that lost its first acceptance. */
const acceptedAnew = (commandId: string, by: By = { kind: "policy" }): Entry =>
  accepted(commandId, { kind: "interrupt", by });

describe("whose word counts (DESIGN 14.16)", () => {
  it("a session is its first host's; another's facts, and facts before it was observed, are none", () => {
    const h2 = "h2" as typeof H1;
    const foreign = [observed("active", h2), started(T1), ours(T1, "c1")];
    const entries = [
      fact(1, [started(T1)]),
      fact(2, [observed("idle")]),
      ...foreign.map((event, index) => fact(index + 1, [event], AT, h2)),
    ];
    expect(sightOf(entries).session(S1)).toMatchObject({ hostId: H1, activity: "idle", turns: [] });
  });

  it("a host cannot say where a session lives for another host, ingest and policy say nothing in its lane", () => {
    expect(rowsOf([fact(1, [observed("idle", "h2" as typeof H1)])]).size).toBe(0);
    for (const by of [{ kind: "ingest" }, { kind: "policy" }] as const) {
      const lane = fact(1, [observed()]).envelope.lane;
      const forged = [fact(1, [observed()]), told(lane, by, [started(T1), ours(T1, "c1")], "x/1")];
      expect(sightOf(forged).session(S1)).toMatchObject({ turns: [], activeTurnId: null });
    }
  });

  it("of hosts only ingest speaks (DESIGN 14.10)", () => {
    const lane = noticed(heard("connected")).envelope.lane;
    const own = told(lane, fact(1, [observed()]).envelope.by, [heard("behind")], "x/1");
    expect(rowsOf([own]).size).toBe(0);
    const silent = said("host.silent", { lastHeardAt: AT, silentAfterMs: 30_000 });
    const after = (...events: readonly OpenEvent[]) =>
      sightOf(events.map((event, n) => noticed(event, n + 1))).host(H1);
    expect(after(heard("behind"))).toMatchObject({ isBehind: true, isSilent: false });
    expect(after(heard("behind"), silent)).toMatchObject({ isBehind: true, isSilent: true });
    expect(after(heard("behind"), silent, heard("returned"))).toMatchObject({
      isBehind: true,
      isSilent: false,
    });
    expect(after(silent, heard("disconnected"))).toMatchObject({ isSilent: true });
    expect(after(silent, heard("behind"), heard("caught_up"))).toMatchObject({
      isBehind: false,
      isSilent: false,
    });
  });
});

describe("the active turn (S1-090)", () => {
  it("is the newest one that began, until it ends or the thread rests", () => {
    expect(sessionAfter(started(T1))).toMatchObject({ activeTurnId: T1 });
    expect(sessionAfter(started(T1), became("active"))).toMatchObject({
      activeTurnId: T1,
      activity: "active",
    });
    expect(sessionAfter(started(T1), completed(T1))?.activeTurnId).toBeNull();
    expect(sessionAfter(started(T1), became("active"), became("idle"))?.activeTurnId).toBeNull();
    expect(sessionAfter(became("active"), started(T1), completed(T1), started(T2))).toMatchObject({
      activeTurnId: T2,
    });
  });

  it("is not one of an older history, nor one that is over", () => {
    const later = [started(T2, AT), started(T1, AT - 60_000)];
    expect(sessionAfter(...later)).toMatchObject({ activeTurnId: T2 });
    expect(turnsAfter(...later).map(({ turnId }) => turnId)).toEqual([T1, T2]);
    expect(sessionAfter(...later, completed(T1))).toMatchObject({ activeTurnId: T2 });
    expect(sessionAfter(completed(T1), started(T1))?.activeTurnId).toBeNull();
  });

  it("leaves those before it over, also where nobody heard their end", () => {
    expect(turnsAfter(started(T1), started(T2)).map(({ isOver }) => isOver)).toEqual([true, false]);
  });
});

describe("what a turn was caused by (N1-028)", () => {
  it("our commands by the marks on its messages, and by what their host says it did", () => {
    expect(turnsAfter(started(T1), ours(T1, "c1"), ours(T1, "c2"), ours(T1, "c1"))[0]).toMatchObject({
      commandIds: ["c1", "c2"],
    });
    expect(turnsAfter(succeeded("c1", T1))[0]?.commandIds).toEqual(["c1"]);
    expect(turnsAfter(succeeded("c1", T1, "interrupt"))).toEqual([]);
    const collided = said("command.collided", {
      commandId: "c1" as CommandId,
      fence: tokenOf(1),
      turnId: T1,
    });
    expect(turnsAfter(message(T1, null), collided)[0]).toMatchObject({ commandIds: ["c1"], hasPerson: true });
  });

  it("everything else is a person's, a mark that names no command too", () => {
    for (const clientId of [null, "tui", "claw:", "claw:NOT AN ID"])
      expect(turnsAfter(message(T1, clientId))[0]).toMatchObject({ commandIds: [], hasPerson: true });
  });

  it("its tokens are counted once, in whatever order the calls are told", () => {
    const calls = [used(T1, 1_100, 100), used(T1, 1_350, 250), used(T2, 1_400, 50)];
    const tokens = (events: readonly OpenEvent[]) =>
      Object.fromEntries(turnsAfter(...events).map((turn) => [turn.turnId, turn.tokens]));
    expect(tokens(calls)).toEqual({ T1: 350, T2: 50 });
    expect(tokens([...calls, ...calls])).toEqual({ T1: 350, T2: 50 });
    expect(tokens(calls.toReversed())).toEqual({ T1: 350, T2: 50 });
  });

  it("few turns are kept: all that are ours up to a bound, and the newest of the others", () => {
    const turn = (n: number) => `turn-${n}` as TurnId;
    const plain = Array.from({ length: 20 }, (_, n) => started(turn(n)));
    expect(turnsAfter(...plain).map(({ turnId }) => turnId)).toEqual(
      Array.from({ length: MAX_PLAIN_TURNS }, (_, n) => turn(20 - MAX_PLAIN_TURNS + n)),
    );
    const mine = Array.from({ length: MAX_TURNS + 9 }, (_, n) => ours(turn(n), `c${n}`));
    expect(turnsAfter(...mine)).toHaveLength(MAX_TURNS);
    expect(turnsAfter(ours(T1, "c1"), ...plain)[0]).toMatchObject({ turnId: T1, commandIds: ["c1"] });
  });
});

describe("people (N1-020)", () => {
  it("are seen when their message was recorded, and not by what an older history says", () => {
    const at = (recordedAt: number, clientId: string | null = null) =>
      sightOf([fact(1, [observed()]), fact(2, [message(T1, clientId)], recordedAt)]).session(S1)?.personAt;
    expect(at(AT + 20)).toBe(AT + 20);
    expect(at(AT + LIVE_WITHIN_MS)).toBe(AT + LIVE_WITHIN_MS);
    expect(at(AT + LIVE_WITHIN_MS + 1)).toBeNull();
    expect(at(AT - 3_600_000)).toBe(AT - 3_600_000);
  });
});

describe("outcomes (DESIGN 14.26)", () => {
  it("the first is the last; unknown is resolved once", () => {
    const words = (...events: readonly OpenEvent[]) =>
      sessionAfter(...events)?.outcomes.map((one) => one.outcome);
    expect(words(outcome("c1", "failed"), succeeded("c1", T1))).toEqual(["failed"]);
    expect(words(outcome("c1", "unknown"), succeeded("c1", T1), outcome("c1", "expired"))).toEqual([
      "succeeded",
    ]);
    expect(words(outcome("c1", "unknown"), outcome("c2", "expired"))).toEqual(["unknown", "expired"]);
  });

  it("N1-012 what was told before the command was accepted anew is no end, until it is told again", () => {
    const words = (...entries: readonly Entry[]) =>
      sightOf([fact(1, [observed()]), ...entries])
        .session(S1)
        ?.outcomes.map((one) => one.isOfEarlier === true);
    const earlier = [fact(2, [succeeded("c1", T1)]), fact(3, [outcome("c2", "failed")])];
    expect(words(...earlier, acceptedAnew("c1"))).toEqual([true, false]);
    expect(words(...earlier, acceptedAnew("c1"), fact(4, [succeeded("c1", T1)]))).toEqual([false, false]);
    expect(words(acceptedAnew("c1"), ...earlier)).toEqual([false, false]);
    expect(words(...earlier, acceptedAnew("c1", { kind: "ingest" }))).toEqual([false, false]);
  });

  it("the oldest are let go, and when is remembered", () => {
    const all = Array.from({ length: MAX_OUTCOMES + 1 }, (_, n) => outcome(`c${n}`, "failed"));
    const whole = sessionAfter(...all.slice(1));
    expect([whole?.outcomes.length, whole?.outcomesForgottenAt]).toEqual([MAX_OUTCOMES, undefined]);
    const after = sessionAfter(...all);
    expect(after?.outcomes[0]?.commandId).toBe("c1");
    expect(after?.outcomesForgottenAt).toBe(AT);
  });

  it("of fences the newest token counts, whichever comes last", () => {
    expect(sessionAfter(fenced("l2", 5), fenced("l1", 3))?.fenced).toEqual({
      leaseId: "l2",
      token: tokenOf(5),
    });
  });
});

describe("what is the case now", () => {
  const lost = said("session.lost", { endpointId: "main" as never, reason: "endpoint_down" });
  const closed = (how: "unloaded" | "archived" | "deleted") => said("session.closed", { how });

  it("a thread is out of reach until its host shows that it is not; that a command failed shows nothing", () => {
    expect(sessionAfter(lost)).toMatchObject({ isLost: true });
    expect(sessionAfter(lost, outcome("c1", "failed"), fenced("l1", 1))).toMatchObject({ isLost: true });
    for (const event of [became("idle"), started(T1), message(T1, null), succeeded("c1", T1)])
      expect(sessionAfter(lost, event)).toMatchObject({ isLost: false });
  });

  it("archived can be undone, deleted cannot, unloaded is neither", () => {
    expect(sessionAfter(closed("unloaded"))).toMatchObject({ isClosed: false, activity: "notLoaded" });
    expect(sessionAfter(closed("archived"))).toMatchObject({ isClosed: true });
    const reopened = said("session.reopened", {});
    expect(sessionAfter(closed("archived"), reopened)).toMatchObject({ isClosed: false });
    expect(sessionAfter(closed("deleted"), reopened, closed("archived"), reopened)).toMatchObject({
      isClosed: true,
    });
  });

  it("a fact that comes late adds what is true for ever and moves nothing", () => {
    const entries = [
      fact(1, [observed()]),
      fact(4, [started(T2)]),
      fact(2, [became("systemError")]),
      fact(3, [outcome("c1", "failed"), message(T2, "claw:c2"), started(T1)]),
    ];
    expect(sightOf(entries).session(S1)).toMatchObject({
      activity: "idle",
      activeTurnId: T2,
      turns: [{ turnId: T2, commandIds: ["c2"] }],
      outcomes: [{ commandId: "c1" }],
    });
  });
});

describe("laws of the fold", () => {
  it("DESIGN 12: the rows are the same however batches fall, and as they were written to disk", () => {
    fc.assert(
      fc.property(history(60), fc.integer({ min: 1, max: 12 }), (entries, batch) => {
        const rows = rowsOf(entries);
        expect(rowsOf(entries, batch)).toEqual(rows);
        expect(JSON.parse(JSON.stringify([...rows]))).toEqual([...rows]);
      }),
      { numRuns: scaled(1_000) },
    );
  });

  /** All but which outcomes are of an earlier acceptance, since that is what telling again is for. */
  const lasting = (entries: readonly Entry[]) =>
    [...rowsOf(entries)].map(([key, row]) =>
      row.kind === "host"
        ? [key, row]
        : [key, { ...row, outcomes: row.outcomes.map((one) => ({ ...one, isOfEarlier: false })) }],
    );

  it("DESIGN 12: what a host tells again changes nothing else, however much later", () => {
    const again = ({ envelope, bodies }: Entry): Entry => ({
      envelope: { ...envelope, at: envelope.at + 180_000 },
      bodies,
    });
    fc.assert(
      fc.property(history(60), fc.array(fc.nat(), { maxLength: 8 }), (entries, numbers) => {
        const places = numbers.map((number) => number % Math.max(1, entries.length));
        const told = places.flatMap((place) => (isOfSession(entries, place) ? (entries[place] ?? []) : []));
        expect(lasting([...entries, ...told.map(again)])).toEqual(lasting(entries));
      }),
      { numRuns: scaled(2_000) },
    );
  });

  /** A host's fact in the lane of a session that was observed before: nothing else is in the log (DESIGN 14.16). */
  const isOfSession = (entries: readonly Entry[], place: number): boolean => {
    const envelope = entries[place]?.envelope;
    if (envelope?.by.kind !== "host" || laneParts(envelope.lane)?.kind !== "session") return false;
    return rowsOf(entries.slice(0, place)).has(envelope.lane);
  };
});
