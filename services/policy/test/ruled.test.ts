/** N1-026: a dry run says what policy would answer to a question, by which rule, and that it ends; and it says the same as is answered then. */
import { commandDigest, type CommandOf, type EventOf, type QuestionKind, sha256 } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueOfQuestions } from "../src/domain/due-questions.ts";
import type { House } from "../src/domain/house.ts";
import type { SessionSight } from "../src/domain/sight.ts";
import { AT } from "./given.ts";
import { asks, bound, ruling } from "./given-spawns.ts";
import {
  active,
  ask,
  asSession,
  cid,
  claw,
  houseWith,
  operator,
  setSwitch,
  sid,
  sightOf,
  twoGroups,
} from "./given-writes.ts";
import { scaled } from "./scale.ts";

const asked = (text: string, kind: QuestionKind = "command", of = "a"): CommandOf<"approval.test"> => ({
  type: "approval.test",
  commandId: cid("try"),
  target: { sessionId: sid(of) },
  kind,
  text,
});
const row = (subject: string, kind: QuestionKind = "command"): SessionSight => ({
  ...active("a", "T1", { commandIds: [cid("c1")] }),
  accepted: [{ commandId: cid("c1"), at: AT }],
  questions: [asks(subject, { kind })],
});
type Rule = NonNullable<Parameters<typeof ruling>[0]>;
const under = (...rules: readonly Rule[]): House =>
  houseWith(twoGroups, sightOf([]), ...rules.map((one) => [ruling(one), {}] as const));
const sight = sightOf([active("a", "T1")]);
const tried = (house: House, command = asked("npm test"), given: object = {}) =>
  ask(house, command, { sight, principal: operator, ...given });
const factsOf = (house: House, at = AT, command = asked("npm test")) => {
  const { verdict } = tried(house, command, { at });
  return verdict.decision === "accepted" ? verdict.facts : verdict;
};

describe("RELIABILITY S20: what a rule accepts", () => {
  const rules = under({ answer: "accept", pattern: "git push" });
  const answered = (home: string | null, folder: string | null) => {
    const questions = [asks("git push", { workspace: folder })];
    const due = dueOfQuestions(rules, sightOf([{ ...row("git push"), workspace: home, questions }]), {
      at: AT,
      generation: 1,
    });
    return due.flatMap(({ events: [first] }) =>
      first?.type === "command.accepted" && first.data.instruction?.act.kind === "answer"
        ? [first.data.instruction.act.answer]
        : [],
    );
  };
  it.each([
    ["/srv/app", "/srv/app", "accept"],
    ["/srv/app", "/srv/app/web/", "accept"],
    ["/srv/app", null, "accept"],
    ["/srv/app", "/srv/other", "decline"],
    ["/srv/app", "/srv/app/../other", "decline"],
    ["/srv/app", "/srv/apparent", "decline"],
    ["/srv/app", "srv/app", "decline"],
    [null, "/srv/app", "decline"],
  ] as const)(
    "it accepts where the session works (%s), and asked for in %s it answers %s",
    (home, folder, answer) => {
      expect(answered(home, folder)).toEqual([answer]);
    },
  );
});

describe("N1-026: what would be answered", () => {
  const until = AT + 60_000;
  it.each([
    ["no rule at all", [], { answer: "decline", why: "no_rule", ruling: null, scope: null, id: null }],
    [
      "a rule that declines",
      [{ answer: "decline", scope: "host", id: "h1" }],
      { answer: "decline", why: "rule", ruling: "decline", scope: "host", id: "h1", kind: null },
    ],
    [
      "one that asks",
      [{ answer: "ask", waitMs: 5_000 }],
      { answer: "ask", why: "rule", ruling: "ask", scope: "global", waitMs: 5_000 },
    ],
    [
      "one whose pattern it is like",
      [{ answer: "accept", pattern: "npm *", scope: "session", id: "a" }],
      { answer: "accept", why: "rule", ruling: "accept", scope: "session", pattern: "npm *" },
    ],
    [
      "one whose pattern it is not like",
      [{ answer: "accept", pattern: "cargo *" }],
      { answer: "decline", why: "no_match", ruling: "accept", pattern: "cargo *" },
    ],
    [
      "the narrowest, and in it that of the very kind",
      [
        { answer: "accept", pattern: "*" },
        { answer: "decline", scope: "group", id: "default" },
        { answer: "ask", waitMs: 1_000, scope: "group", id: "default", kind: "command" },
      ],
      { answer: "ask", scope: "group", id: "default", kind: "command" },
    ],
    ["one that ends", [{ answer: "accept", pattern: "*", until }], { answer: "accept", until }],
  ] as const)("by %s", (_what, rules, expected) =>
    expect(factsOf(under(...(rules as readonly Rule[])))).toMatchObject(expected),
  );
  it("an ended rule says nothing any more; nor does an ended one hide a wider one", () => {
    const house = under(
      { answer: "accept", pattern: "*" },
      { answer: "ask", waitMs: 1_000, scope: "host", id: "h1", until },
    );
    expect(factsOf(house, until - 1)).toMatchObject({ answer: "ask", scope: "host" });
    expect(factsOf(house, until)).toMatchObject({ answer: "accept", scope: "global" });
    const alone = under({ answer: "accept", pattern: "*", until });
    expect(factsOf(alone, until)).toMatchObject({ answer: "decline", why: "no_rule" });
  });
  it("what is not seen whole, or under a halt, is not accepted", () => {
    const accept = under({ answer: "accept", pattern: "*" });
    expect(factsOf(accept, AT, asked("x".repeat(4_097)))).toMatchObject({
      answer: "decline",
      why: "no_match",
    });
    const halted = houseWith(accept, sightOf([]), [setSwitch("host", "h1"), {}]);
    expect(factsOf(halted)).toMatchObject({ answer: "decline", why: "halted", ruling: "accept" });
  });
});

