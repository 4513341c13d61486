/** What an accepted write tells its host, and what is refused before: text, host, turn, and people at work. */
import { type CommandId, markOf } from "@claw/events";
import { describe, expect, it } from "vitest";
import type { House } from "../src/domain/house.ts";
import { AT, fold, typesOf } from "./given.ts";
import {
  acquire,
  active,
  ask,
  asSession,
  claw,
  eventOf,
  hostSight,
  houseWith,
  interrupt,
  operator,
  send,
  session,
  setLimit,
  sightOf,
  tid,
  turn,
  twoGroups,
} from "./given-writes.ts";
import { admin } from "./given.ts";

const byOperator = { principal: operator } as const;
const refusal = (code: string, rule: string, facts: object = {}) => ({
  decision: "refused",
  code,
  rule,
  facts,
});

describe("S1-089, S1-090: what a send is to do", () => {
  it("starts a turn in an idle session", () => {
    const sight = sightOf([session("s1")]);
    const command = send("s1", { deadlineMs: 5_000, text: "go on\tand\nstop" });
    const { verdict, events } = ask(twoGroups, command, { sight, ...byOperator, generation: 7 });
    expect(verdict).toEqual({ decision: "accepted", facts: { mode: "start" } });
    expect(typesOf(events)).toEqual(["command.accepted"]);
    const { data, body } = eventOf(events, "command.accepted");
    expect(body).toEqual({ text: "go on\tand\nstop" });
    expect(data).toMatchObject({
      hostId: "h1",
      deadlineAt: AT + 5_000,
      origin: { rootIds: [command.commandId], hop: 0, path: [] },
      instruction: {
        sessionId: "s1",
        endpointId: "main",
        token: { generation: 7, counter: 1 },
        act: { kind: "send", mode: "auto", expectedTurnId: null },
      },
    });
    expect(markOf(command.commandId)).toContain(command.commandId);
  });

  it("steers the turn that is seen if the caller named none", () => {
    const sight = sightOf([active("s1", "T1")]);
    const { verdict, events } = ask(twoGroups, send("s1"), { sight, ...byOperator });
    expect(verdict).toEqual({ decision: "accepted", facts: { mode: "steer" } });
    const { instruction } = eventOf(events, "command.accepted").data;
    expect(instruction?.act).toEqual({ kind: "send", mode: "auto", expectedTurnId: "T1" });
  });

  it.each(["notLoaded", "systemError"])("starts a turn in a thread that is %s", (activity) => {
    const sight = sightOf([session("s1", { activity })]);
    expect(ask(twoGroups, send("s1"), { sight, ...byOperator }).verdict.decision).toBe("accepted");
  });

  it("S1-081: interrupts the turn that is seen, or the one that was named, and carries no text", () => {
    const sight = sightOf([active("s1", "T1")]);
    for (const expectedTurnId of [null, tid("T1")]) {
      const command = interrupt("s1", { expectedTurnId });
      const { verdict, events } = ask(twoGroups, command, { sight, ...byOperator });
      expect(verdict).toEqual({ decision: "accepted", facts: { mode: "interrupt" } });
      const { data, body } = eventOf(events, "command.accepted");
      expect(body).toBeNull();
      expect(data.instruction?.act).toEqual({ kind: "interrupt", expectedTurnId: "T1" });
    }
  });
});

describe("S1-091: when in doubt, nothing is done", () => {
  const idle = session("s1", { turns: [turn("T0", { isOver: true })] });
  const running = active("s1", "T1");
  const lost = session("s1", { activity: "active" });
  const strange = session("s1", { activity: "dreaming" });
  const halfSeen = session("s1", { activeTurnId: tid("T1"), turns: [turn("T1")] });
  it.each([
    ["active, and nobody saw in which turn", lost, send("s1"), "turn_unknown"],
    ["the same, and a turn is named", lost, send("s1", { expectedTurnId: tid("T1") }), "turn_unknown"],
    ["the same, to be interrupted", lost, interrupt("s1"), "turn_unknown"],
    ["a word of a later Codex", strange, send("s1"), "turn_unknown"],
    ["another turn is active", running, send("s1", { expectedTurnId: tid("T0") }), "turn_mismatch"],
    [
      "another turn is to be interrupted",
      running,
      interrupt("s1", { expectedTurnId: tid("T9") }),
      "turn_mismatch",
    ],
    ["start in an active session", running, send("s1", { mode: "start" }), "session_active"],
    ["start where a turn is seen but no activity", halfSeen, send("s1", { mode: "start" }), "session_active"],
    ["steer in an idle session", idle, send("s1", { mode: "steer" }), "session_idle"],
    ["the turn named is over", idle, send("s1", { expectedTurnId: tid("T0") }), "session_idle"],
    ["the turn named is not known", idle, send("s1", { expectedTurnId: tid("T9") }), "turn_unknown"],
    ["nothing to interrupt", idle, interrupt("s1"), "session_idle"],
    [
      "the turn to be interrupted is not known",
      idle,
      interrupt("s1", { expectedTurnId: tid("T9") }),
      "turn_unknown",
    ],
  ] as const)("%s: %s", (_what, seen, command, code) => {
    const { verdict, events } = ask(twoGroups, command, { sight: sightOf([seen]), ...byOperator });
    expect(verdict).toMatchObject(refusal(code, "target turn"));
    expect(events).toMatchObject([
      {
        type: "command.refused",
        data: { code, rule: "target turn", sessionId: "s1", origin: { rootIds: [command.commandId] } },
      },
    ]);
  });
});

