/** What readers may believe of what Codex asks: exactly what, in whose turn, what was decided, and by which rule policy answers (N1-015, N1-025, N1-026). */
import { SessionId } from "@claw/events";
import { describe, expect, test } from "vitest";
import {
  type ApprovalRow,
  ApprovalView,
  type Asker,
  presentApproval,
  presentRules,
  RulesView,
} from "../src/index.ts";
import {
  after,
  AT,
  by,
  inLane,
  kept,
  observed,
  policyFact,
  refused,
  sent,
  type Step,
  together,
  turnEnded,
  turnStarted,
} from "./acting.ts";
import { ALL } from "./given.ts";
import {
  answered,
  claw,
  decidedOn,
  digestOf,
  message,
  parent,
  person,
  question,
  stranger,
} from "./spawning.ts";

const rowOf = (...steps: readonly Step[]): ApprovalRow | null =>
  after(observed, ...steps).approval(parent, "0-a");

test("N1-025 a question says exactly what is asked, where, and which answers are offered", () => {
  expect(rowOf(turnStarted(), question())).toEqual({
    sessionId: parent,
    requestId: "0-a",
    kind: "command",
    turnId: "T1",
    itemId: "I9",
    subject: "rm -r build",
    reason: "to begin anew",
    detail: "{}",
    subjectDigest: digestOf("e"),
    workspace: "/srv/one",
    availableDecisions: ["accept", "decline"],
    isOurs: null,
    decision: null,
    openedAt: AT + 2_000,
    toldAt: AT + 2_000,
    closedAt: null,
    how: null,
  });
});

describe("N1-015 whose turn it is asked in", () => {
  const mine = "claw:c1";
  const rows: readonly (readonly [string, readonly Step[], boolean | null])[] = [
    ["nobody spoke: nobody can say", [turnStarted(), question()], null],
    ["a command of ours", [sent(), turnStarted(), message(mine), question()], true],
    ["the message is told before its turn", [sent(), message(mine), turnStarted(), question()], true],
    ["two commands of ours", [sent(), sent("c2"), message(mine), message("claw:c2", "I2"), question()], true],
    ["a person", [turnStarted(), message(null), question()], false],
    ["a person's own client", [turnStarted(), message("a-uuid"), question()], false],
    ["a person spoke into ours", [sent(), message(mine), message(null, "I2"), question()], false],
    ["we spoke into a person's", [sent(), message(null), message(mine, "I2"), question()], false],
    ["a copied mark", [message(mine), question()], false],
    ["a mark of what was refused", [refused(), message(mine), question()], false],
    ["a mark of what is for no session", [kept(), message(mine), question()], false],
    [
      "what goes to the model after a decline is ours",
      [sent(), message(mine), question(), decidedOn("d1", "decline", "no"), message("claw:d1", "I2")],
      true,
    ],
    [
      "the reason of an answer alone makes it nobody's: policy does not answer in it either",
      [turnStarted(), question(), decidedOn("d1", "decline", "no"), message("claw:d1")],
      null,
    ],
    [
      "such a reason in ours, told first",
      [sent(), question(), decidedOn("d1", "decline", "no"), message("claw:d1", "I2"), message(mine)],
      true,
    ],
    ["a person speaks while it asks", [sent(), message(mine), question(), message(null, "I2")], false],
    ["and it stays theirs", [sent(), message(null), question(), message(mine, "I2")], false],
    ["ours is told after it was asked", [sent(), question(), message(mine)], true],
    ["a person speaks in another turn", [sent(), message(mine), question(), message(null, "I2", "T2")], true],
    [
      "another host's word is nothing",
      [sent(), message(mine), question(), stranger(message(null, "I2"))],
      true,
    ],
    ["a question of no turn is nobody's", [sent(), message(mine), question({}, null)], null],
    [
      "what is closed stays as it was",
      [sent(), message(mine), question(), answered(), message(null, "I2")],
      true,
    ],
  ];
  test.each(rows)("%s", (_title, steps, isOurs) => {
    expect(rowOf(...steps)?.isOurs).toBe(isOurs);
  });

  test("a turn of which only a message was told is counted when it is told itself, once", () => {
    const count = (...steps: readonly Step[]) => after(observed, ...steps).session(parent)?.turnCount;
    expect([
      count(message(null)),
      count(message(null), turnStarted()),
      count(message(null), turnEnded()),
    ]).toEqual([0, 1, 1]);
    expect(count(message(null), turnStarted(), message(null, "I2"), turnEnded())).toBe(1);
  });
});

