/** What readers may believe of a command, after each history: decided once, told of by its own host only, ended once (DESIGN 14.26, ADR 0012). */
import { hostLane, SessionId, sessionLane } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_COMMAND_LETTERS } from "../src/index.ts";
import {
  acquired,
  after,
  AT,
  by,
  collided,
  expired,
  failed,
  inLane,
  kept,
  observed,
  offered,
  overdue,
  own,
  refused,
  refusedFor,
  said,
  sent,
  type Step,
  succeeded,
  turnEnded,
  turnStarted,
  unknown,
} from "./acting.ts";

const otherLane = sessionLane(SessionId.parse("s2"));

/** Outcome, who said it and in which step, the turn and its status; and whether a host still has something to say. */
function believed(...steps: readonly Step[]): string {
  const reader = after(...steps);
  const row = reader.command("c1");
  if (row === null) return "none";
  const { outcome, turnStatus, turnEndedAt } = row;
  const isOpen = reader
    .commands({ state: "open" }, { limit: 9, cursor: null })
    .rows.some(({ commandId }) => commandId === "c1");
  return [
    isOpen ? "open" : "closed",
    ...(outcome === null ? [] : [`${outcome.word}:${outcome.by}@${(outcome.at - AT) / 1_000}`]),
    ...(outcome?.turnId ? [`${outcome.turnId}:${turnStatus}`] : []),
    ...(turnEndedAt === null ? [] : [`@${(turnEndedAt - AT) / 1_000}`]),
  ].join(" ");
}

type Row = readonly [title: string, steps: readonly Step[], expected: string];
const rows: readonly Row[] = [
  ["an outcome without a decision is of nothing", [observed, succeeded()], "none"],
  ["accepted: its host has it", [observed, sent()], "open"],
  ["accepted for no host: the decision is the end", [observed, kept()], "closed"],
  ["refused", [observed, refused()], "closed"],
  ["a refused one has no outcome, whatever a host says", [observed, refused(), succeeded()], "closed"],
  ["one for no host has no outcome", [observed, kept(), succeeded(), overdue()], "closed"],
  [
    "what was accepted stays the command, whatever is refused under its id",
    [observed, sent(), refused()],
    "open",
  ],
  ["it is not accepted twice", [observed, sent(), failed(), sent()], "closed failed:host@2"],
  ["who was refused an id has not taken it", [observed, refused(), sent()], "open"],
  [
    "what its host says before it is accepted again is of nothing, and of it after",
    [observed, refused(), succeeded(), sent(), succeeded()],
    "closed succeeded:host@4 T1:inProgress",
  ],
  ["S1-089 succeeded", [observed, sent(), succeeded()], "closed succeeded:host@2 T1:inProgress"],
  ["failed", [observed, sent(), failed()], "closed failed:host@2"],
  ["expired", [observed, sent(), expired()], "closed expired:host@2"],
  ["collided", [observed, sent(), collided()], "closed collided:host@2 T1:inProgress"],
  ["unknown: the host may still find out", [observed, sent(), unknown()], "open unknown:host@2"],
  ["overdue: nobody knows until the host says", [observed, sent(), overdue()], "open unknown:policy@2"],
  ["overdue is said once", [observed, sent(), overdue(), overdue()], "open unknown:policy@2"],
  ["the host resolves what was overdue", [observed, sent(), overdue(), expired()], "closed expired:host@3"],
  [
    "the host's own not knowing is news after policy's",
    [observed, sent(), overdue(), unknown()],
    "open unknown:host@3",
  ],
  ["not knowing again is none", [observed, sent(), unknown(), unknown()], "open unknown:host@2"],
  [
    "policy's not having heard is none after it",
    [observed, sent(), unknown(), overdue()],
    "open unknown:host@2",
  ],
  [
    "unknown is resolved once",
    [observed, sent(), unknown(), succeeded(), failed()],
    "closed succeeded:host@3 T1:inProgress",
  ],
  ["the first end stays", [observed, sent(), failed(), succeeded(), expired()], "closed failed:host@2"],
  ["an end is not overdue", [observed, sent(), failed(), overdue()], "closed failed:host@2"],
  ["another host's word is nothing (S1-133)", [observed, sent(), by("stranger", succeeded())], "open"],
  ["ingest's word is nothing", [observed, sent(), by("ingest", succeeded())], "open"],
  [
    "the host's word in another session is nothing",
    [observed, sent(), inLane(otherLane, succeeded())],
    "open",
  ],
  ["nor in its own lane", [observed, sent(), inLane(hostLane(own), succeeded())], "open"],
  ["policy says no outcomes", [observed, sent(), by("policy", succeeded())], "open"],
  ["a host says nothing of deadlines", [observed, sent(), by("host", overdue())], "open"],
  ["a host accepts nothing", [observed, by("host", sent())], "none"],
  ["a host does not know of others' commands", [observed, sent(), succeeded("T1", "start", "c2")], "open"],
  [
    "the turn's end is told to it",
    [observed, sent(), turnStarted(), succeeded(), turnEnded()],
    "closed succeeded:host@3 T1:completed @4",
  ],
  [
    "also when the turn ended before the host said so",
    [observed, sent(), turnStarted(), turnEnded("T1", "interrupted"), succeeded()],
    "closed succeeded:host@4 T1:interrupted @3",
  ],
  [
    "the first end of a turn is its end",
    [observed, sent(), succeeded(), turnEnded("T1", "interrupted"), turnEnded()],
    "closed succeeded:host@2 T1:interrupted @3",
  ],
  [
    "another turn's end is not",
    [observed, sent(), succeeded(), turnEnded("T2")],
    "closed succeeded:host@2 T1:inProgress",
  ],
  [
    "another host ends no turn of it",
    [observed, sent(), succeeded(), by("stranger", turnEnded())],
    "closed succeeded:host@2 T1:inProgress",
  ],
  [
    "a turn that was steered ends for both",
    [observed, sent("c0"), succeeded("T1", "start", "c0"), sent(), succeeded("T1", "steer"), turnEnded()],
    "closed succeeded:host@4 T1:completed @5",
  ],
];

