/** Where a command comes from, and what ends a chain of causes (N1-028, S1-133, S1-134, S1-168). */
import { type CommandId, MAX_PATH, MAX_ROOTS, Origin, type SessionId, type TurnId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { type Cause, causeOf, turnRoot } from "../src/domain/cause.ts";
import type { House, KnownCommand } from "../src/domain/house.ts";
import type { Sight } from "../src/domain/sight.ts";
import { AT, question } from "./given.ts";
import {
  active,
  ask,
  asSession,
  cid,
  claw,
  eventOf,
  houseWith,
  operator,
  send,
  session,
  setLimit,
  sid,
  sightOf,
  turn,
  twoGroups,
} from "./given-writes.ts";

const known = (id: string, to: string, origin: Partial<KnownCommand["origin"]> = {}): KnownCommand => ({
  commandId: cid(id),
  sessionId: sid(to),
  hostId: "h1" as never,
  origin: { rootIds: [id], hop: 0, path: [], ...origin },
  kind: "send",
  token: { generation: 1, counter: 1 },
  at: AT,
  deadlineAt: AT + 30_000,
  isOverdue: false,
});
const houseOf = (...commands: readonly KnownCommand[]): House => ({
  ...twoGroups,
  commands: commands.reduce((all, one) => all.set(one.commandId, one), twoGroups.commands),
});
const ids = (...names: readonly string[]): readonly CommandId[] => names.map((name) => cid(name));
const cause = (house: House, sight: Sight, who: object): Cause =>
  causeOf(house, question(send("target"), { sight, ...who }));

describe("S1-133: the origin of a command", () => {
  it("of a person or a Claw is the command itself", () => {
    for (const principal of [operator, claw()]) {
      const command = send("s1");
      const { origin } = causeOf(twoGroups, question(command, { principal }));
      expect(origin).toEqual({ rootIds: [command.commandId], hop: 0, path: [] });
    }
  });

  it("of a session in a turn that a person started is that turn", () => {
    const sight = sightOf([active("a", "T1", { hasPerson: true })]);
    expect(cause(twoGroups, sight, asSession("a", "T1")).origin).toEqual({
      rootIds: ["turn:a/T1"],
      hop: 0,
      path: ["a"],
    });
  });

  it("of a session in a turn of ours: the longest way plus one, all roots, all sessions on the way and the caller", () => {
    const house = houseOf(
      known("c1", "a", { rootIds: ["r1", "r2"], hop: 2, path: [sid("x"), sid("y")] }),
      known("c2", "a", { rootIds: ["r2", "r3"], hop: 1, path: [sid("z")] }),
    );
    const sight = sightOf([active("a", "T1", { commandIds: ids("c1", "c2"), hasPerson: true })]);
    expect(cause(house, sight, asSession("a", "T1")).origin).toEqual({
      rootIds: ["r1", "r2", "r3"],
      hop: 3,
      path: ["x", "y", "z", "a"],
    });
  });

  it("a mark of another session's command was copied, and counts for nothing", () => {
    const sight = sightOf([active("a", "T1", { commandIds: ids("c1") })]);
    const { origin } = cause(houseOf(known("c1", "elsewhere")), sight, asSession("a", "T1"));
    expect(origin).toMatchObject({ rootIds: ["turn:a/T1"], hop: 0 });
  });

  it("a command that is older than causes are kept refuses: what came of it is not begun anew", () => {
    const sight = sightOf([active("a", "T1", { commandIds: ids("forgotten") })]);
    expect(ask(twoGroups, send("b"), { sight, ...asSession("a") }).verdict).toMatchObject({
      rule: "known cause",
      code: "budget_spent",
      facts: { limit: "root_wall_ms", rootId: "forgotten" },
    });
  });

  it("a turn id of Codex that is too long for a name still names a root", () => {
    const root = turnRoot("a" as SessionId, "T".repeat(128) as TurnId);
    expect(Origin.safeParse({ rootIds: [root], hop: 0, path: [] }).success).toBe(true);
    expect(turnRoot("a" as SessionId, "T1" as TurnId)).not.toBe(turnRoot("b" as SessionId, "T1" as TurnId));
    expect(root).not.toBe(turnRoot("a" as SessionId, "T".repeat(127) as TurnId));
  });
});

describe("turns that are forged, left out, or over", () => {
  const house = houseOf(known("c1", "a", { hop: 3 }), known("c2", "a", { hop: 1 }));
  const turns = [
    turn("T0", { hasPerson: true, isOver: true }),
    turn("T1", { commandIds: ids("c1"), isOver: true }),
    turn("T2", { commandIds: ids("c2") }),
  ];
  const sight = sightOf([session("a", { activity: "active", activeTurnId: "T2" as TurnId, turns })]);
  it.each([
    ["left out", null, 2, ["c2"]],
    ["a person's, and over", "T0", 2, ["c2"]],
    ["an older one of ours, which adds its cause", "T1", 4, ["c1", "c2"]],
    ["the active one", "T2", 2, ["c2"]],
  ])("%s", (_what, turnId, hop, rootIds) =>
    expect(cause(house, sight, asSession("a", turnId)).origin).toMatchObject({ hop, rootIds }),
  );

  it("with no active turn a call counts as made in the last known one", () => {
    const idle = sightOf([session("a", { turns: turns.map((one) => ({ ...one, isOver: true })) })]);
    expect(cause(house, idle, asSession("a", "T0")).origin).toMatchObject({ hop: 2, rootIds: ["c2"] });
  });

  it.each([
    ["DESIGN 14.13 a turn that never appeared", sight, asSession("a", "T9")],
    ["a session without any turn", sightOf([session("a")]), asSession("a", "T1")],
    ["a session that nobody saw", sightOf([]), asSession("a", "T1")],
    [
      "a session whose channel does not say which one it is",
      sightOf([session("a")]),
      { ...asSession("a"), via: null },
    ],
  ])("%s is refused turn_unknown", (_what, seen, who) => {
    expect(cause(twoGroups, seen, who).refusal).toMatchObject({ code: "turn_unknown" });
    const { verdict } = ask(twoGroups, send("nobody"), { sight: seen, ...who });
    expect(verdict).toMatchObject({ decision: "refused", rule: "known cause", code: "turn_unknown" });
  });

  it("a send that is on its way counts, although nobody saw it arrive", () => {
    const idle = [session("a", { turns: [turn("T1", { hasPerson: true })] }), session("b")];
    const first = send("a");
    const sent = houseWith(twoGroups, sightOf(idle), [first, { principal: operator }]);
    const { origin } = cause(sent, sightOf(idle), asSession("a", "T1"));
    expect(origin).toMatchObject({ rootIds: [first.commandId], hop: 1 });
    const failed = { commandId: first.commandId, outcome: "failed", turnId: null } as const;
    const seen = sightOf([session("a", { turns: [turn("T1")], outcomes: [failed] })]);
    expect(cause(sent, seen, asSession("a", "T1")).origin).toMatchObject({ rootIds: ["turn:a/T1"], hop: 0 });
  });
});

describe("chains", () => {
  it("MAX_ROOTS roots may flow together, and no more", () => {
    const names = Array.from({ length: MAX_ROOTS + 1 }, (_, index) => `c${index}`);
    const house = houseOf(...names.map((name) => known(name, "a")));
    const inTurn = (some: readonly string[]) => sightOf([active("a", "T1", { commandIds: ids(...some) })]);
    expect(cause(house, inTurn(names.slice(1)), asSession("a")).origin?.rootIds).toHaveLength(MAX_ROOTS);
    const { refusal } = cause(house, inTurn(names), asSession("a"));
    expect(refusal).toMatchObject({ code: "chain_too_wide", facts: { what: "roots", limit: MAX_ROOTS } });
  });
  it("MAX_PATH sessions may lie on the way, and no more", () => {
    const path = (length: number) => Array.from({ length }, (_, index) => `p${index}` as SessionId);
    const sight = sightOf([active("a", "T1", { commandIds: ids("c1") })]);
    const along = (length: number) =>
      cause(houseOf(known("c1", "a", { path: path(length) })), sight, asSession("a"));
    expect(along(MAX_PATH - 1).origin?.path).toHaveLength(MAX_PATH);
    expect(along(MAX_PATH).refusal).toMatchObject({ code: "chain_too_wide", facts: { what: "path" } });
  });

  const calling = (origin: Partial<KnownCommand["origin"]>) => {
    const sight = sightOf([active("a", "T1", { commandIds: ids("c1") }), session("b"), session("c")]);
    return { house: houseOf(known("c1", "a", origin)), sight, ...asSession("a", "T1") };
  };
  it("S1-134: a session does not send to itself", () => {
    const { house, ...who } = calling({});
    const { verdict } = ask(house, send("a"), who);
    expect(verdict).toMatchObject({ rule: "self-echo", code: "self_echo" });
  });
  it("DESIGN 14.13: nor to one in its own chain", () => {
    const { house, ...who } = calling({ path: [sid("b")] });
    expect(ask(house, send("b"), who).verdict).toMatchObject({ rule: "cycle", code: "cycle" });
    expect(ask(house, send("c"), who).verdict.decision).toBe("accepted");
  });
  it("S1-168: a cause is passed on four times", () => {
    const third = calling({ hop: 3 });
    const fourth = calling({ hop: 4 });
    expect(ask(third.house, send("b"), third).verdict.decision).toBe("accepted");
    expect(ask(fourth.house, send("b"), fourth).verdict).toMatchObject({
      rule: "hops",
      code: "too_many_hops",
      facts: { hop: 5, limit: 4, rootId: "c1" },
    });
    const wider = houseWith(fourth.house, fourth.sight, [setLimit("hops", 5), {}]);
    expect(ask(wider, send("b"), fourth).verdict.decision).toBe("accepted");
  });
  it("N1-028: an edge is used twice for one cause, however much time goes by", () => {
    const { house, ...who } = calling({});
    let current = house;
    const codes = [0, 60_000, 120_000].map((ms) => {
      const at = AT + ms;
      const done = { deadlineMs: 1_000 };
      const { verdict, after } = ask(current, send("b", done), { ...who, at });
      current = after;
      return verdict.decision === "accepted" ? "accepted" : verdict.code;
    });
    expect(codes).toEqual(["accepted", "accepted", "edge_repeats"]);
  });
  it("an accepted command says what caused it", () => {
    const { house, ...who } = calling({ rootIds: ["r1"], hop: 1, path: [sid("x")] });
    const { events } = ask(house, send("b"), who);
    expect(eventOf(events, "command.accepted").data.origin).toEqual({
      rootIds: ["r1"],
      hop: 2,
      path: ["x", "a"],
    });
  });
});

it("N1-028 a cause is not lost when its host is late with the outcome, however overdue the command is", () => {
  const before = session("b", { turns: [turn("T1", { hasPerson: true, isOver: true })] });
  const caller = active("a", "T0", { hasPerson: true });
  const asked = ask(twoGroups, send("b"), {
    sight: sightOf([before, caller]),
    at: AT,
    ...asSession("a", "T0"),
  });
  const late = { sight: sightOf([before, session("a"), session("c")]), at: AT + 300_000 };
  const { origin } = causeOf(asked.after, question(send("c"), { ...late, ...asSession("b") }));
  expect(origin).toMatchObject({ rootIds: ["turn:a/T0"], hop: 1, path: ["a", "b"] });
});