describe("hosts that cannot carry it out", () => {
  const there = session("s1");
  it.each([
    ["a session that nobody saw", sightOf([]), "session_unknown", "known session"],
    ["an archived one", sightOf([session("s1", { isClosed: true })]), "session_closed", "open session"],
    ["a silent host", sightOf([there], [hostSight("h1", { isSilent: true })]), "host_silent", "silent host"],
    ["a host that nobody heard", { ...sightOf([there]), host: () => null }, "host_silent", "silent host"],
    [
      "a host that is behind",
      sightOf([there], [hostSight("h1", { isBehind: true })]),
      "host_catching_up",
      "host catching up",
    ],
    [
      "an app-server out of reach",
      sightOf([session("s1", { isLost: true })]),
      "endpoint_lost",
      "endpoint lost",
    ],
  ] as const)("%s", (_what, sight, code, rule) => {
    for (const command of [send("s1"), interrupt("s1"), acquire("s1")])
      expect(ask(twoGroups, command, { sight, ...byOperator }).verdict).toMatchObject(refusal(code, rule));
  });
});

describe("text", () => {
  const sight = sightOf([session("s1")]);
  const verdictOf = (text: string, given = {}) =>
    ask(twoGroups, send("s1", { text }), { sight, ...byOperator, ...given }).verdict;
  it("is counted in bytes of UTF-8", () => {
    expect(verdictOf("x".repeat(16_384)).decision).toBe("accepted");
    expect(verdictOf("€".repeat(5_462))).toMatchObject(
      refusal("text_too_long", "text size", { bytes: 16_386, limit: 16_384 }),
    );
  });
  it.each([
    ["escape", "ab\u001b[2J", 2],
    ["C1, which terminals take for one", "a\u009b2J", 1],
    ["nul", "\u0000", 0],
    ["delete", "ab\u007f", 2],
    ["a carriage return alone, which overwrites", "good\rbad", 4],
  ])("holds no %s", (_what, text, offset) =>
    expect(verdictOf(text)).toMatchObject(refusal("control_characters", "control characters", { offset })),
  );
  it.each(["a\tb\nc", "a\r\nb", "naïve — 日本語 🦀", "\u200d"])("may hold %j", (text) =>
    expect(verdictOf(text).decision).toBe("accepted"),
  );
  it("S1-137: holds no secret", () =>
    expect(verdictOf("x", { secret: { kind: "token", offset: 4 } })).toMatchObject(
      refusal("secret_in_text", "no secrets", { kind: "token", offset: 4 }),
    ));
});

describe("one start at a time (PROTOCOL §0.4)", () => {
  const idle = sightOf([session("s1")]);
  const first = send("s1");
  const house = houseWith(twoGroups, idle, [first, byOperator]);
  it("a second one waits for the outcome of the first, and is told which", () =>
    expect(ask(house, send("s1"), { sight: idle, ...byOperator, at: AT + 1_000 }).verdict).toMatchObject(
      refusal("command_outstanding", "outstanding start", {
        commandId: first.commandId,
        retryAfterMs: 34_000,
      }),
    ));
  it.each(["succeeded", "failed", "collided", "expired", "unknown"] as const)(
    "%s ends the wait",
    (outcome) => {
      const sight = sightOf([
        session("s1", { outcomes: [{ commandId: first.commandId, outcome, turnId: null }] }),
      ]);
      expect(ask(house, send("s1"), { sight, ...byOperator }).verdict.decision).toBe("accepted");
    },
  );
  it("what was told before it was accepted anew ends no wait: a host that lost its memory may yet do it", () => {
    const earlier = {
      commandId: first.commandId,
      outcome: "expired",
      turnId: null,
      isOfEarlier: true,
    } as const;
    const sight = sightOf([session("s1", { outcomes: [earlier] })]);
    expect(ask(house, send("s1"), { sight, ...byOperator }).verdict).toMatchObject(
      refusal("command_outstanding", "outstanding start", { commandId: first.commandId }),
    );
  });
  it("but the deadline does, a few seconds later, or the word that it is overdue", () => {
    const at = (ms: number) =>
      ask(house, send("s1"), { sight: idle, ...byOperator, at: AT + ms }).verdict.decision;
    expect(at(34_999)).toBe("refused");
    expect(at(35_000)).toBe("accepted");
    const data = { commandId: first.commandId, deadlineAt: AT + 30_000 };
    const overdue = fold([{ type: "command.overdue", at: AT, data, body: null }], house);
    expect(ask(overdue, send("s1"), { sight: idle, ...byOperator }).verdict.decision).toBe("accepted");
  });
  it("what goes into a running turn starts none", () => {
    const sight = sightOf([active("s1", "T1")]);
    expect(ask(house, send("s1"), { sight, ...byOperator }).verdict.decision).toBe("accepted");
  });
});

