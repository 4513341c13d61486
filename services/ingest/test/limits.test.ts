/** What one host may use up, and how many may come at once (RELIABILITY S14). */
import type { Epoch } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, restOf, sentenceOf, type Tally } from "../src/domain/attempts.ts";
import { hostBeat, readHostBeat } from "../src/domain/beat.ts";
import { fullBucket, take } from "../src/domain/bucket.ts";
import { openEpoch, type EpochDay } from "../src/domain/epochs.ts";
import { isSpent, type Pace, spend } from "../src/domain/pace.ts";
import { isNewer } from "../src/domain/precedence.ts";
import { arrive, leave, openTurnstile, pass, WELCOMES } from "../src/domain/turnstile.ts";

describe("welcomes (RELIABILITY R5)", () => {
  /** Somebody comes every so often, the house may stand still, and looks when it said it would. When each one passed, and how many waited at most. */
  function visited(gaps: readonly { readonly ms: number; readonly stillMs: number }[]) {
    let turnstile = openTurnstile<number>(0, WELCOMES);
    let now = 0;
    let most = 0;
    const passed: { readonly who: number; readonly at: number }[] = [];
    const look = (): number | null => {
      const step = pass(turnstile, now, WELCOMES);
      ({ turnstile } = step);
      passed.push(...step.passed.map((who) => ({ who, at: now })));
      return step.nextMs;
    };
    gaps.forEach(({ ms, stillMs }, who) => {
      now += ms + stillMs;
      look();
      turnstile = arrive(turnstile, who, now, WELCOMES) ?? turnstile;
      most = Math.max(most, turnstile.line.length);
    });
    for (let next = look(); next !== null; next = look()) now += next;
    return { passed, most };
  }

  it("begin at most 200 times in any second, in order, however hosts come and however long the house stands still", () => {
    const gap = fc.record({
      ms: fc.integer({ min: 0, max: 8 }),
      stillMs: fc.oneof({ weight: 200, arbitrary: fc.constant(0) }, fc.integer({ min: 50, max: 3_000 })),
    });
    fc.assert(
      fc.property(fc.array(gap, { minLength: 500, maxLength: 3_000 }), (gaps) => {
        const { passed, most } = visited(gaps);
        expect(most).toBeLessThanOrEqual(740);
        expect(passed.map(({ who }) => who)).toEqual(
          passed.map(({ who }) => who).toSorted((one, other) => one - other),
        );
        passed.forEach(({ at }, index) => {
          const other = passed[index + 201];
          expect(other === undefined || other.at - at >= 1_000).toBe(true);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("of 755 that come in one moment all have their turn within four seconds, in order; the next is turned away", () => {
    let turnstile = openTurnstile<number>(0, WELCOMES);
    const passed: number[] = [];
    let now = 0;
    const look = (): number | null => {
      const step = pass(turnstile, now, WELCOMES);
      ({ turnstile } = step);
      passed.push(...step.passed);
      return step.nextMs;
    };
    for (let who = 0; ; who += 1) {
      const next = arrive(turnstile, who, now, WELCOMES);
      if (next === null) break;
      turnstile = next;
      look();
    }
    for (let next = look(); next !== null; next = look()) now += next;
    expect(passed).toEqual(Array.from({ length: 755 }, (_, who) => who));
    expect(now).toBeLessThanOrEqual(WELCOMES.maxWaitMs + 10);
  });

  it("who leaves the line takes no turn", () => {
    let turnstile = openTurnstile<number>(0, WELCOMES);
    for (let who = 0; who < 20; who += 1) turnstile = arrive(turnstile, who, 0, WELCOMES) ?? turnstile;
    for (let who = 0; who < 19; who += 1) turnstile = leave(turnstile, who);
    expect(pass(turnstile, 0, WELCOMES)).toMatchObject({ passed: [19], nextMs: null });
  });

  it("a clock that steps back gives none away", () => {
    const limits = { perSecond: 1, burst: 1 };
    const first = take(fullBucket(5_000, limits), 5_000, limits);
    expect(first === null ? null : take(first, 0, limits)).toBeNull();
  });
});

describe("attempts (DESIGN 14.8)", () => {
  it("the first of each minute is told, and the rest as one count, whatever the minutes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }), (minutes) => {
        const sorted = minutes.toSorted((a, b) => a - b);
        let tally: Tally | undefined;
        let told = 0;
        let firsts = 0;
        for (const minute of sorted) {
          const counted = count(tally, minute);
          if (counted.isFirst) firsts += 1;
          if (counted.before !== null) told += restOf(counted.before);
          ({ tally } = counted);
        }
        told += tally === undefined ? 0 : restOf(tally);
        expect(firsts).toBe(new Set(sorted).size);
        expect(firsts + told).toBe(sorted.length);
      }),
    );
  });

  it("a clock that steps back counts on in the later minute", () => {
    const { tally } = count(undefined, 7);
    expect(count(tally, 3)).toEqual({ tally: { minute: 7, count: 2 }, isFirst: false, before: null });
  });

  it("is told in the house's own words", () => {
    expect(sentenceOf("bad_frame", "A frame could not be read: too_much.", 0)).toBe(
      "A frame could not be read: too_much.",
    );
    expect(sentenceOf("oversized_frame", null, 41)).toContain("41 more came in the same minute.");
  });
});

const epoch = (n: number): Epoch => n.toString(16).padStart(32, "0") as Epoch;
const DAY_MS = 86_400_000;

it("an epoch more than a host may open in a day is refused; one that is known, and the next day's, are not", () => {
  let day: EpochDay | undefined;
  for (let n = 0; n < 3; n += 1) day = openEpoch(day, epoch(n), 1_000, 3) ?? day;
  expect(openEpoch(day, epoch(3), 1_000, 3)).toBeNull();
  expect(openEpoch(day, epoch(2), 1_000, 3)?.epochs.size).toBe(3);
  expect(openEpoch(day, epoch(3), 1_000 + DAY_MS, 3)?.epochs.size).toBe(1);
});

it("a host's bytes count for one minute, and only its own", () => {
  let pace: Pace | undefined;
  for (let n = 0; n < 10; n += 1) pace = spend(pace, 100, n);
  expect(isSpent(pace, 9, 1_000)).toBe(false);
  pace = spend(pace, 1, 10);
  expect(isSpent(pace, 59_999, 1_000)).toBe(true);
  expect(isSpent(pace, 60_000, 1_000)).toBe(false);
  expect(spend(pace, 5, 60_000)).toEqual({ sinceMonoMs: 60_000, bytes: 5 });
  expect(isSpent(undefined, 0, 0)).toBe(false);
});

it("of two uplinks exactly one is the newer", () => {
  const opened = fc.record({ openedAt: fc.nat(3), nonce: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(opened, opened, (one, other) => {
      const isSame = one.openedAt === other.openedAt && one.nonce === other.nonce;
      expect([isNewer(one, other), isNewer(other, one)].filter(Boolean)).toHaveLength(isSame ? 0 : 1);
    }),
  );
});

it("a host's beat says who heard it and whether it is behind; what is no beat is none (DESIGN 14.10)", () => {
  const figures = { rttMs: 3, clockOffsetMs: -4, outboxDepth: 7 };
  const given = { ingestId: "i1", heardAt: 1_700_000_000_000, ...figures };
  expect(readHostBeat(hostBeat({ ...given, oldestUnsentAgeMs: 5_001 }))).toMatchObject({
    isCatchingUp: true,
  });
  expect(readHostBeat(hostBeat({ ...given, oldestUnsentAgeMs: 5_000 }))).toMatchObject({
    isCatchingUp: false,
  });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(readHostBeat(value as never)).toBeNull();
    }),
  );
});