describe("asking it", () => {
  it("leaves no entry, and changes nothing", () => {
    const { events, after, verdict } = tried(twoGroups);
    expect(verdict.decision).toBe("accepted");
    expect(events).toEqual([]);
    expect(after).toBe(twoGroups);
  });
  it("is for people and for Claws of the group; a session learns nothing", () => {
    expect(tried(twoGroups, asked("x"), { principal: claw() }).verdict.decision).toBe("accepted");
    for (const who of [{ principal: claw("dora", "night") }, asSession("a")])
      expect(tried(twoGroups, asked("x"), who).verdict).toMatchObject({ code: "forbidden" });
  });
  it("of a session that nobody knows is refused; of one by the name it was asked for means its thread", () => {
    expect(tried(twoGroups, asked("x", "command", "zz")).verdict).toMatchObject({ code: "session_unknown" });
    const seen = sightOf(bound("t1", "task-1"));
    const house = under({ answer: "ask", waitMs: 1_000, scope: "session", id: "t1" });
    const { verdict } = tried(house, asked("x", "command", "req-task-1"), { sight: seen });
    expect(verdict).toMatchObject({ facts: { answer: "ask" } });
  });
  it("has a digest like any command", () => expect(commandDigest(asked("x"))).toMatch(/^[0-9a-f]{64}$/));
});

it("N1-026: it says what is answered then, whatever the rules, the kind and the subject", () => {
  const subject = fc.constantFrom("npm test", "npm install x", "rm -rf /", "cargo test");
  const kind = fc.constantFrom<QuestionKind>("command", "fileChange", "permissions", "elicitation");
  const place = fc.constantFrom(
    { scope: "session", id: "a" } as const,
    { scope: "host", id: "h1" } as const,
    { scope: "group", id: "default" } as const,
    { scope: "global", id: null } as const,
    { scope: "session", id: "b" } as const,
  );
  const said = fc.constantFrom<Rule>(
    { answer: "decline" },
    { answer: "ask", waitMs: 5_000 },
    { answer: "accept", pattern: "npm *" },
    { answer: "accept", pattern: "*" },
    { answer: "accept", pattern: "npm *", until: AT + 30_000 },
    { answer: null },
  );
  const rule = fc
    .tuple(place, said, fc.option(kind))
    .map(([where, what, about]) => ({ ...where, ...what, kind: about }));
  const counts: Record<string, number> = { accept: 0, decline: 0, ask: 0 };
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 6 }),
      kind,
      subject,
      fc.boolean(),
      (rules, about, text, isHalted) => {
        const ruled = under(...rules);
        const house = isHalted ? houseWith(ruled, sightOf([]), [setSwitch("session", "a"), {}]) : ruled;
        const at = AT + 29_000;
        const facts = factsOf(house, at, asked(text, about)) as { answer: string; waitMs: number | null };
        counts[facts.answer] = (counts[facts.answer] ?? 0) + 1;
        const answersAt = (openedAt: number) => {
          const asking = row(text, about);
          const questions = asking.questions.map((one) => ({
            ...one,
            subjectDigest: sha256(text),
            openedAt,
          }));
          return dueOfQuestions(house, sightOf([{ ...asking, questions }]), { at, generation: 1 }).map(
            ({ events: [event] }) => (event as EventOf<"command.accepted">).data.instruction?.act,
          );
        };
        if (facts.answer === "ask") {
          expect(answersAt(at - (facts.waitMs ?? 0) + 1)).toEqual([]);
          expect(answersAt(at - (facts.waitMs ?? 0))).toMatchObject([{ answer: "decline" }]);
        } else expect(answersAt(at)).toMatchObject([{ answer: facts.answer }]);
      },
    ),
    { numRuns: scaled(3_000) },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10);
});
