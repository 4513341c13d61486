/** What is done before the log is opened, as a table; and what the log says of itself. */
import {
  DECIDED,
  FLEET_LANE,
  hostLane,
  type HostId,
  type LedgerId,
  position,
  seal,
  stampEntry,
} from "@claw/events";
import type { Entry, EntryId, Json, Lane } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openingEntry, openingOf } from "../src/domain/beginning.ts";
import { type Found, type Plan, planOf } from "../src/domain/plan.ts";
import { hear, NOTHING_SAID, roleOf, type Standing } from "../src/domain/standing.ts";

const FOUND: Found = {
  current: 3,
  reached: 3,
  retired: 2,
  isLedgerEmpty: false,
  isEntitled: true,
  lost: null,
  isTrimAsked: false,
  begun: null,
};
const begin = (
  generation: number,
  retiring: number,
  reason: string | null,
  more: { readonly isThere?: boolean; readonly since?: number } = {},
) =>
  ({
    do: "begin",
    generation,
    retiring,
    since: Math.min(retiring, 3),
    reason,
    isThere: false,
    ...more,
  }) as Plan;

describe("before the log is opened", () => {
  it.each<readonly [string, Partial<Found>, Plan]>([
    ["the log goes on", {}, { do: "open" }],
    [
      "a replica waits, whatever it sees",
      { isEntitled: false, current: null, lost: { generation: 3, reason: "regressed" } },
      { do: "open" },
    ],
    [
      "an empty ledger makes the first stream",
      { current: null, isLedgerEmpty: true, reached: 1 },
      { do: "first" },
    ],
    ["an empty ledger joins what is there", { isLedgerEmpty: true, reached: 1 }, { do: "open" }],
    ["a ledger that holds entries has lost its log", { current: null }, begin(4, 3, null)],
    ["a trim that was cut short is a trim", { current: null, isTrimAsked: true }, begin(4, 3, "trimmed")],
    ["a log that lost its tail", { lost: { generation: 3, reason: "regressed" } }, begin(4, 3, "regressed")],
    ["a trim", { lost: { generation: 3, reason: "trimmed" }, isTrimAsked: true }, begin(4, 3, "trimmed")],
    ["a trim alone is no reason before the log was read", { isTrimAsked: true }, { do: "open" }],
    ["a beginning that was perhaps cut short", { current: 4 }, begin(4, 3, null, { isThere: true })],
    ["a beginning of this very process", { current: 4, begun: 4 }, { do: "open" }],
    [
      "a beginning that was cut short by a fault that passed, in the process that found the loss",
      { current: 4, retired: 3, lost: { generation: 3, reason: "regressed" } },
      begin(4, 3, "regressed", { isThere: true }),
    ],
    [
      "a generation that was lost as soon as it was begun",
      { current: 4, begun: 4, retired: 3, lost: { generation: 4, reason: "regressed" } },
      begin(5, 4, "regressed"),
    ],
    [
      "a beginning that was cut short, for a ledger that was restored from before the last two",
      { current: 6, retired: 5 },
      begin(6, 5, null, { isThere: true, since: 3 }),
    ],
    ["its retirement, and no more, before another start", { current: null, retired: 4 }, begin(5, 4, null)],
    [
      "the same in the process that found the loss",
      { current: null, retired: 4, lost: { generation: 4, reason: "regressed" } },
      begin(5, 4, "regressed"),
    ],
    [
      "a restored ledger behind the log",
      { current: 7, lost: { generation: 7, reason: "restored" } },
      begin(8, 7, "restored"),
    ],
    ["an old stream that was put back", { current: 2 }, begin(4, 2, "restored")],
  ])("%s", (_name, given, plan) => {
    expect(planOf({ ...FOUND, ...given })).toEqual(plan);
  });

  it("a generation is begun only above every one that is known, and never by who may not; for a new one no number is taken that a retired one has", () => {
    const generation = fc.integer({ min: 1, max: 9 });
    const reason = fc.constantFrom("regressed" as const, "trimmed" as const, "restored" as const);
    const found = fc.record({
      current: fc.option(generation),
      reached: generation,
      retired: fc.integer({ min: 0, max: 9 }),
      isLedgerEmpty: fc.boolean(),
      isEntitled: fc.boolean(),
      lost: fc.option(fc.record({ generation, reason })),
      isTrimAsked: fc.boolean(),
      begun: fc.option(generation),
    });
    fc.assert(
      fc.property(found, (given) => {
        const plan = planOf(given);
        if (!given.isEntitled) expect(plan.do).toBe("open");
        if (plan.do !== "begin") return;
        expect(plan.generation).toBeGreaterThan(given.reached);
        expect(plan.generation).toBeGreaterThan(plan.retiring);
        if (plan.isThere) expect(plan.generation).toBe(given.current);
        else expect(plan.generation).toBeGreaterThan(Math.max(given.current ?? 0, given.retired));
      }),
    );
  });
});

