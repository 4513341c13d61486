/** Sessions that are asked for: where they are made, how large a tree grows, and what they are charged to (S1-008, S1-015, S1-104…S1-110, X1-001, X1-004). */
import type { HostId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { causeOf } from "../src/domain/cause.ts";
import type { House } from "../src/domain/house.ts";
import type { HostSight, SessionSight } from "../src/domain/sight.ts";
import { ancestorsOf, isChild, treeSize, treeUnder } from "../src/domain/spawned.ts";
import { AT, hostAdd, hostCordon, hostDrain, houseAfter, question } from "./given.ts";
import { bound, forest, inPersonsTurn, spawn } from "./given-spawns.ts";
import {
  active,
  ask,
  asSession,
  cid,
  claw,
  eventOf,
  grant,
  hostSight,
  houseWith,
  operator,
  send,
  session,
  setLimit,
  setSwitch,
  sid,
  sightOf,
  tid,
  turn,
  twoGroups,
} from "./given-writes.ts";

const byOperator = { principal: operator };
const verdictOf = (house: House, command: Parameters<typeof ask>[1], who: object) =>
  ask(house, command, { ...byOperator, ...who }).verdict;
const endpoint = (given: object = {}) => ({
  endpointId: "main" as never,
  isReady: true,
  isLocal: true,
  ...given,
});

describe("S1-104, S1-105: a spawn", () => {
  const sight = sightOf([]);
  it("names the host, the session, and what it is for; its first text is the body", () => {
    const command = spawn({ commandId: cid("task-1"), purpose: "tests", hostId: "h1" as never });
    const { verdict, events } = ask(twoGroups, command, { sight, ...byOperator });
    expect(verdict).toEqual({
      decision: "accepted",
      facts: { mode: "spawn", sessionId: "req-task-1", hostId: "h1", endpointId: "main" },
    });
    expect(events).toHaveLength(1);
    expect(eventOf(events, "command.accepted")).toMatchObject({
      data: {
        commandType: "session.spawn",
        hostId: "h1",
        origin: { rootIds: ["task-1"], hop: 0, path: [] },
        deadlineAt: AT + 60_000,
        instruction: {
          sessionId: "req-task-1",
          endpointId: "main",
          token: { generation: 1, counter: 1 },
          act: { kind: "spawn", workspace: "/srv/app", purpose: "tests", forkOf: null },
        },
      },
      body: { text: "do it" },
    });
  });

  const open = houseAfter(hostAdd("h1", "t1"), hostAdd("h2", "t2"), hostAdd("h3", "t3"));
  const cordoned = houseAfter(hostAdd("h1", "t1"), hostCordon("h1"));
  const draining = houseAfter(hostAdd("h1", "t1"), hostDrain("h1"));
  it.each([
    ["a host that nobody added", open, {}, { hostId: "h9" }, "host_unknown"],
    ["a silent one", open, { isSilent: true }, {}, "host_silent"],
    ["one that tells what it has", open, { isBehind: true }, {}, "host_catching_up"],
    ["a cordoned one", cordoned, {}, {}, "host_not_open"],
    ["a draining one", draining, {}, {}, "host_not_open"],
    ["an app-server it does not have", open, {}, { endpointId: "other" }, "endpoint_unknown"],
    [
      "an app-server that is down",
      open,
      { endpoints: [endpoint({ isReady: false })] },
      { endpointId: "main" },
      "endpoint_lost",
    ],
    ["no app-server that is ready", open, { endpoints: [] }, {}, "endpoint_lost"],
    [
      "an app-server elsewhere",
      open,
      { endpoints: [endpoint({ isLocal: false })] },
      {},
      "workspace_not_allowed",
    ],
    ["a host that gives no folder", open, { workspaceRoots: [] }, {}, "workspace_not_allowed"],
    ["a folder beside the root", open, {}, { workspace: "/srvx" }, "workspace_not_allowed"],
    ["a folder above the root", open, {}, { workspace: "/srv/../etc" }, "workspace_not_allowed"],
  ] as const)("on %s is refused", (_what, house, host, given, code) => {
    const seen = sightOf([], [hostSight("h1", host as Partial<HostSight>)]);
    const command = spawn({ hostId: "h1" as never, ...(given as object) });
    expect(verdictOf(house, command, { sight: seen })).toMatchObject({ rule: "place", code });
    expect(verdictOf(house, { ...command, hostId: null }, { sight: seen }).decision).toBe(
      house === open && !("workspace" in given) && !("endpointId" in given && given.endpointId === "other")
        ? "accepted"
        : "refused",
    );
  });

  it("of a house where no host will do says why each will not", () => {
    const seen = sightOf([], [hostSight("h1", { isSilent: true }), hostSight("h2", { workspaceRoots: [] })]);
    expect(verdictOf(open, spawn({ workspace: "/opt" }), { sight: seen })).toMatchObject({
      code: "no_host",
      facts: { workspace: "/opt", hosts: 3, host_silent: 1, workspace_not_allowed: 2 },
    });
  });

  it("goes where the fewest spawned sessions are at work, those on their way counted", () => {
    const work = (id: string, host: string) =>
      ({ ...active(id, "T1"), spawnId: cid(id), hostId: host as HostId }) satisfies SessionSight;
    const rows = [work("a", "h1"), work("b", "h1"), work("c", "h2")];
    let house: House = open;
    const chosen: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const command = spawn();
      const { verdict, after } = ask(house, command, {
        sight: sightOf(rows),
        principal: { ...operator, name: `person ${n}` },
      });
      if (verdict.decision === "accepted") chosen.push(String(verdict.facts?.["hostId"]));
      house = after;
    }
    // h3 has none, then as many as h2, and so on; among equals the first by name.
    expect(chosen).toEqual(["h3", "h2", "h3", "h1", "h2", "h3"]);
  });
  it("among equals the caller's own host, and only hosts of its group", () => {
    const rows = [inPersonsTurn("a", { hostId: "h2" as never })];
    const three = houseWith(open, sightOf([]), [grant("spawn"), {}]);
    expect(verdictOf(three, spawn(), { sight: sightOf(rows), ...asSession("a") })).toMatchObject({
      facts: { hostId: "h2" },
    });
    expect(verdictOf(twoGroups, spawn(), { sight: sightOf(rows), ...asSession("a") })).toMatchObject({
      facts: { hostId: "h2" },
    });
    expect(verdictOf(twoGroups, spawn(), { sight, principal: claw("dora", "night") })).toMatchObject({
      facts: { hostId: "h2" },
    });
    const elsewhere = spawn({ hostId: "h1" as never });
    expect(verdictOf(twoGroups, elsewhere, { sight, principal: claw("dora", "night") })).toMatchObject({
      code: "forbidden",
      facts: { relation: "other" },
    });
  });
  it("skips hosts that are halted", () => {
    const halted = houseWith(open, sight, [setSwitch("host", "h1"), {}], [setSwitch("host", "h2"), {}]);
    expect(verdictOf(halted, spawn(), { sight })).toMatchObject({ facts: { hostId: "h3" } });
    expect(verdictOf(halted, spawn({ hostId: "h1" as never }), { sight })).toMatchObject({ code: "halted" });
  });
  it("of a full host is told to wait; one more host takes it", () => {
    const full = houseWith(open, sight, [setLimit("host_spawns", 1), {}]);
    const rows = [{ ...active("a", "T1"), spawnId: cid("a") }];
    expect(verdictOf(full, spawn({ hostId: "h1" as never }), { sight: sightOf(rows) })).toMatchObject({
      code: "rate_limited",
      rule: "place",
      facts: { limit: "host_spawns", value: 1, hostId: "h1", retryAfterMs: 10_000 },
    });
    expect(verdictOf(full, spawn(), { sight: sightOf(rows) })).toMatchObject({ facts: { hostId: "h2" } });
    const none = houseWith(full, sight, [setLimit("host_spawns", 0), {}]);
    // As for every rate of 0: there is no time to wait.
    expect(verdictOf(none, spawn(), { sight: sightOf(rows) })).toMatchObject({
      code: "rate_limited",
      facts: { limit: "host_spawns", value: 0, hostId: "h1", retryAfterMs: null },
    });
  });
});