const interruptIn = (state: House) =>
  [...state.commands.values()].find(({ kind }) => kind === "interrupt")?.commandId as CommandId;

describe("N1-020: people come first", () => {
  const byClaw = { principal: claw() } as const;
  const first = send("s1");
  const house = houseWith(twoGroups, sightOf([session("s1")]), [first, byOperator]);
  const ours = active("s1", "T1", { commandIds: [first.commandId] });
  const atWork = (facts: object = {}) => refusal("human_at_work", "human at work", facts);

  it("a Claw may steer and interrupt a turn that is all ours", () => {
    for (const command of [send("s1"), interrupt("s1")])
      expect(ask(house, command, { sight: sightOf([ours]), ...byClaw }).verdict.decision).toBe("accepted");
  });
  it("one interrupt of a Claw is enough: the next waits for its outcome, a person's does not", () => {
    const sight = sightOf([ours]);
    const { after } = ask(house, interrupt("s1"), { sight, ...byClaw });
    expect(ask(after, interrupt("s1"), { sight, ...byClaw }).verdict).toMatchObject(
      refusal("command_outstanding", "outstanding interrupt", {}),
    );
    expect(ask(after, interrupt("s1"), { sight, ...byOperator }).verdict.decision).toBe("accepted");
    const over = sightOf([
      { ...ours, outcomes: [{ commandId: interruptIn(after), outcome: "failed", turnId: null }] },
    ]);
    expect(ask(after, interrupt("s1"), { sight: over, ...byClaw }).verdict.decision).toBe("accepted");
  });
  const persons = active("s1", "T1", { commandIds: [first.commandId], hasPerson: true });
  it.each([
    ["a person spoke in it", persons],
    ["nothing of ours is known in it", active("s1", "T1")],
    [
      "its only mark was copied from another session's command",
      active("s1", "T1", { commandIds: ["x" as never] }),
    ],
    [
      "it is active, and its messages were not seen",
      session("s1", { activity: "active", activeTurnId: tid("T1") }),
    ],
  ])("a turn is a person's where %s", (_what, seen) => {
    const sight = sightOf([seen, session("s2", { turns: [turn("T2")] })]);
    expect(ask(house, send("s1"), { sight, ...byClaw }).verdict).toMatchObject(atWork({ turnId: "T1" }));
    expect(ask(house, interrupt("s1"), { sight, ...byClaw }).verdict).toMatchObject(atWork());
    expect(ask(house, send("s1"), { sight, ...asSession("s2") }).verdict).toMatchObject(atWork());
    for (const principal of [operator, admin])
      for (const command of [send("s1"), interrupt("s1")])
        expect(ask(house, command, { sight, principal }).verdict.decision).toBe("accepted");
  });
  it("for a minute after a person's last word automation writes nothing and gets no lease", () => {
    const sight = sightOf([session("s1", { personAt: AT })]);
    for (const command of [send("s1"), acquire("s1")]) {
      const early = ask(twoGroups, command, { sight, ...byClaw, at: AT + 59_999 });
      expect(early.verdict).toMatchObject(atWork({ retryAfterMs: 1 }));
      expect(ask(twoGroups, command, { sight, ...byClaw, at: AT + 60_000 }).verdict.decision).toBe(
        "accepted",
      );
      expect(ask(twoGroups, command, { sight, ...byOperator }).verdict.decision).toBe("accepted");
    }
    const soon = houseWith(twoGroups, sight, [setLimit("human_quiet_ms", 0), {}]);
    expect(ask(soon, send("s1"), { sight, ...byClaw, at: AT + 1 }).verdict.decision).toBe("accepted");
  });
});

it("S21 letters that a person does not see and a model reads are refused as control characters are", () => {
  for (const hidden of ["\u{e0041}", "\u202e", "\u2066", "\u200b", "\u2062"])
    expect(
      ask(twoGroups, send("s1", { text: `fix${hidden} it` }), {
        sight: sightOf([session("s1")]),
        principal: operator,
      }).verdict,
    ).toMatchObject(refusal("control_characters", "control characters", { offset: 3 }));
  const words =
    "\u{1f468}\u200d\u{1f469}\u200d\u{1f467} and \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  expect(
    ask(twoGroups, send("s1", { text: words }), { sight: sightOf([session("s1")]), principal: operator })
      .verdict.decision,
  ).toBe("accepted");
});
