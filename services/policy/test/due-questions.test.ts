/** What the house itself answers to questions of Codex, and when; and what it never answers (S1-094, S1-138, N1-015, N1-026, W-26). */
import { type Answer, type CommandId, type Event, type EventOf, NOT_SHOWN_IN_FULL } from "@claw/events";
import { describe, expect, it } from "vitest";
import { dueOfQuestions } from "../src/domain/due-questions.ts";
import type { House } from "../src/domain/house.ts";
import type { QuestionSight, SessionSight } from "../src/domain/sight.ts";
import { AT, fold, hostAdd, houseAfter, tokenRevoke } from "./given.ts";
import { asks, bound, decideOn, digestOf, forest, ruling } from "./given-spawns.ts";
import {
  acquire,
  active,
  ask,
  cid,
  claw,
  hostSight,
  houseWith,
  operator,
  send,
  setSwitch,
  sightOf,
  turn,
  twoGroups,
} from "./given-writes.ts";

type Accepted = EventOf<"command.accepted">;
const row = (question: Partial<QuestionSight> = {}, given: Partial<SessionSight> = {}): SessionSight => ({
  ...active("a", "T1", { commandIds: [cid("c1")] }),
  accepted: [{ commandId: cid("c1"), at: AT }],
  questions: [asks("npm test", question)],
  ...given,
});
const dueIn = (house: House, rows: readonly SessionSight[], at = AT) =>
  dueOfQuestions(house, sightOf(rows), { at, generation: 1 });
const firstOf = (...given: Parameters<typeof dueIn>): Accepted => {
  const [event] = dueIn(...given).flatMap(({ events }) => events);
  if (event?.type !== "command.accepted") throw new Error("nothing is answered");
  return event;
};
const answersIn = (house: House, rows: readonly SessionSight[], at = AT): readonly Answer[] =>
  dueIn(house, rows, at).flatMap(({ events: [event] }) => {
    const { act } = (event as Accepted).data.instruction ?? {};
    return act?.kind === "answer" ? [act.answer] : [];
  });
const under = (...rules: readonly Parameters<typeof ruling>[0][]): House =>
  houseWith(twoGroups, sightOf([]), ...rules.map((one) => [ruling(one), {}] as const));

describe("S1-094: kind × rule × whose turn × time", () => {
  const kinds = [
    "command",
    "fileChange",
    "permissions",
    "elicitation",
    "userInput",
    "foreignElicitation",
  ] as const;
  const rulings = {
    none: [],
    decline: [{ answer: "decline" }],
    ask: [{ answer: "ask", waitMs: 60_000 }],
    accept: [{ answer: "accept", pattern: "npm *" }],
    "accept of another": [{ answer: "accept", pattern: "cargo *" }],
    "accept of that kind alone": [
      { answer: "decline" },
      { kind: "command", answer: "accept", pattern: "npm *" },
    ],
  } as const;
  const turns = {
    ours: {},
    "a person's": { turns: [turn("T1", { commandIds: [cid("c1")], hasPerson: true })] },
    "of unknown marks": { turns: [turn("T1", { commandIds: [cid("c1"), cid("strange")] })] },
    "of no command": { turns: [turn("T1")] },
    unseen: { turns: [] },
  } as const;
  /** Written by itself: what is answered, by the words of ADR 0013. */
  function expected(
    kind: (typeof kinds)[number],
    rule: keyof typeof rulings,
    whose: keyof typeof turns,
    isLate: boolean,
  ): readonly Answer[] {
    if (whose !== "ours" || kind === "userInput" || kind === "foreignElicitation") return [];
    if (rule === "ask") return isLate ? ["decline"] : [];
    if (rule === "accept") return ["accept"];
    if (rule === "accept of that kind alone") return [kind === "command" ? "accept" : "decline"];
    return ["decline"];
  }
  const cells = kinds.flatMap((kind) =>
    (Object.keys(rulings) as (keyof typeof rulings)[]).flatMap((rule) =>
      (Object.keys(turns) as (keyof typeof turns)[]).flatMap((whose) =>
        [false, true].map((isLate) => [kind, rule, whose, isLate] as const),
      ),
    ),
  );
  it("has at least 100 cells", () => expect(cells.length).toBeGreaterThanOrEqual(100));
  it.each(cells)("%s · %s · a turn %s · after the wait: %s", (kind, rule, whose, isLate) => {
    const house = under(...rulings[rule]);
    const at = isLate ? AT + 60_000 : AT + 59_999;
    expect(answersIn(house, [row({ kind }, turns[whose])], at)).toEqual(expected(kind, rule, whose, isLate));
  });
});