describe("X1-001, X1-004: the tree of sessions", () => {
  const { house, sight, rows } = forest(twoGroups, [0, 0, 1, 1, 3]);
  it("is what policy accepted, tied to threads by what their hosts say", () => {
    expect(isChild(house, sight, sid("s0"), sid("s1"))).toBe(true);
    expect(isChild(house, sight, sid("s0"), sid("s3"))).toBe(false);
    expect(ancestorsOf(house, sight, sid("s5"))).toEqual(["s3", "s1", "s0"]);
    expect(treeUnder(house, sight, sid("s1")).map(({ id }) => id)).toEqual(["s1", "s3", "s4", "s5"]);
    expect(treeSize(house, sight, sid("s5"))).toBe(5);
  });
  it("does not count what never came to be, or was put away", () => {
    const failed = { commandId: cid("spawn-s2"), outcome: "failed", turnId: null } as const;
    const seen = sightOf(
      rows
        .filter(({ sessionId }) => sessionId !== "s2")
        .map((row) =>
          row.sessionId === "req-spawn-s2" ? { ...row, boundTo: null, outcomes: [failed] } : row,
        )
        .map((row) => (row.sessionId === "s4" ? { ...row, isClosed: true } : row)),
    );
    expect(treeSize(house, seen, sid("s0"))).toBe(3);
  });
  it("takes no more than tree_sessions, whoever of it asks", () => {
    const limited = houseWith(house, sight, [setLimit("tree_sessions", 5), {}]);
    const at = AT + 20_000_000;
    for (const by of ["s0", "s4"]) {
      const seen = sightOf(
        rows.map((row) =>
          row.sessionId === by ? { ...row, turns: [turn("T99", { hasPerson: true })] } : row,
        ),
      );
      expect(verdictOf(limited, spawn(), { sight: seen, at, ...asSession(by) })).toMatchObject({
        rule: "tree size",
        code: "tree_full",
        facts: { limit: 5, value: 5, rootSessionId: "s0" },
      });
    }
    expect(verdictOf(limited, spawn(), { sight, at }).decision).toBe("accepted");
    const more = houseWith(limited, sight, [setLimit("tree_sessions", 6), {}]);
    const seen = sightOf([
      ...rows.filter(({ sessionId }) => sessionId !== "s4"),
      inPersonsTurn("s4", { spawnId: cid("spawn-s4") }),
    ]);
    expect(verdictOf(more, spawn(), { sight: seen, at, ...asSession("s4") }).decision).toBe("accepted");
  });
  it("is remembered for 30 days, longer than its commands", () => {
    const later = ask(house, setLimit("hops", 4), { at: AT + 29 * 86_400_000 }).after;
    expect([later.spawns.size, later.commands.size]).toEqual([5, 0]);
    const gone = ask(house, setLimit("hops", 4), { at: AT + 32 * 86_400_000 }).after;
    expect([gone.spawns.size, gone.children.size]).toEqual([0, 0]);
  });
  it("admits no spawn below a session that is halted", () => {
    const halted = houseWith(house, sight, [setSwitch("session", "s1"), {}]);
    const at = AT + 20_000_000;
    const seen = sightOf(rows.map((row) => ({ ...row, turns: [turn("T99", { hasPerson: true })] })));
    for (const by of ["s1", "s3", "s5"])
      expect(verdictOf(halted, spawn(), { sight: seen, at, ...asSession(by) })).toMatchObject({
        code: "halted",
      });
    for (const by of ["s0", "s2"])
      expect(verdictOf(halted, spawn(), { sight: seen, at, ...asSession(by) }).decision).toBe("accepted");
  });
  it("a halt of the name under which it was asked for holds for its thread", () => {
    const halted = houseWith(house, sight, [setSwitch("session", "req-spawn-s2"), {}]);
    expect(verdictOf(halted, send("s2"), { sight, at: AT + 20_000_000 })).toMatchObject({
      code: "halted",
      facts: { scope: "session", id: "req-spawn-s2" },
    });
  });
});

