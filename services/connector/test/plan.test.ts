/** What a command comes to, state by state; and what the turns of a thread say of one. */
import { type CommandId, markOf, type TurnId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { findMark, recall, type TurnSeen } from "../src/domain/mark.ts";
import { mayBegin, plan, type Seen } from "../src/domain/plan.ts";
import { itemCompleted } from "../src/domain/translate/turn.ts";
import { command, interrupt, send } from "./acting.ts";

const seen = (status: string, running: string | null = null, over: Partial<Seen> = {}): Seen => ({
  status,
  isListable: true,
  newest: running === null ? null : { turnId: running, isOver: false, hasEnd: false },
  ...over,
});
const over = { turnId: "t0", isOver: true, hasEnd: true };
const failing = (code: string, facts: object = {}) => ({ type: "fail", outcome: { code, facts } });

describe("the plan", () => {
  it.each([
    ["S1-089 idle: start", send(), seen("idle"), { type: "start", isLoaded: true }],
    [
      "S1-089 idle after a turn: start",
      send(),
      seen("idle", null, { newest: over }),
      { type: "start", isLoaded: true },
    ],
    ["S1-089 after an error: start", send(), seen("systemError"), { type: "start", isLoaded: true }],
    ["S1-089 not loaded: load, then start", send(), seen("notLoaded"), { type: "start", isLoaded: false }],
    [
      "S1-091 the turn that was expected is over: nothing is started in its place",
      send("t1"),
      seen("idle"),
      failing("session_idle"),
    ],
    [
      "S1-090 active with the expected turn: steer",
      send("t1"),
      seen("active", "t1"),
      { type: "steer", turnId: "t1" },
    ],
    ["S1-090 the same, said so", send("t1", "steer"), seen("active", "t1"), { type: "steer", turnId: "t1" }],
    [
      "S1-091 active with another turn",
      send("t1"),
      seen("active", "t2"),
      failing("turn_mismatch", { activeTurnId: "t2", expectedTurnId: "t1" }),
    ],
    [
      "S1-091 active, none expected",
      send(),
      seen("active", "t2"),
      failing("session_active", { activeTurnId: "t2" }),
    ],
    [
      "S1-091 active, only a start will do",
      send("t2", "start"),
      seen("active", "t2"),
      failing("session_active"),
    ],
    [
      "S1-091 active, nobody knows the turn",
      send("t1"),
      seen("active"),
      failing("turn_unknown", { status: "active" }),
    ],
    [
      "S1-091 active, the newest turn is over",
      send("t0"),
      seen("active", null, { newest: over }),
      failing("turn_unknown"),
    ],
    ["S1-091 idle by status, but a turn runs", send(), seen("idle", "t2"), failing("session_active")],
    [
      "S1-091 a word that nobody knows",
      send(),
      seen("dreaming"),
      failing("turn_unknown", { status: "dreaming" }),
    ],
    [
      "S1-091 to steer, and none expected",
      send(null, "steer"),
      seen("active", "t1"),
      failing("session_active"),
    ],
    ["S1-091 to steer an idle thread", send("t1", "steer"), seen("idle"), failing("session_idle")],
    [
      "interrupt the expected turn",
      interrupt("t1"),
      seen("active", "t1"),
      { type: "interrupt", turnId: "t1" },
    ],
    ["interrupt another turn", interrupt("t1"), seen("active", "t2"), failing("turn_mismatch")],
    ["interrupt without naming one", interrupt(null), seen("active", "t2"), failing("turn_unknown")],
    ["interrupt an unknown one", interrupt("t1"), seen("active"), failing("turn_unknown")],
    ["interrupt an idle thread", interrupt("t1"), seen("idle"), failing("session_idle")],
    ["interrupt one that is not loaded", interrupt("t1"), seen("notLoaded"), failing("session_idle")],
  ])("%s", (_what, act, state, expected) => {
    expect(plan(act, state)).toMatchObject(expected);
  });

  it("only a turn that may be beginning is worth another look", () => {
    expect(plan(send(), seen("active"))).toMatchObject({ mayChange: true });
    expect(plan(send(), seen("active", "t2"))).toMatchObject({ mayChange: false });
    expect(mayBegin(seen("idle"))).toBe(false);
    expect(mayBegin(seen("idle", null, { newest: over }))).toBe(false);
    expect(mayBegin(seen("idle", null, { newest: { ...over, hasEnd: false } }))).toBe(true);
    expect(mayBegin(seen("idle", null, { isListable: false }))).toBe(true);
  });
});

const commandId = "c1" as CommandId;
const mine = markOf(commandId);
const turn = (turnId: string, clientIds: readonly (string | null)[], status = "completed"): TurnSeen => ({
  turnId,
  status,
  clientIds,
  isWhole: true,
});
const start = { commandId, call: { mode: "start", turnId: null, after: "t0" } } as const;
const steer = { commandId, call: { mode: "steer", turnId: "t1", after: null } } as const;
const stop = { commandId, call: { mode: "interrupt", turnId: "t1", after: null } } as const;
const settled = (type: string, more: object = {}) => ({ type: "settled", outcome: { type, ...more } });
const unsure = (reason: string) => ({ type: "unsure", reason });

describe("the mark", () => {
  it.each([
    [
      "a turn of its own",
      start,
      [turn("t1", [mine])],
      "t1",
      settled("command.succeeded", { mode: "start", turnId: "t1" }),
    ],
    [
      "the same, without an answer",
      start,
      [turn("t1", [mine])],
      null,
      settled("command.succeeded", { turnId: "t1" }),
    ],
    [
      "DESIGN 14.11 somebody came first",
      start,
      [turn("t1", [null, mine])],
      "t1",
      settled("command.collided", { turnId: "t1" }),
    ],
    [
      "somebody came first, ours is to come",
      start,
      [turn("t1", ["p"], "inProgress")],
      "t1",
      settled("command.collided"),
    ],
    [
      "it went into the turn before",
      start,
      [turn("t0", ["p", mine]), turn("t1", ["p"])],
      null,
      settled("command.collided", { turnId: "t0" }),
    ],
    ["its turn has no message yet", start, [turn("t1", [], "inProgress")], "t1", unsure("turn_runs")],
    [
      "its turn ended without one",
      start,
      [turn("t1", [], "interrupted")],
      "t1",
      unsure("turn_without_message"),
    ],
    ["its turn is not listed", start, [], "t1", unsure("turn_gone")],
    ["nothing came", start, [turn("t0", ["p"])], null, { type: "absent" }],
    ["nothing at all is there", start, [], null, { type: "absent" }],
    [
      "the turn before has no message either",
      start,
      [turn("t0", [], "interrupted")],
      null,
      { type: "absent" },
    ],
    [
      "a later turn of somebody else",
      start,
      [turn("t0", ["p"]), turn("t1", ["p"])],
      null,
      { type: "absent" },
    ],
    ["a later turn of nobody", start, [turn("t1", [], "interrupted")], null, unsure("turn_without_message")],
    ["a later turn that runs", start, [turn("t1", ["p"], "inProgress")], null, unsure("turn_runs")],
    [
      "steered",
      steer,
      [turn("t1", ["p", mine], "inProgress")],
      null,
      settled("command.succeeded", { mode: "steer", turnId: "t1" }),
    ],
    ["a tool still runs (PROTOCOL 0.7)", steer, [turn("t1", ["p"], "inProgress")], null, unsure("turn_runs")],
    ["over without it", steer, [turn("t1", ["p"])], null, { type: "absent" }],
    [
      "interrupted",
      stop,
      [turn("t1", ["p"], "interrupted")],
      null,
      settled("command.succeeded", { mode: "interrupt" }),
    ],
    ["ended by itself", stop, [turn("t1", ["p"])], null, settled("command.failed", { code: "session_idle" })],
    ["still runs", stop, [turn("t1", ["p"], "inProgress")], null, unsure("turn_runs")],
    ["is gone", stop, [], null, unsure("turn_gone")],
  ])("%s", (_what, sought, turns, replied, finding) => {
    expect(findMark(sought, turns, replied, true)).toMatchObject(finding);
  });

  it("what was not read to its end proves nothing", () => {
    expect(findMark(start, [], null, false)).toEqual(unsure("too_long"));
    expect(findMark(steer, [{ ...turn("t1", ["p"]), isWhole: false }], null, true)).toEqual(
      unsure("too_long"),
    );
  });

  it("tells for a command that was forgotten whether it started, steered or collided", () => {
    const asked = (expected: string | null) => ({ ...command("s1", send(expected)), commandId });
    expect(recall(asked(null), turn("t1", [mine]))).toMatchObject({ mode: "start" });
    expect(recall(asked("t1"), turn("t1", ["p", mine]))).toMatchObject({ mode: "steer" });
    expect(recall(asked(null), turn("t1", ["p", mine]))).toMatchObject({ type: "command.collided" });
    expect(recall(asked("t1"), turn("t2", ["p", mine]))).toMatchObject({ type: "command.collided" });
  });
});

it("N1-020 our mark passes the redactor whole, a person's client id and what only looks like a mark do not", () => {
  const means = { sessionId: "s1", at: 1, scrub: () => ({ text: "[redacted]", cutBytes: 0 }) };
  const clientIdOf = (clientId: string) =>
    itemCompleted({ type: "userMessage", id: "i1", clientId }, "t1", 1, means).event.data;
  expect(clientIdOf(mine)).toMatchObject({ clientId: mine });
  expect(clientIdOf("01a1faf2-c227-76a1-8af9-b956bcb096d2")).toMatchObject({ clientId: "[redacted]" });
  expect(clientIdOf("claw:Not an id")).toMatchObject({ clientId: "[redacted]" });
});

it("a turn of Codex's own naming is compared by our name for it", () => {
  const odd = "turn one/two";
  const named = plan(interrupt("t1" as TurnId), seen("active", odd));
  expect(named).toMatchObject({
    outcome: { facts: { activeTurnId: expect.stringMatching(/^x[0-9a-f]{40}$/) } },
  });
});