describe("an answer of the house", () => {
  it("is an accepted command of its own, under an id that follows from the question", () => {
    const [one] = dueIn(twoGroups, [row()]);
    const [event] = one?.events ?? [];
    const { data, body } = event as Accepted;
    expect(one?.entryId).toBe(`due/${data.commandId}/answered`);
    expect(data.commandId).toMatch(/^auto-[0-9a-f]{40}$/);
    expect(data).toMatchObject({
      commandType: "approval.decide",
      principal: { kind: "house", name: "policy", role: "admin" },
      hostId: "h1",
      deadlineAt: AT + 30_000,
      instruction: {
        sessionId: "a",
        act: {
          kind: "answer",
          requestId: "q1",
          subjectDigest: digestOf("npm test"),
          answer: "decline",
          by: "policy",
        },
      },
    });
    expect(body?.text).toMatch(/No rule/);
    expect(dueIn(twoGroups, [row()], AT + 999)[0]?.entryId).toBe(one?.entryId);
    expect(dueIn(twoGroups, [row({ position: 8 })])[0]?.entryId).not.toBe(one?.entryId);
  });
  it("N1-027: says why it is declined, also that nobody answered in time", () => {
    const late = firstOf(under({ answer: "ask", waitMs: 1_000 }), [row()], AT + 1_000);
    expect(late.body?.text).toMatch(/Nobody answered in time/);
    expect(firstOf(under({ answer: "accept", pattern: "*" }), [row()]).body).toBeNull();
  });
  it("carries the newest token there is, and the causes of its turn", () => {
    const command = send("a", { commandId: cid("c1") });
    const house = houseWith(twoGroups, sightOf([{ ...row(), activity: "idle", activeTurnId: null }]), [
      command,
      { principal: operator },
    ]);
    const { data } = firstOf(house, [row()]);
    expect(data.instruction?.token).toEqual({ generation: 1, counter: 1 });
    expect(data.origin).toEqual({ rootIds: ["c1"], hop: 0, path: [] });
  });
  it("carries one of this generation of the log: the tail that was lost may have held newer ones of the one before", () => {
    const idle = sightOf([{ ...row(), activity: "idle", activeTurnId: null }]);
    const tokenIn = (house: House) => {
      const [event] = dueOfQuestions(house, sightOf([row()]), { at: AT, generation: 2 })[0]?.events ?? [];
      return (event as Accepted).data.instruction?.token;
    };
    const person = { principal: operator };
    expect(tokenIn(houseWith(twoGroups, idle, [send("a", { commandId: cid("c1") }), person]))).toEqual({
      generation: 2,
      counter: 2,
    });
    const held = houseWith(twoGroups, idle, [acquire("a"), { principal: claw("emil") }]);
    expect(tokenIn(held)).toEqual({ generation: 1, counter: 1 });
  });
});

describe("nothing is answered twice", () => {
  const [one] = dueIn(twoGroups, [row()]);
  const events = (one?.events ?? []) as readonly Event[];
  const after = fold(events, twoGroups);
  const id = (events[0] as Accepted).data.commandId;
  const told = (outcome: SessionSight["outcomes"][number]["outcome"]) =>
    row({}, { outcomes: [{ commandId: id, outcome, turnId: null }] });
  it("not while it is on its way, and not when it is overdue", () => {
    for (const ms of [0, 34_999, 35_000, 600_000]) expect(answersIn(after, [row()], AT + ms)).toEqual([]);
  });
  it("not when it was given, failed, or nobody knows", () => {
    for (const outcome of ["succeeded", "failed", "unknown", "collided"] as const)
      expect(answersIn(after, [told(outcome)], AT + 1_000)).toEqual([]);
  });
  it("again, under another id, when its host says that it never began; not for ever", () => {
    let house: House = after;
    let seen: SessionSight = told("expired");
    const ids = new Set<CommandId>([id]);
    for (let n = 0; n < 10; n += 1) {
      const [next] = dueIn(house, [seen], AT + 1_000);
      if (next === undefined) break;
      house = fold(next.events, house);
      const again = (next.events[0] as Accepted).data.commandId;
      ids.add(again);
      seen = {
        ...seen,
        outcomes: [...seen.outcomes, { commandId: again, outcome: "expired", turnId: null }],
      };
    }
    expect(ids.size).toBe(5);
  });
  it("not what a person decides, unless that came to nothing", () => {
    const { events: byPerson, after: decided } = ask(twoGroups, decideOn("a"), {
      sight: sightOf([row()]),
      principal: operator,
    });
    const { commandId } = (byPerson[0] as Accepted).data;
    const with_ = (outcome: SessionSight["outcomes"][number]["outcome"]) =>
      row({}, { outcomes: [{ commandId, outcome, turnId: null }] });
    expect(answersIn(decided, [row()], AT + 1_000)).toEqual([]);
    for (const outcome of ["succeeded", "unknown"] as const)
      expect(answersIn(decided, [with_(outcome)], AT + 1_000)).toEqual([]);
    for (const outcome of ["failed", "expired"] as const)
      expect(answersIn(decided, [with_(outcome)], AT + 1_000)).toEqual(["decline"]);
  });
  it("also when the house has forgotten it, and the session's row has not", () => {
    const forgot = { ...after, answers: twoGroups.answers, commands: twoGroups.commands };
    const seen = row(
      {},
      {
        accepted: [
          { commandId: cid("c1"), at: AT },
          { commandId: id, at: AT, isAnswer: true },
        ],
      },
    );
    expect(answersIn(forgot, [seen], AT + 1_000)).toEqual([]);
  });
  it("a question that is older than any may wait is left to people", () => {
    expect(answersIn(twoGroups, [row()], AT + 86_400_000)).toEqual(["decline"]);
    expect(answersIn(twoGroups, [row()], AT + 86_400_000 + 3_600_000)).toEqual([]);
  });
});