describe("S1-031: what a spawn is charged to", () => {
  const rows = [inPersonsTurn("a")];
  const once = (house: House, at: number, who: object = asSession("a")) =>
    ask(house, spawn(), { sight: sightOf(rows), at, ...who });
  it("four at once and ten a minute, of each caller", () => {
    let house: House = twoGroups;
    for (const expected of ["accepted", "accepted", "accepted", "accepted", "refused"]) {
      const { verdict, after } = once(house, AT, { principal: claw() });
      expect(verdict.decision).toBe(expected);
      house = after;
    }
    expect(once(house, AT, { principal: claw() }).verdict).toMatchObject({
      code: "rate_limited",
      facts: { limit: "spawn_rate", retryAfterMs: 6_000 },
    });
    expect(once(house, AT, { principal: claw("emil") }).verdict.decision).toBe("accepted");
    expect(once(house, AT + 6_000, { principal: claw() }).verdict.decision).toBe("accepted");
  });
  it("a command and a turn of its cause, which ends", () => {
    const limited = houseWith(twoGroups, sightOf([]), [setLimit("root_turns", 2), {}]);
    let house = limited;
    for (let n = 0; n < 2; n += 1) house = once(house, AT + n * 60_000).after;
    expect(house.roots.get("turn:a/T0")).toMatchObject({
      starts: 2,
      commandIds: [{}, {}].map(() => expect.any(String)),
    });
    expect(once(house, AT + 120_000).verdict).toMatchObject({
      code: "budget_spent",
      facts: { limit: "root_turns", rootId: "turn:a/T0" },
    });
  });
  it("the tokens of its thread are its cause's", () => {
    const { verdict, events, after } = once(twoGroups, AT);
    expect(verdict.decision).toBe("accepted");
    const { commandId } = eventOf(events, "command.accepted").data;
    const [thread, asked] = bound("t1", commandId, {
      turns: [turn("T1", { commandIds: [commandId], tokens: 3_000_000 })],
    });
    const seen = sightOf([...rows, thread as never, asked as never]);
    expect(ask(after, spawn(), { sight: seen, at: AT + 60_000, ...asSession("a") }).verdict).toMatchObject({
      code: "budget_spent",
      facts: { limit: "root_tokens", value: 3_000_000 },
    });
  });
  it("is no further than a cause may go", () => {
    const { house, rows: all } = forest(twoGroups, [0]);
    const limited = houseWith(house, sightOf([]), [setLimit("hops", 0), {}]);
    const seen = sightOf(
      all.map((row) =>
        row.sessionId === "s1" ? { ...row, turns: [turn("T1", { commandIds: [cid("spawn-s1")] })] } : row,
      ),
    );
    expect(
      ask(limited, spawn(), { sight: seen, at: AT + 600_000, ...asSession("s1") }).verdict,
    ).toMatchObject({
      code: "too_many_hops",
      facts: { hop: 1, limit: 0 },
    });
  });
});

