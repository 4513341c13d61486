/**
 * W-27: a question that people are to be asked is never declined because nobody is there. Who may answer is not a list that can become empty: it is everybody
 * with the right, whoever comes within the wait. Only when that is over it is declined, and the model is told that nobody answered, which is another thing than
 * that a rule said no.
 */
import type { Event, EventOf } from "@claw/events";
import { describe, expect, it } from "vitest";
import { dueOfQuestions } from "../src/domain/due-questions.ts";
import type { House } from "../src/domain/house.ts";
import type { SessionSight } from "../src/domain/sight.ts";
import { AT } from "./given.ts";
import { asks, decideOn, ruling } from "./given-spawns.ts";
import { active, ask, cid, houseWith, operator, setSwitch, sightOf, twoGroups } from "./given-writes.ts";

const WAIT_MS = 60_000;
const asking: SessionSight = {
  ...active("a", "T1", { commandIds: [cid("c1")] }),
  accepted: [{ commandId: cid("c1"), at: AT }],
  questions: [asks("npm test")],
};
/** A house that knows no person, no Claw and no group but those of its hosts. */
const nobody: House = houseWith(twoGroups, sightOf([]), [ruling({ answer: "ask", waitMs: WAIT_MS }), {}]);
const dueAt = (house: House, at: number, row = asking): readonly Event[] =>
  dueOfQuestions(house, sightOf([row]), { at, generation: 1 }).flatMap(({ events }) => events);

describe("W-27 nobody is there to be asked", () => {
  it("is no answer: it waits its whole time, and is asked of whoever comes", () => {
    for (const ms of [0, 1, WAIT_MS / 2, WAIT_MS - 1]) expect(dueAt(nobody, AT + ms)).toEqual([]);
  });

  it("then it is declined, once, by policy, and the reason says that nobody answered", () => {
    const [answer, ...more] = dueAt(nobody, AT + WAIT_MS) as readonly EventOf<"command.accepted">[];
    expect(more).toEqual([]);
    expect(answer).toMatchObject({
      type: "command.accepted",
      data: {
        commandType: "approval.decide",
        principal: { kind: "house", name: "policy" },
        instruction: { act: { kind: "answer", answer: "decline", by: "policy" } },
      },
      body: { text: expect.stringMatching(/^Nobody answered in time/) },
    });
  });

  it("is told apart from a rule that declines", () => {
    const [ruled] = dueAt(twoGroups, AT) as readonly EventOf<"command.accepted">[];
    expect(ruled?.body?.text).toMatch(/^No rule of the supervisor allows this/);
  });

  it("also where every write is halted: then nobody may be asked to act, and the wait is as long", () => {
    const halted = houseWith(nobody, sightOf([]), [setSwitch("global", null), {}]);
    expect(dueAt(halted, AT + WAIT_MS - 1)).toEqual([]);
    expect(dueAt(halted, AT + WAIT_MS)).toHaveLength(1);
  });

  it("who comes in the last moment decides, and policy does not", () => {
    const { verdict, after } = ask(nobody, decideOn("a"), {
      sight: sightOf([asking]),
      principal: operator,
      at: AT + WAIT_MS - 1,
    });
    expect(verdict.decision).toBe("accepted");
    expect(dueAt(after, AT + WAIT_MS)).toEqual([]);
  });

  it("a rule that asks without a time to wait cannot be made", () => {
    const { verdict } = ask(twoGroups, ruling({ answer: "ask" }), {});
    expect(verdict).toMatchObject({ decision: "refused" });
  });
});