const mine = "mine" as LedgerId;
const said = (lane: Lane, kind: "policy" | "projector" | "ingest", type: string, data: Json): Entry =>
  stampEntry(
    seal(lane, null, [{ type, v: 1, at: 1_700_000_000_000, data }], () => ""),
    {
      id: "test/1" as EntryId,
      by: { kind },
      at: 1_700_000_000_000,
    },
  );
const claim = (ledgerId: string, lane = DECIDED) =>
  said(lane, lane === DECIDED ? "policy" : "ingest", "ledger.claimed", { ledgerId, reason: "r" });
const trim = (before: number) => said(DECIDED, "policy", "log.trimmed", { before, reason: "r" });
const resumed = (generation: number, reason: "trimmed" | "regressed") =>
  openingEntry({ generation, position: position(1), chain: "0".repeat(64), reason }, 1_700_000_000_000);
const heard = (...entries: readonly Entry[]): Standing =>
  entries.reduce((standing, entry, n) => hear(standing, { position: position(n + 10), entry }), NOTHING_SAID);

describe("what the log says of itself", () => {
  it("the last claim wins, and only policy's in the decided lane is one", () => {
    const elsewhere = claim("evil", hostLane("host-a" as HostId));
    const standing = heard(
      claim("other"),
      claim("mine"),
      elsewhere,
      said(FLEET_LANE, "projector", "ledger.claimed", { ledgerId: "evil", reason: "r" }),
    );
    expect(standing.claimant).toBe("mine");
    expect(roleOf(standing, mine, true)).toBe("record");
    expect(roleOf(standing, mine, false)).toBe("waiting");
    expect(roleOf(heard(claim("mine"), claim("other")), mine, true)).toBe("replica");
    expect(roleOf(NOTHING_SAID, mine, true)).toBe("unclaimed");
  });

  it("a trim is asked for until a generation begins, and never beyond where it was asked", () => {
    expect(heard(trim(5)).trimBefore).toBe(5);
    expect(heard(trim(11)).trimBefore).toBe(null);
    expect(heard(trim(5), resumed(2, "trimmed")).trimBefore).toBe(null);
    expect(heard(trim(5), resumed(2, "regressed"), trim(7))).toMatchObject({
      generation: 2,
      trimBefore: 7,
      trimmed: null,
    });
  });

  it("what may be deleted are the generations since the last trim", () => {
    expect(heard(resumed(2, "regressed"), resumed(3, "trimmed")).trimmed).toEqual({
      generation: 3,
      since: 1,
    });
    expect(heard(resumed(3, "trimmed"), resumed(4, "regressed"), resumed(5, "trimmed")).trimmed).toEqual({
      generation: 5,
      since: 3,
    });
  });

  it("an opening is read as it was written", () => {
    const opening = {
      generation: 4,
      position: position(9),
      chain: "a".repeat(64),
      reason: "trimmed",
    } as const;
    const entry = openingEntry(opening, 1_700_000_000_000);
    expect(openingOf(entry)).toEqual(opening);
    expect(entry.envelope).toMatchObject({ id: "resumed/4", lane: FLEET_LANE, by: { kind: "projector" } });
    expect(openingEntry(opening, 1_700_000_000_000)).toEqual(entry);
  });
});
