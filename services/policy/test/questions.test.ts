/** Who answers what Codex asks, and which question (N1-015, N1-025, N1-027, S1-132, RELIABILITY S20). */
import { answersTo, QuestionKind } from "@claw/events";
import { describe, expect, it } from "vitest";
import type { QuestionSight, SessionSight } from "../src/domain/sight.ts";
import type { House } from "../src/domain/house.ts";
import { AT, hostAdd, hostRotate, houseAfter, tokenRevoke } from "./given.ts";
import { asks, decideOn, digestOf } from "./given-spawns.ts";
import {
  acquire,
  active,
  ask,
  asSession,
  cid,
  claw,
  eventOf,
  hostSight,
  houseWith,
  operator,
  send,
  setSwitch,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

/** A session in a turn of ours that asks. */
const ours = (question: Partial<QuestionSight> = {}, given: Partial<SessionSight> = {}): SessionSight => ({
  ...active("a", "T1", { commandIds: [cid("c1")] }),
  accepted: [{ commandId: cid("c1"), at: AT }],
  questions: [asks("npm test", question)],
  ...given,
});
const persons = (question: Partial<QuestionSight> = {}): SessionSight => ({
  ...active("a", "T1", { hasPerson: true }),
  questions: [asks("npm test", question)],
});
const person = { principal: operator };
const dora = { principal: claw() };
const verdictOf = (row: SessionSight, command: ReturnType<typeof decideOn>, who: object = person) =>
  ask(twoGroups, command, { sight: sightOf([row]), ...who }).verdict;

describe("a person", () => {
  it("answers any question; the host is told which one, by whom, and why", () => {
    for (const row of [ours(), persons(), persons({ turnId: null })]) {
      const command = decideOn("a", "q1", { answer: "decline", text: "not here" });
      const { events, verdict } = ask(twoGroups, command, { sight: sightOf([row]), ...person });
      expect(verdict).toEqual({ decision: "accepted", facts: { mode: "answer" } });
      expect(eventOf(events, "command.accepted")).toMatchObject({
        data: {
          hostId: "h1",
          instruction: {
            sessionId: "a",
            token: { generation: 1, counter: 1 },
            act: {
              kind: "answer",
              requestId: "q1",
              subjectDigest: digestOf("npm test"),
              answer: "decline",
              by: "person",
            },
          },
        },
        body: { text: "not here" },
      });
    }
  });
  it("needs no reason, and fences nobody off", () => {
    const row = ours();
    const held = houseWith(twoGroups, sightOf([row]), [acquire("a"), { principal: claw("emil") }]);
    const { events } = ask(held, decideOn("a"), { sight: sightOf([row]), ...person });
    const accepted = eventOf(events, "command.accepted");
    expect(accepted.body).toBeNull();
    expect(accepted.data.instruction?.token).toEqual({ generation: 1, counter: 1 });
  });
});

describe("N1-015: a Claw", () => {
  it("answers questions of turns that are ours, and no other", () => {
    expect(verdictOf(ours(), decideOn("a"), dora).decision).toBe("accepted");
    const strangers = ours({}, { accepted: [] });
    const mixed = {
      ...ours(),
      turns: [{ ...ours().turns[0], commandIds: [cid("c1"), cid("foreign")] }],
    } as SessionSight;
    for (const row of [persons(), ours({ turnId: null }), ours({ turnId: "T9" as never }), strangers, mixed])
      expect(verdictOf(row, decideOn("a"), dora)).toMatchObject({
        rule: "own question",
        code: "human_at_work",
      });
  });
  it("only of its group, and not while another's lease is in force", () => {
    const night = { principal: claw("dora", "night") };
    expect(verdictOf(ours(), decideOn("a"), night)).toMatchObject({ code: "forbidden" });
    const held = houseWith(twoGroups, sightOf([ours()]), [acquire("a"), { principal: operator }]);
    expect(ask(held, decideOn("a"), { sight: sightOf([ours()]), ...dora }).verdict).toMatchObject({
      code: "lease_held",
    });
  });
  it("a session answers nothing, its own neither", () =>
    expect(verdictOf(ours(), decideOn("a"), asSession("a"))).toMatchObject({ code: "forbidden" }));
  it("a reason that was said in a turn makes it nobody's: it is ours by what started it", () => {
    const row = (accepted: SessionSight["accepted"]) => ({
      ...ours(),
      turns: [{ ...ours().turns[0], commandIds: accepted.map(({ commandId }) => commandId) }] as never,
      accepted,
    });
    const answer = { commandId: cid("auto-1"), at: AT, isAnswer: true } as const;
    const text = { commandId: cid("c1"), at: AT };
    expect(verdictOf(row([answer]), decideOn("a"), dora)).toMatchObject({ code: "human_at_work" });
    expect(verdictOf(row([text, answer]), decideOn("a"), dora).decision).toBe("accepted");
  });
});

describe("which question", () => {
  it.each([
    ["never asked", ours(), decideOn("a", "q9"), "approval_unknown"],
    [
      "over",
      ours({}, { questions: [], endedQuestions: [{ requestId: "q1", how: "answered" }] }),
      decideOn("a"),
      "approval_closed",
    ],
    [
      "another than was shown",
      ours(),
      decideOn("a", "q1", { subjectDigest: digestOf("rm -rf /") }),
      "approval_changed",
    ],
    [
      "one that says nothing of what is asked",
      ours({ subjectDigest: null }),
      decideOn("a", "q1", { subjectDigest: digestOf("npm test") }),
      "approval_changed",
    ],
    ["one for other clients", ours({ kind: "userInput" }), decideOn("a"), "not_answerable"],
    ["one of a program", ours({ kind: "foreignElicitation" }), decideOn("a"), "not_answerable"],
    [
      "with an answer that is not offered",
      ours({ listed: ["accept", "cancel"] }),
      decideOn("a", "q1", { answer: "accept_for_session" }),
      "answer_not_offered",
    ],
    [
      "of permissions, with the end of the turn",
      ours({ kind: "permissions" }),
      decideOn("a", "q1", { answer: "cancel" }),
      "answer_not_offered",
    ],
  ] as const)("%s", (_what, row, command, code) => expect(verdictOf(row, command)).toMatchObject({ code }));
  it("the refusals say how it ended, and what is offered", () => {
    const over = ours({}, { questions: [], endedQuestions: [{ requestId: "q1", how: "turn_ended" }] });
    expect(verdictOf(over, decideOn("a"))).toMatchObject({ facts: { how: "turn_ended" } });
    expect(verdictOf(ours({ listed: ["accept"] }), decideOn("a", "q1", { answer: "cancel" }))).toMatchObject({
      facts: { answer: "cancel", offered: "accept, decline" },
    });
  });
  it("N1-027: `decline` is taken though it is not listed, and told apart from `cancel`", () => {
    for (const kind of QuestionKind.options) expect(answersTo(kind, ["accept"])).toContain("decline");
    expect(answersTo("command", [])).toEqual(["accept", "accept_for_session", "decline", "cancel"]);
    expect(answersTo("command", ["acceptForSession"])).toEqual(["accept_for_session", "decline"]);
    expect(answersTo("fileChange", ["x"])).toContain("cancel");
    expect(answersTo("elicitation", [])).not.toContain("accept_for_session");
  });
});

describe("DESIGN 6.2: questions end with their host", () => {
  const sight = sightOf([ours()]);
  const revoked = houseWith(twoGroups, sight, [tokenRevoke("t1"), {}]);
  const told = (house: House, at = AT) => ask(house, decideOn("a"), { sight, at, ...person }).verdict;
  it("nobody answers on a host that may not join any more", () => {
    expect(told(twoGroups).decision).toBe("accepted");
    for (const who of [person, dora])
      expect(ask(revoked, decideOn("a"), { sight, ...who }).verdict).toMatchObject({
        rule: "open question",
        code: "approval_closed",
        facts: { requestId: "q1", how: "host_revoked" },
      });
  });
  it("one that joins by another token, or again, is as it was; one whose token ends is over by then", () => {
    expect(told(houseWith(revoked, sight, [hostAdd("h1", "t3"), {}])).decision).toBe("accepted");
    const rotated = houseAfter(hostAdd("h1", "t1"), hostRotate("h1", "t3"), tokenRevoke("t1"));
    expect(told(rotated).decision).toBe("accepted");
    const ending = houseAfter(hostAdd("h1", "t1", { until: AT + 60_000 }));
    expect(told(ending, AT + 59_999).decision).toBe("accepted");
    expect(told(ending, AT + 60_000)).toMatchObject({ code: "approval_closed" });
  });
  it("nor on one that is silent, or that nobody heard of", () => {
    for (const hosts of [[hostSight("h1", { isSilent: true })], null]) {
      const seen = hosts === null ? { ...sight, host: () => null } : sightOf([ours()], hosts);
      expect(ask(twoGroups, decideOn("a"), { sight: seen, ...person }).verdict).toMatchObject({
        code: "host_silent",
      });
    }
  });
});

describe("one answer at a time", () => {
  const first = ask(twoGroups, decideOn("a"), { sight: sightOf([ours()]), ...person });
  const { commandId } = eventOf(first.events, "command.accepted").data;
  const later = (outcome: SessionSight["outcomes"], ms: number) =>
    ask(first.after, decideOn("a"), {
      sight: sightOf([ours({}, { outcomes: outcome })]),
      at: AT + ms,
      ...person,
    }).verdict;
  it("a second one waits for the end of the first", () => {
    expect(later([], 1_000)).toMatchObject({
      code: "command_outstanding",
      facts: { commandId, retryAfterMs: 34_000 },
    });
    expect(later([], 35_000).decision).toBe("accepted");
    expect(later([{ commandId, outcome: "failed", turnId: null }], 1_000).decision).toBe("accepted");
  });
});

describe("under a halt", () => {
  const halted = houseWith(twoGroups, sightOf([]), [setSwitch("session", "a"), {}]);
  it.each(["accept", "accept_for_session", "decline", "cancel"] as const)("%s", (answer) => {
    for (const who of [person, dora]) {
      const { verdict } = ask(halted, decideOn("a", "q1", { answer }), { sight: sightOf([ours()]), ...who });
      if (answer.startsWith("accept")) expect(verdict).toMatchObject({ code: "halted" });
      else expect(verdict.decision).toBe("accepted");
    }
  });
});

describe("S1-132: what it costs", () => {
  it("the caller's own bucket, and none of the session's", () => {
    const { after } = ask(twoGroups, decideOn("a"), { sight: sightOf([ours()]), ...dora });
    expect([...after.buckets.entries()].map(([key]) => key)).toEqual(["claw/default/dora"]);
    expect(after.roots.size).toBe(0);
    expect(ask(after, send("a"), { sight: sightOf([ours()]), ...dora }).verdict.decision).toBe("accepted");
  });
});