describe("what was decided on it", () => {
  test("says who, how, when and why, beside how it ended", () => {
    const row = rowOf(question(), decidedOn("d1", "decline", "not on my watch"), answered());
    expect(row).toMatchObject({
      how: "answered",
      decision: { answer: "decline", by: person, at: AT + 2_000, commandId: "d1", reason: "not on my watch" },
    });
    expect(rowOf(question(), decidedOn("d1", "accept"))?.decision?.reason).toBeNull();
  });

  test.each([
    [
      "the newest counts while it is open",
      [question(), decidedOn("d1", "accept"), decidedOn("d2", "decline", "", claw)],
      "d2",
    ],
    ["none after it is closed", [question(), answered("turn_ended"), decidedOn("d1", "accept")], undefined],
    ["none that was never asked", [decidedOn("d1", "accept"), question()], undefined],
    [
      "not one that is accepted again",
      [question(), decidedOn("d1", "accept"), decidedOn("d2", "decline"), decidedOn("d1", "accept")],
      "d2",
    ],
    [
      "nobody decides but policy",
      [question(), by("host", inLane("session/s1" as never, decidedOn("d1", "accept")))],
      undefined,
    ],
    [
      "another question of that name begins anew",
      [question(), decidedOn("d1", "accept"), question()],
      undefined,
    ],
  ] as const)("%s", (_title, steps, commandId) => {
    expect(rowOf(...steps)?.decision?.commandId).toBe(commandId);
  });
});

const place = { id: null, until: null, reason: "so" };
const ruled = (more: object): Step =>
  policyFact("approvals.ruled", {
    scope: "global",
    kind: null,
    answer: "ask",
    waitMs: 60_000,
    pattern: null,
    ...place,
    ...more,
  });
const granted = (more: object): Step =>
  policyFact("policy.granted", { right: "send", scope: "global", state: "open", ...place, ...more });

describe("N1-026 the rule by which policy answers", () => {
  const ours = [sent(), message("claw:c1"), question()];
  const asker: Asker = {
    principal: { kind: "person", name: "ada", role: "operator" },
    presentText: (text) => text,
    nowMs: AT + 10_000,
  };
  function shown(role: "operator" | "viewer", ...steps: readonly Step[]): ApprovalView {
    const reader = after(observed, ...steps);
    const [row] = reader.approvals({}, ALL).rows;
    if (row === undefined) throw new Error("no question");
    const ruling = reader.rulingOf("command", row.sessionId, asker.nowMs);
    const view = presentApproval(
      row,
      { hostId: "host-a", ruling },
      { ...asker, principal: { ...asker.principal, role } },
    );
    return ApprovalView.strict().parse(view);
  }
  const iso = (ms: number): string => new Date(AT + ms).toISOString();

  test("says until when people may answer, from when the house heard of it", () => {
    expect(shown("operator", ruled({}), ...ours)).toMatchObject({
      isOurs: true,
      ruledBy: { scope: "global", id: null, answer: "ask", pattern: null },
      deadlineAt: iso(64_000),
      ageMs: 6_000,
    });
    expect(
      shown("operator", ruled({ answer: "accept", pattern: "rm *", waitMs: null }), ...ours),
    ).toMatchObject({
      ruledBy: { answer: "accept", pattern: "rm *" },
      deadlineAt: null,
    });
  });

  test.each([
    ["a turn of a person's", [ruled({}), message(null), question()]],
    ["a turn of nobody knows whom", [ruled({}), question()]],
    [
      "a kind that is never answered",
      [ruled({}), sent(), message("claw:c1"), question({ kind: "userInput" })],
    ],
    ["what is closed", [ruled({}), ...ours, answered()]],
    ["where there is no rule", ours],
    ["where it was taken away", [ruled({}), ruled({ answer: null }), ...ours]],
    ["where it has ended", [ruled({ until: AT + 9_000 }), ...ours]],
    ["where another session has it", [ruled({ scope: "session", id: "s2" }), ...ours]],
  ] as const)("none for %s", (_title, steps) => {
    expect(shown("operator", ...steps)).toMatchObject({ ruledBy: null, deadlineAt: null });
  });

  test("X1-025 words of the question and of the decision are for those who may read transcripts", () => {
    const steps = [...ours, decidedOn("d1", "decline", "because")];
    const words = ({ subject, reason, detail, decision }: ApprovalView) => [
      subject,
      reason,
      detail,
      decision?.reason,
    ];
    expect(words(shown("operator", ...steps))).toEqual(["rm -r build", "to begin anew", "{}", "because"]);
    expect(words(shown("viewer", ...steps))).toEqual([null, null, null, null]);
    expect(shown("viewer", ...steps)).toMatchObject({
      kind: "command",
      decision: { answer: "decline", by: { name: "ada" } },
    });
  });
});

