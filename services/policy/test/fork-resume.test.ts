/** Threads with another's history, threads that are put back into memory, and the names of sessions that were asked for (S1-162, DESIGN 14.16). */
import { describe, expect, it } from "vitest";
import type { House } from "../src/domain/house.ts";
import { AT } from "./given.ts";
import { bound, forest, fork, resume, spawn } from "./given-spawns.ts";
import {
  ask,
  asSession,
  cid,
  eventOf,
  houseWith,
  interrupt,
  operator,
  send,
  session,
  setSwitch,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const byOperator = { principal: operator };
const verdictOf = (house: House, command: Parameters<typeof ask>[1], who: object) =>
  ask(house, command, { ...byOperator, ...who }).verdict;

describe("fork and resume (S1-162)", () => {
  const row = session("a", { workspace: "/srv/app", activity: "notLoaded" });
  it("a fork goes to the other's host, app-server and folder, with its history", () => {
    const { events, verdict } = ask(twoGroups, fork("a", { commandId: cid("f1") }), {
      sight: sightOf([row]),
      ...byOperator,
    });
    expect(verdict).toMatchObject({ facts: { mode: "spawn", sessionId: "req-f1", hostId: "h1" } });
    expect(eventOf(events, "command.accepted").data.instruction).toMatchObject({
      sessionId: "req-f1",
      act: { kind: "spawn", workspace: "/srv/app", forkOf: "a" },
    });
  });
  it.each([
    ["of a folder that nobody knows", { workspace: null }, "workspace_missing"],
    ["of a folder that its host does not give", { workspace: "/home" }, "workspace_not_allowed"],
    ["of an archived session", { isClosed: true }, "session_closed"],
    ["of one whose server is away", { isLost: true }, "endpoint_lost"],
  ])("a fork %s is refused", (_what, given, code) =>
    expect(verdictOf(twoGroups, fork("a"), { sight: sightOf([{ ...row, ...given }]) })).toMatchObject({
      code,
    }),
  );
  it("a session forks itself and its children, and nobody else", () => {
    const { house, rows } = forest(twoGroups, [0], { workspace: "/srv/app" });
    const seen = sightOf([...rows.map((one) => ({ ...one, workspace: "/srv/app" })), row]);
    const by = (of: string) =>
      verdictOf(house, fork(of), { sight: seen, at: AT + 600_000, ...asSession("s0") });
    expect(by("s0").decision).toBe("accepted");
    expect(by("s1").decision).toBe("accepted");
    expect(by("a")).toMatchObject({ code: "forbidden", facts: { relation: "group" } });
  });
  it("a resume fences nobody off, and may be asked of what is in memory", () => {
    const held = houseWith(twoGroups, sightOf([row]), [send("a"), byOperator]);
    for (const activity of ["notLoaded", "idle"]) {
      const done = {
        commandId: [...held.commands.values()][0]?.commandId ?? cid(""),
        outcome: "succeeded",
        turnId: null,
      } as const;
      const seen = sightOf([{ ...row, activity, outcomes: [done] }]);
      const { events, verdict } = ask(held, resume("a"), { sight: seen, ...byOperator });
      expect(verdict).toMatchObject({ decision: "accepted", facts: { mode: "resume" } });
      expect(eventOf(events, "command.accepted").data.instruction).toMatchObject({
        token: { generation: 1, counter: 1 },
        act: { kind: "resume" },
      });
    }
  });
  it("nothing is resumed or forked under a halt", () => {
    const halted = houseWith(twoGroups, sightOf([]), [setSwitch("session", "a"), {}]);
    for (const command of [resume("a"), fork("a")])
      expect(verdictOf(halted, command, { sight: sightOf([row]) })).toMatchObject({ code: "halted" });
  });
});

describe("DESIGN 14.16: the name under which a session was asked for", () => {
  it("means its thread, once it has one", () => {
    const seen = sightOf(bound("t1", "task-1", { turns: [] }));
    const { events } = ask(twoGroups, send("req-task-1"), { sight: seen, ...byOperator });
    expect(eventOf(events, "command.accepted").data.instruction?.sessionId).toBe("t1");
    expect(verdictOf(twoGroups, send("req-task-1"), { sight: seen, ...asSession("t1") })).toMatchObject({
      code: "self_echo",
    });
  });
  it("has its first turn before anybody else starts one", () => {
    const { house, rows } = forest(twoGroups, [0]);
    const notDone = rows.map((row) => (row.boundTo === null ? row : { ...row, outcomes: [] }));
    expect(verdictOf(house, send("s1"), { sight: sightOf(notDone), at: AT + 1_000 })).toMatchObject({
      code: "command_outstanding",
      facts: { commandId: "spawn-s1", sessionId: "s1" },
    });
    expect(verdictOf(house, send("s1"), { sight: sightOf(rows), at: AT + 1_000 }).decision).toBe("accepted");
  });
  it("is outstanding until then, and nobody when it never came to be", () => {
    const command = spawn({ commandId: cid("task-1") });
    const house = houseWith(twoGroups, sightOf([]), [command, byOperator]);
    for (const rows of [[], [session("req-task-1", { spawnId: cid("task-1") })]])
      for (const write of [send("req-task-1"), interrupt("req-task-1"), resume("req-task-1")])
        expect(verdictOf(house, write, { sight: sightOf(rows), at: AT + 1_000 })).toMatchObject({
          code: "command_outstanding",
          facts: { commandId: "task-1", retryAfterMs: 64_000 },
        });
    const failed = { commandId: cid("task-1"), outcome: "failed", turnId: null } as const;
    const rows = [session("req-task-1", { spawnId: cid("task-1"), outcomes: [failed] })];
    expect(verdictOf(house, send("req-task-1"), { sight: sightOf(rows) })).toMatchObject({
      code: "session_unknown",
    });
    expect(verdictOf(twoGroups, send("req-other"), { sight: sightOf([]) })).toMatchObject({
      code: "session_unknown",
    });
  });
  it("S1-015: asked again under the same id is one session", () => {
    const command = spawn({ commandId: cid("task-1") });
    const { events, verdict } = ask(twoGroups, command, { sight: sightOf([]), ...byOperator });
    const { digest, principal } = eventOf(events, "command.accepted").data;
    const again = ask(twoGroups, command, { earlier: { digest, principal, verdict }, ...byOperator });
    expect(again).toMatchObject({ verdict, events: [] });
  });
});