describe("a command", () => {
  test.each(rows)("%s", (_title, steps, expected) => {
    expect(believed(...steps)).toBe(expected);
  });

  test("S1-179 says who asked for what, what was decided, and where that is recorded", () => {
    expect(after(observed, sent()).command("c1")).toEqual({
      commandId: "c1",
      commandType: "session.send",
      principal: { kind: "claw", name: "claw-1", role: "claw", group: "default" },
      decision: "accepted",
      decidedAt: AT + 1_000,
      decidedPosition: 2,
      sessionId: "s1",
      spawnedSessionId: null,
      hostId: "host-a",
      endpointId: "main",
      act: { kind: "send", mode: "auto", expectedTurnId: null },
      token: { generation: 1, counter: 1 },
      deadlineAt: AT + 30_000,
      origin: { rootIds: ["c1"], hop: 0, path: [] },
      code: null,
      rule: null,
      facts: {},
      reason: null,
      text: "go on",
      cutLetters: 0,
      outcome: null,
      turnStatus: null,
      turnEndedAt: null,
    });
  });

  test("N1-042 a refusal says its code, its rule and the values that were seen", () => {
    expect(after(observed, refused()).command("c1")).toMatchObject({
      decision: "refused",
      sessionId: "s1",
      code: "lease_held",
      rule: "lease",
      facts: { holder: "claw-2" },
      act: null,
    });
  });

  test("a failure says what the host saw", () => {
    expect(after(observed, sent(), failed()).command("c1")?.outcome).toMatchObject({
      code: "stale_token",
      facts: { newest: 7 },
    });
  });

  test("long text is kept to its beginning, and says how much is missing", () => {
    const text = `${"x".repeat(MAX_COMMAND_LETTERS - 1)}😀 and more`;
    const row = after(observed, sent("c1", text)).command("c1");
    expect(row?.text).toHaveLength(MAX_COMMAND_LETTERS);
    expect(row?.text?.isWellFormed()).toBe(true);
    expect(row?.cutLetters).toBe(text.length - MAX_COMMAND_LETTERS);
  });

  test("the one that asks for a lease is for the session that the offer names", () => {
    expect(after(observed, acquired(), offered()).command("l1")).toMatchObject({
      sessionId: "s1",
      hostId: "host-a",
      act: null,
    });
    expect(after(observed, acquired(), by("host", offered())).command("l1")?.sessionId).toBeNull();
  });
});