describe("S1-131 S1-132 rights and rules", () => {
  const id = SessionId.parse("s1");
  const right = (at: number, ...steps: readonly Step[]) => after(observed, ...steps).rightOf("send", id, at);
  test.each([
    ["closed by default", [], "closed"],
    ["opened for all", [granted({})], "open"],
    [
      "closed for its host",
      [granted({}), granted({ scope: "host", id: "host-a", state: "closed" })],
      "closed",
    ],
    [
      "opened for itself in a host that is closed",
      [granted({ scope: "host", id: "host-a", state: "closed" }), granted({ scope: "session", id: "s1" })],
      "open",
    ],
    [
      "left to the wider again",
      [
        granted({}),
        granted({ scope: "session", id: "s1", state: "closed" }),
        granted({ scope: "session", id: "s1", state: null }),
      ],
      "open",
    ],
    ["opened for its host's group", [granted({ scope: "group", id: "default" })], "open"],
    ["another right", [granted({ right: "spawn" })], "closed"],
    ["ended", [granted({ until: AT + 10_000 })], "closed"],
    ["a host's word", [by("host", inLane("session/s1" as never, granted({})))], "closed"],
  ] as const)("S1-092 S1-093 %s", (_title, steps, expected) => {
    expect(right(AT + 10_000, ...steps)).toBe(expected);
  });

  test("a session that nobody knows may nothing, and time is asked each time", () => {
    expect(after(granted({})).rightOf("send", SessionId.parse("s7"), AT)).toBe("closed");
    expect(right(AT + 9_999, granted({ until: AT + 10_000 }))).toBe("open");
    expect(after(observed, granted({})).rightOf("send", id)).toBe("open");
  });

  test("are shown with who said so and why, while they are in force", () => {
    const reader = after(
      together(kept("g1", "policy.grant"), granted({ scope: "session", id: "s1", until: AT + 60_000 })),
      granted({ right: "spawn", until: AT + 1 }),
      granted({ right: "transcript" }),
      granted({ right: "transcript", state: null }),
      together(kept("g2", "policy.approvals"), ruled({ kind: "command" })),
      ruled({ kind: "fileChange", answer: null }),
    );
    const of = (kind: "grant" | "ruling") => reader.rules(kind, ALL).rows;
    const rows = {
      limits: [],
      switches: [],
      mutes: [],
      grants: of("grant") as never,
      rulings: of("ruling") as never,
    };
    const { grants, approvals } = RulesView.strict().parse(presentRules(rows, AT + 30_000));
    const since = { reason: "so", by: { name: "claw-1" } };
    expect(grants).toMatchObject([{ right: "send", scope: "session", id: "s1", state: "open", ...since }]);
    expect(approvals).toMatchObject([
      { scope: "global", kind: "command", answer: "ask", waitMs: 60_000, ...since },
    ]);
    expect([grants.length, approvals.length]).toEqual([1, 1]);
  });
});