describe("in doubt nobody answers", () => {
  it.each([
    ["a silent host", {}, { isSilent: true }],
    ["a host that tells what it has", {}, { isBehind: true }],
    ["a server that is away", { isLost: true }, {}],
    ["a session that was put away", { isClosed: true }, {}],
  ])("of %s", (_what, given, host) => {
    const sight = sightOf([row({}, given)], [hostSight("h1", host)]);
    expect(dueOfQuestions(twoGroups, sight, { at: AT, generation: 1 })).toEqual([]);
  });
  it("DESIGN 6.2: of a host that may not join any more; where it is let in again, the question is as it was", () => {
    const revoked = houseWith(twoGroups, sightOf([]), [tokenRevoke("t1"), {}]);
    expect(answersIn(revoked, [row()])).toEqual([]);
    expect(answersIn(houseWith(revoked, sightOf([]), [hostAdd("h1", "t3"), {}]), [row()])).toEqual([
      "decline",
    ]);
    const ending = houseAfter(hostAdd("h1", "t1", { until: AT + 60_000 }));
    expect(answersIn(ending, [row()], AT + 59_999)).toEqual(["decline"]);
    expect(answersIn(ending, [row()], AT + 60_000)).toEqual([]);
  });
  const accept = under({ answer: "accept", pattern: "*" });
  it.each([
    ["nothing is shown of it", { subject: null }],
    ["not all is shown of it", { subject: `${NOT_SHOWN_IN_FULL}npm test` }],
    ["it has no digest", { subjectDigest: null }],
    ["Codex does not offer it", { listed: ["cancel"] }],
  ])("a rule accepts nothing where %s", (_what, question) =>
    expect(answersIn(accept, [row(question)])).toEqual(["decline"]),
  );
  it.each([
    ["session", "a"],
    ["host", "h1"],
    ["group", "default"],
    ["global", null],
    ["root", "c1"],
  ] as const)(
    "a halt of the %s lets nothing be accepted, and is no reason to leave the model waiting",
    (scope, id) => {
      const command = send("a", { commandId: cid("c1") });
      const idle = { ...row(), activity: "idle", activeTurnId: null };
      const house = houseWith(
        accept,
        sightOf([idle]),
        [command, { principal: operator }],
        [setSwitch(scope, id), {}],
      );
      expect(answersIn(house, [row()])).toEqual(["decline"]);
      expect(
        answersIn(houseWith(house, sightOf([]), [setSwitch(scope, id, "running"), {}]), [row()]),
      ).toEqual(["accept"]);
    },
  );
  it("the narrowest rule counts, and an ended one is none", () => {
    const house = under(
      { answer: "accept", pattern: "*" },
      { scope: "host", id: "h1", answer: "ask", waitMs: 5_000, until: AT + 10_000 },
      { scope: "session", id: "b", answer: "decline" },
    );
    expect(answersIn(house, [row({ openedAt: AT + 9_000 })], AT + 9_999)).toEqual([]);
    expect(answersIn(house, [row({ openedAt: AT + 9_000 })], AT + 10_000)).toEqual(["accept"]);
  });
});

describe("S1-138: a spawned session", () => {
  const { house, rows } = forest(twoGroups, [0]);
  const question = asks("npm test");
  const asking = (id: string, given: Partial<SessionSight>) => ({
    ...rows.find(({ sessionId }) => sessionId === id),
    ...active(id, "T1", { commandIds: [cid("spawn-s1")] }),
    spawnId: cid("spawn-s1"),
    questions: [question],
    ...given,
  });
  const others = rows.filter(({ sessionId }) => sessionId !== "s1");
  it("is ours from its first message on, also when the house has forgotten its command", () => {
    expect(answersIn(house, [...others, asking("s1", {})])).toEqual(["decline"]);
    expect(answersIn({ ...house, commands: twoGroups.commands }, [...others, asking("s1", {})])).toEqual([
      "decline",
    ]);
  });
  it("a thread that only bears its mark is a person's", () => {
    expect(answersIn(house, [...rows, asking("evil", {})])).toEqual([]);
    expect(
      answersIn(house, [...bound("evil", "made-up", {}), { ...asking("evil", {}), spawnId: cid("made-up") }]),
    ).toEqual([]);
  });
});