describe("an id under which several were refused (DESIGN 14.8)", () => {
  const codes = fc.constantFrom("forbidden", "command_id_reused", "lease_held", "session_idle");
  const asked = fc.array(fc.tuple(codes, fc.constantFrom("mallory", "ada")), { minLength: 1, maxLength: 6 });
  const refusedTo = (code: string, name: string): Step =>
    refusedFor(code, { commandId: "c1", principal: { kind: "person", name, role: "viewer" } });

  test("is whoever's was accepted, in any order, and its session shows it", () => {
    fc.assert(
      fc.property(asked, fc.nat(6), (refusals, place) => {
        const steps = refusals.map(([code, name]) => refusedTo(code, name)).toSpliced(place, 0, sent());
        const reader = after(observed, ...steps);
        expect(reader.command("c1")).toMatchObject({ decision: "accepted", code: null, sessionId: "s1" });
        expect(reader.session("s1")?.lastCommand).toMatchObject({ commandId: "c1" });
      }),
    );
  });

  test("is the first that was refused it and might have asked", () => {
    fc.assert(
      fc.property(asked, (refusals) => {
        const owner =
          refusals.find(([code]) => code !== "forbidden" && code !== "command_id_reused") ??
          refusals.find(([code]) => code === "forbidden") ??
          refusals[0];
        const row = after(observed, ...refusals.map(([code, name]) => refusedTo(code, name))).command("c1");
        expect(row).toMatchObject({ code: owner?.[0], principal: { name: owner?.[1] } });
      }),
    );
  });
});

describe("its session", () => {
  const last = (...steps: readonly Step[]) => after(observed, ...steps).session("s1")?.lastCommand;

  test("shows the last command and what became of it", () => {
    expect(last()).toBeNull();
    const c1 = { commandId: "c1", commandType: "session.send", decidedAt: AT + 1_000 };
    expect(last(sent())).toEqual({ ...c1, outcome: null });
    expect(last(sent(), overdue())).toEqual({ ...c1, outcome: "unknown" });
    expect(last(sent(), overdue(), succeeded())).toEqual({ ...c1, outcome: "succeeded" });
    expect(last(sent(), by("stranger", succeeded()))).toEqual({ ...c1, outcome: null });
    expect(last(sent(), sent("c2"), failed())).toMatchObject({ commandId: "c2", outcome: null });
    expect(last(sent(), kept("c2"), refused("c3"))).toEqual({ ...c1, outcome: null });
  });

  test("lets go of a command when its turn ends, and remembers 64 at most", () => {
    const waiting = (...steps: readonly Step[]) => after(observed, ...steps).session("s1")?.turnCommands;
    expect(waiting(sent(), succeeded())).toEqual([{ turnId: "T1", commandId: "c1" }]);
    expect(waiting(sent(), succeeded(), turnEnded())).toEqual([]);
    expect(waiting(sent(), turnEnded(), succeeded())).toEqual([]);
    const many = Array.from({ length: 70 }, (_, n) => [sent(`c${n}`), succeeded(`T${n}`, "start", `c${n}`)]);
    expect(waiting(...many.flat())?.map(({ commandId }) => commandId)).toEqual(
      Array.from({ length: 64 }, (_, n) => `c${n + 6}`),
    );
  });

  test("N1-020 a mark is believed only of a command that was accepted for the session: what is copied is a person's", () => {
    const human = (clientId: string | null, ...steps: readonly Step[]) =>
      after(observed, ...steps, said(clientId)).session("s1")?.lastHumanMessageAt ?? null;
    expect(human("claw:c1", sent())).toBeNull();
    expect(human("claw:c1")).toBe(AT + 1_000);
    expect(human("claw:c1", refused())).toBe(AT + 2_000);
    expect(human("claw:c1", kept())).toBe(AT + 2_000);
    expect(human("claw:c1", sent("c1", "go on", { kind: "interrupt", expectedTurnId: "T1" }))).toBe(
      AT + 2_000,
    );
    expect(human(null)).toBe(AT + 1_000);
  });
});