describe("S1-133: the cause of what a spawned session asks for", () => {
  const { house, rows } = forest(twoGroups, [0]);
  const origin = { rootIds: ["turn:s0/T0"], hop: 1, path: ["s0", "s1"] };
  const causeIn = (turns: SessionSight["turns"], outcomes: SessionSight["outcomes"] = []) => {
    const seen = sightOf(
      rows.map((row) => {
        if (row.sessionId === "s1") return { ...row, turns };
        return row.sessionId === "req-spawn-s1" ? { ...row, outcomes } : row;
      }),
    );
    return causeOf(house, question(send("x"), { sight: seen, at: AT + 1_000, ...asSession("s1") })).origin;
  };
  it("is the spawn, by the mark of its first message", () => {
    expect(causeIn([turn("T1", { commandIds: [cid("spawn-s1")] })])).toEqual(origin);
  });
  it("is the spawn also while its first message was not seen, until the host has told the end of the spawn", () => {
    expect(causeIn([turn("T1")])).toEqual(origin);
    const done = { commandId: cid("spawn-s1"), outcome: "succeeded", turnId: tid("T1") } as const;
    expect(causeIn([turn("T2", { hasPerson: true })], [done])).toEqual({
      rootIds: ["turn:s1/T2"],
      hop: 0,
      path: ["s1"],
    });
  });
  it("an answer to a question passes nothing on", () => {
    const known = house.commands.get(cid("spawn-s1"));
    const answer = { ...known, commandId: cid("auto"), kind: "answer", sessionId: sid("s1") } as never;
    const more = { ...house, commands: house.commands.set(cid("auto"), answer) };
    const seen = sightOf([
      session("s1", { turns: [turn("T2", { hasPerson: true, commandIds: [cid("auto")] })] }),
    ]);
    expect(causeOf(more, question(send("x"), { sight: seen, ...asSession("s1") })).origin).toEqual({
      rootIds: ["turn:s1/T2"],
      hop: 0,
      path: ["s1"],
    });
  });
});
