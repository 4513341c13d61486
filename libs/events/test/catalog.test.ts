import { expect, test } from "vitest";
import { eventTypes, kindOf, naturalKey, refusals, SessionId, upcast } from "../src/index.ts";

test("every kind is named noun.past, is found by its name, and says its lane", () => {
  for (const type of eventTypes) {
    expect(type).toMatch(/^[a-z][a-z_]*\.[a-z_]+$/);
    expect(kindOf(type)).toMatchObject({ type, version: expect.any(Number) });
    expect(["host", "session", "decided", "fleet"]).toContain(kindOf(type)?.lane);
  }
});

test("names of Object's own are not kinds", () => {
  for (const type of ["constructor", "__proto__", "toString"]) expect(kindOf(type)).toBeUndefined();
});

test("N1-042 every refusal has a reason and a way out, in sentences", () => {
  for (const { reason, remedy } of Object.values(refusals)) {
    expect(reason).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/[.;]/);
  }
});

test("W-24 a turn's end has one natural key, however it became known", () => {
  const session = SessionId.parse("s1");
  const data = {
    turnId: "t1",
    status: "completed",
    errorKind: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
  };
  const live = { type: "turn.completed", at: 1, data, body: null } as never;
  const later = {
    type: "turn.completed",
    at: 9,
    data: { ...data, status: "interrupted" },
    body: null,
  } as never;
  expect(naturalKey(session, live)).toBe(naturalKey(session, later));
  expect(naturalKey(session, { type: "session.reopened", at: 1, data: {}, body: null })).toBeNull();
});

test("N1-004 upcasting walks every step, and a missing step or a newer event is not guessed at", () => {
  const steps = {
    "a.b": {
      1: (old: { data: unknown; body: unknown }) => ({
        data: { two: old.data } as never,
        body: old.body as never,
      }),
      2: (old: { data: unknown; body: unknown }) => ({
        data: { three: old.data } as never,
        body: old.body as never,
      }),
    },
  };
  expect(upcast("a.b", 1, 3, { data: 0, body: null }, steps)).toEqual({
    data: { three: { two: 0 } },
    body: null,
  });
  expect(upcast("a.b", 1, 4, { data: 0, body: null }, steps)).toBeNull();
  expect(upcast("a.b", 5, 3, { data: 0, body: null }, steps)).toBeNull();
  expect(upcast("a.b", 3, 3, { data: 0, body: null }, steps)).toEqual({ data: 0, body: null });
});
