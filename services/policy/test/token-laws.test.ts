/**
 * Tokens of answers over lost tails of the log and long rests: no host has seen a newer one, and nobody who holds a lease is fenced off (DESIGN 14.5, ADR 0012,
 * ADR 0013).
 */
import { compareTokens, type Event, type FencingToken } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueOfQuestions } from "../src/domain/due-questions.ts";
import { keptMs } from "../src/domain/folds/sweep.ts";
import type { House } from "../src/domain/house.ts";
import type { Question } from "../src/domain/question.ts";
import type { SessionSight } from "../src/domain/sight.ts";
import { AT, fold } from "./given.ts";
import { asks, decideOn, resume } from "./given-spawns.ts";
import {
  acquire,
  ask,
  breakLease,
  cid,
  claw,
  interrupt,
  operator,
  send,
  session,
  setLimit,
  sid,
  sightOf,
  tid,
  turn,
  twoGroups,
} from "./given-writes.ts";
import { scaled } from "./scale.ts";

const A = sid("a");
const writes = ["send", "answer", "due", "resume", "acquire", "break", "interrupt"] as const;
type Step = (typeof writes)[number] | "rest" | { readonly lose: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...writes) },
  fc.constant("rest" as const),
  fc.record({ lose: fc.integer({ min: 1, max: 4 }) }),
);

/** Longer than a command may be on its way. */
const GAP_MS = 40_000;

interface Given {
  readonly token: FencingToken;
  readonly isQuiet: boolean;
}

function givenIn(events: readonly Event[]): readonly Given[] {
  return events.flatMap((event) => {
    if (event.type === "lease.offered") return [{ token: event.data.token, isQuiet: false }];
    const instruction = event.type === "command.accepted" ? event.data.instruction : undefined;
    if (instruction?.sessionId !== A) return [];
    const { kind } = instruction.act;
    return [{ token: instruction.token, isQuiet: kind === "answer" || kind === "resume" }];
  });
}

/** An idle session whose last turn was ours, with a question that nobody answered yet. */
const asking = (requestId: string, at: number): SessionSight =>
  session(A, {
    turns: [turn("T1", { commandIds: [cid("c1")] })],
    accepted: [{ commandId: cid("c1"), at: AT }],
    questions: [asks("npm test", { requestId, openedAt: at })],
  });

/** What is asked, and whom for; null for what the house does by itself. */
function askedBy(
  one: (typeof writes)[number],
  requestId: string,
): readonly [Question["command"], Partial<Question>] | null {
  const person = { principal: operator };
  switch (one) {
    case "send":
      return [send(A), person];
    case "answer":
      return [decideOn(A, requestId), person];
    case "due":
      return null;
    case "resume":
      return [resume(A), person];
    case "acquire":
      return [acquire(A), { principal: claw("emil") }];
    case "break":
      return [breakLease(A), person];
    case "interrupt":
      return [interrupt(A, { expectedTurnId: tid("T2") }), person];
  }
}

/** Plays the steps, and calls `check` with each token that is given out and the newest that the host has seen, which a lost tail does not take from it. */
function play(
  steps: readonly Step[],
  check: (given: Given, seen: FencingToken | null, house: House) => void,
): void {
  let entries: readonly (readonly Event[])[] = [];
  let house = twoGroups;
  let generation = 1;
  let seen: FencingToken | null = null;
  let at = AT;
  const append = (events: readonly Event[]): void => {
    for (const given of givenIn(events)) {
      check(given, seen, house);
      if (seen === null || compareTokens(given.token, seen) > 0) seen = given.token;
    }
    entries = [...entries, events];
    house = fold(events, house);
  };
  for (const [index, one] of steps.entries()) {
    at += GAP_MS;
    if (typeof one === "object") {
      entries = entries.slice(0, -one.lose);
      house = entries.reduce((before, events) => fold(events, before), twoGroups);
      generation += 1;
      continue;
    }
    if (one === "rest") {
      at += keptMs(house) + GAP_MS;
      append(ask(house, setLimit("hops", 4), { at }).events);
      continue;
    }
    const requestId = `q${index}`;
    const row = asking(requestId, at);
    const isActive = one === "interrupt";
    const sight = sightOf([
      isActive ? { ...row, activity: "active", activeTurnId: tid("T2"), turns: [turn("T2")] } : row,
    ]);
    const asked = askedBy(one, requestId);
    if (asked !== null) append(ask(house, asked[0], { ...asked[1], at, generation, sight }).events);
    else for (const { events } of dueOfQuestions(house, sight, { at, generation })) append(events);
  }
}

describe("a token of an answer or a resume", () => {
  it("is not older than what its host has seen, unless somebody holds a lease: then it is the newest of the house, and fences nobody off", () => {
    const seen = { held: 0, free: 0, lost: 0, swept: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 20 }), (steps) =>
        play(steps, ({ token, isQuiet }, newest, house) => {
          if (!isQuiet) return;
          const desk = house.desks.get(A);
          if (desk !== undefined && desk.lease !== null) {
            seen.held += 1;
            expect(token).toEqual(desk.token);
            expect(compareTokens(token, desk.lease.token)).toBe(0);
            return;
          }
          seen.free += 1;
          if (newest === null) return;
          if (desk === undefined) seen.swept += 1;
          if (newest.generation < token.generation) seen.lost += 1;
          expect(compareTokens(token, newest)).toBeGreaterThanOrEqual(0);
        }),
      ),
      { numRuns: scaled(3_000) },
    );
    // A law of nothing would hold as well.
    for (const [word, count] of Object.entries(seen)) expect(count, word).toBeGreaterThan(10);
  });
  it("no write takes an older one either, where nobody holds a lease", () =>
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 20 }), (steps) =>
        play(steps, ({ token, isQuiet }, newest, house) => {
          if (isQuiet || newest === null || (house.desks.get(A)?.lease ?? null) !== null) return;
          expect(compareTokens(token, newest)).toBeGreaterThan(0);
        }),
      ),
      { numRuns: scaled(1_000) },
    ));
});
