/** What each command of the registry becomes, who may ask for it, and what else it needs (ADR 0014). */
import { type Command, type CommandType, type EndpointId, kindOf, Role } from "@claw/events";
import { describe, expect, it } from "vitest";
import { GLASS_MS } from "../src/domain/effects-registry.ts";
import type { House } from "../src/domain/house.ts";
import { factsOf } from "../src/domain/recalled.ts";
import type { EndpointSight, Sight } from "../src/domain/sight.ts";
import { AT, hostAdd, houseAfter, principalOf, tokenCreate, tokenRevoke, typesOf } from "./given.ts";
import {
  assign,
  breakGlass,
  checkpointRegister,
  egressRegister,
  gateway,
  ownerMap,
  person,
  recordArchive,
  recordArchiveDeleted,
  recordSignIn,
  recordSignOut,
  runtimeRegister,
  runtimeUpdate,
  share,
  snooze,
} from "./given-registry.ts";
import { bound, inPersonsTurn, spawn } from "./given-spawns.ts";
import {
  ask,
  asSession,
  cid,
  claw,
  eventOf,
  hostSight,
  houseWith,
  operator,
  session,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const sight = sightOf([session("s1"), inPersonsTurn("s2")]);
const house = houseWith(twoGroups, sight, [runtimeRegister("run-1"), {}]);

/** Each command, what it becomes, and every role that may ask for it; `house` is what only the house itself tells. */
const cases: readonly (readonly [command: Command, fact: string, roles: string])[] = [
  [runtimeRegister("run-2"), "runtime.registered", "admin operator"],
  [runtimeUpdate("run-1", 1, { status: "attached" }), "runtime.updated", "admin operator"],
  [egressRegister(), "egress.registered", "admin operator"],
  [checkpointRegister("s1"), "checkpoint.registered", "admin operator"],
  [ownerMap("h1", "svc", "alice"), "owner.mapped", "admin"],
  [recordArchive("s1"), "archive.finalised", "house"],
  [recordArchiveDeleted("s1"), "archive.deleted", "house"],
  [recordSignIn(), "signin.opened", "house"],
  [recordSignOut(), "signin.closed", "house"],
  [share("the viewer", { scope: "owner" }), "share.granted", "admin viewer"],
  [breakGlass("s1"), "glass.broken", "admin"],
  [snooze(), "attention.snoozed", "admin operator claw"],
  [assign(), "attention.assigned", "admin operator claw"],
];

describe("role by command", () => {
  const whoIs = (role: Role) => {
    if (role === "session") return asSession("s2");
    return { principal: role === "claw" ? claw() : principalOf(role) };
  };
  for (const [command, fact, roles] of cases)
    for (const role of [...Role.options, "house" as const]) {
      const isIn = role === "house" || roles.split(" ").includes(role);
      it(`${role} · ${command.type} → ${isIn ? fact : "refused"}`, () => {
        const who = role === "house" ? { principal: gateway } : whoIs(role);
        const { verdict, events } = ask(house, command, { sight, ...who });
        if (isIn) {
          expect(verdict.decision).toBe("accepted");
          expect(typesOf(events)).toEqual(["command.accepted", fact]);
        } else {
          expect(verdict).toMatchObject({ decision: "refused" });
          expect(["forbidden", "not_the_owner"]).toContain("code" in verdict ? verdict.code : "");
          expect(typesOf(events)).toEqual(["command.refused"]);
        }
      });
    }
  it("every command of the registry is among them", () => {
    const types: readonly CommandType[] = cases.map(([{ type }]) => type);
    expect(new Set(types).size).toBe(13);
  });
});

describe("what it becomes", () => {
  const factOf = (command: Command, principal = gateway) =>
    ask(house, command, { sight, principal }).events[1];
  it("has the shape that the catalogue says, and all of the command's own fields", () => {
    for (const [command] of cases) {
      const fact = factOf(command);
      const kind = kindOf(fact?.type ?? "");
      expect(kind?.data.parse(fact?.data), command.type).toEqual(fact?.data);
      expect(fact).toMatchObject({ at: AT, body: null });
      const { type: _type, commandId: _commandId, ...said } = command;
      const own = { ...("target" in said ? { ...said, ...said.target, target: undefined } : said) };
      for (const [field, value] of Object.entries(own))
        if (value !== undefined && field !== "revision")
          expect(fact?.data, `${command.type} ${field}`).toHaveProperty(field, value);
    }
  });
  it("F1-092 of an egress policy, keys and values are those of the schema and no others", () =>
    expect(Object.keys(factOf(egressRegister())?.data ?? {}).sort()).toEqual([
      "aliases",
      "allowedHosts",
      "githubCredentialSource",
      "githubRepo",
      "hasGithubRepoNodeId",
      "hasGithubToken",
      "hasOpenaiOrg",
      "openaiBaseUrlHost",
      "owner",
      "sandboxId",
      "sessionId",
    ]));
  it("names who did it", () => {
    const dora = claw();
    expect(factOf(snooze(), dora)?.data).toMatchObject({ by: "dora", until: AT + 60_000 });
    expect(factOf(assign(), operator)?.data).toMatchObject({ by: "the operator", to: "alice" });
    expect(factOf(share("s1"), principalOf("admin"))?.data).toMatchObject({ by: "the admin", to: "bob" });
  });
  it("an archive is of when it was finalised", () =>
    expect(factOf(recordArchive("s1"))?.data).toMatchObject({ archivedAt: AT }));
  it("DESIGN 14.20 the glass is broken for an hour, and whoever broke it is told until when", () => {
    const { events } = ask(house, breakGlass("s1"), { sight });
    expect(eventOf(events, "glass.broken").data).toEqual({
      sessionId: "s1",
      by: "the admin",
      until: AT + GLASS_MS,
      reason: "an incident",
    });
    expect(GLASS_MS).toBe(3_600_000);
    expect(factsOf(events)).toEqual({ until: AT + GLASS_MS });
  });
  it("who changes a runtime is told its revision, for the next change", () => {
    expect(factsOf(ask(house, runtimeRegister("run-9"), { sight }).events)).toEqual({ revision: 1 });
    expect(factsOf(ask(house, runtimeUpdate("run-1", 1), { sight }).events)).toEqual({ revision: 2 });
  });
  it("a session that has its thread is meant by either of its names", () => {
    const seen = sightOf(bound("t1", "task-1"));
    const asked = "req-task-1";
    const of = (command: Command) => ask(twoGroups, command, { sight: seen }).events[1]?.data;
    expect(of(checkpointRegister(asked))).toMatchObject({ sessionId: "t1" });
    expect(of(breakGlass(asked))).toMatchObject({ sessionId: "t1" });
    expect(of(egressRegister({ sessionId: asked as never }))).toMatchObject({ sessionId: "t1" });
    expect(of(share(asked))).toMatchObject({ id: "t1" });
  });
});

describe("what else it needs", () => {
  const living = houseAfter(tokenCreate("root"), tokenCreate("short", { until: AT + 9_000 }));
  const revoked = houseAfter(tokenCreate("root"), tokenCreate("gone"), tokenRevoke("gone"));
  const from = (tokenId: string, until = AT + 9_000) => recordSignIn({ tokenId: tokenId as never, until });
  const refused: readonly (readonly [what: string, before: House, command: Command, code: string])[] = [
    ["a checkpoint of what nobody knows", house, checkpointRegister("s9"), "session_unknown"],
    ["a look at what nobody knows", house, breakGlass("s9"), "session_unknown"],
    ["a share of what nobody knows", house, share("s9"), "session_unknown"],
    ["a share of what is no id", house, share("Not An Id"), "session_unknown"],
    ["a share of what has no thread yet", house, share("req-task-9"), "bad_request"],
    ["a share that is over", house, share("s1", { until: AT }), "bad_request"],
    ["a snooze that is over", house, snooze("waiting/s1/q1", { until: AT }), "bad_request"],
    ["a snooze of no kind of attention", house, snooze("bored/s1/q1"), "attention_unknown"],
    ["an assignment of no kind of attention", house, assign("bored/s1/q1"), "attention_unknown"],
    ["an owner on a host that nobody added", house, ownerMap("h9", "svc", "alice"), "host_unknown"],
    ["a sign-in that is over", living, recordSignIn({ until: AT }), "bad_request"],
    ["a sign-in from no token", living, from("nobodys"), "token_unknown"],
    ["a sign-in from a revoked token", revoked, from("gone"), "token_unknown"],
    ["a sign-in that outlives its token", living, from("short", AT + 9_001), "bad_request"],
    ["a Claw's sign-in", living, recordSignIn({ principal: claw() }), "bad_request"],
    ["the house's sign-in", living, recordSignIn({ principal: gateway }), "bad_request"],
    ["a host's sign-in", living, recordSignIn({ principal: person("h", "host") }), "bad_request"],
  ];
  it.each(refused)("%s is refused", (_what, before, command, code) => {
    const { verdict, events, after } = ask(before, command, { sight, principal: gateway });
    expect(verdict).toMatchObject({ decision: "refused", code });
    expect(typesOf(events)).toEqual(["command.refused"]);
    expect(after.runtimes).toBe(before.runtimes);
  });
  it("X1-029 a sign-in lives as long as its token at the most, and any token's that is valid", () => {
    for (const command of [from("root"), from("short"), recordSignIn({ how: "link" })])
      expect(ask(living, command, { principal: gateway }).verdict.decision).toBe("accepted");
  });
  it("what was shared is taken back, also of what nobody knows any more", () =>
    expect(ask(house, share("s9", { level: null }), { sight }).verdict.decision).toBe("accepted"));
  it("a snooze is taken back", () =>
    expect(ask(house, snooze("silent/s1/turn-1", { until: null }), { sight }).verdict.decision).toBe(
      "accepted",
    ));
  it("only the house tells what it alone can know, whatever the role", () => {
    for (const [command, , roles] of cases) {
      if (roles !== "house") continue;
      expect(ask(house, command, { sight }).verdict, command.type).toMatchObject({
        rule: "house alone",
        facts: { role: "admin", needs: "house" },
      });
    }
  });
});

describe("X1-026: who may share", () => {
  const mapped = houseAfter(hostAdd("h1", "t1"), ownerMap("h1", "svc", "alice"));
  const onSocket = (unixUser?: string) =>
    sightOf([session("s1")], [hostSight("h1", { endpoints: [socketOf(unixUser)] })]);
  const socketOf = (unixUser?: string): EndpointSight => ({
    endpointId: "main" as EndpointId,
    isReady: true,
    isLocal: true,
    ...(unixUser === undefined ? {} : { unixUser }),
  });
  const verdictOf = (home: House, seen: Sight, name: string, command: Command = share("s1")) =>
    ask(home, command, { sight: seen, principal: person(name) }).verdict;
  const notYours = (owner: string | null) => ({ rule: "own share", code: "not_the_owner", facts: { owner } });

  it("of all that is somebody's: that one, and an admin", () => {
    const all = share("alice", { scope: "owner" });
    expect(verdictOf(mapped, sight, "alice", all).decision).toBe("accepted");
    expect(verdictOf(mapped, sight, "bob", all)).toMatchObject(notYours("alice"));
    expect(ask(mapped, all, { sight }).verdict.decision).toBe("accepted");
  });
  it("of a session: whoever was named for the unix user whose socket it is on", () => {
    expect(verdictOf(mapped, onSocket("svc"), "alice").decision).toBe("accepted");
    for (const role of ["viewer", "operator", "auditor"] as const)
      expect(
        ask(mapped, share("s1"), { sight: onSocket("svc"), principal: person("bob", role) }).verdict,
      ).toMatchObject(notYours("alice"));
    expect(ask(mapped, share("s1"), { sight: onSocket("svc") }).verdict.decision).toBe("accepted");
  });
  it("nobody else's, where nobody was named", () => {
    expect(verdictOf(mapped, onSocket("other"), "alice")).toMatchObject(notYours("unix:other@h1"));
    const back = houseWith(mapped, sight, [ownerMap("h1", "svc", null), {}]);
    expect(verdictOf(back, onSocket("svc"), "alice")).toMatchObject(notYours("unix:svc@h1"));
    expect(verdictOf(mapped, onSocket(), "alice")).toMatchObject(notYours(null));
  });

  const spawned = houseWith(mapped, onSocket("svc"), [
    spawn({ commandId: cid("task-1") }),
    { principal: person("carol", "operator") },
  ]);
  it("what a person asked for is that person's, whoever's socket it is on", () => {
    const seen = sightOf(bound("s1", "task-1"));
    expect(verdictOf(spawned, seen, "carol").decision).toBe("accepted");
    expect(verdictOf(spawned, seen, "alice")).toMatchObject(notYours("carol"));
  });
  it("what a session asked for is of whoever owns that session; what a Claw did is no person's", () => {
    const byClaw = houseWith(mapped, sight, [spawn({ commandId: cid("task-2") }), { principal: claw() }]);
    const seen = sightOf(bound("s1", "task-2"));
    expect(verdictOf(byClaw, seen, "dora")).toMatchObject(notYours("claw:dora"));
    const rows = [inPersonsTurn("s1", { spawnId: cid("task-1") }), ...bound("s1", "task-1").slice(1)];
    const open = { ...spawned, grants: twoGroups.grants };
    const asked = spawn({ commandId: cid("task-3") });
    const child = houseWith(open, sightOf(rows), [asked, asSession("s1")]);
    const below = sightOf([...rows, ...bound("s3", "task-3")]);
    expect(verdictOf(child, below, "carol", share("s3")).decision).toBe("accepted");
    expect(verdictOf(child, below, "alice", share("s3"))).toMatchObject(notYours("carol"));
  });
  it("of a thread that only bears the mark of a spawn nobody is believed to be the owner", () => {
    const forged = sightOf([session("s1", { spawnId: cid("task-1") })]);
    for (const name of ["alice", "carol"])
      expect(verdictOf(spawned, forged, name)).toMatchObject(notYours(null));
  });
  it("of a runtime: who was said to own it, as it was changed last", () => {
    const run = houseWith(mapped, sight, [runtimeRegister("run-1"), {}]);
    expect(verdictOf(run, sight, "alice", share("run-1")).decision).toBe("accepted");
    const given = houseWith(run, sight, [runtimeUpdate("run-1", 1, { owner: "bob" }), {}]);
    expect(verdictOf(given, sight, "alice", share("run-1"))).toMatchObject(notYours("bob"));
    const nobodys = houseWith(given, sight, [runtimeUpdate("run-1", 2, { owner: null }), {}]);
    expect(verdictOf(nobodys, sight, "bob", share("run-1"))).toMatchObject(notYours(null));
  });
});

describe("S1-169: how often", () => {
  it("shares, and what is done about attention, cost who asks; registering costs nothing", () => {
    const drain = (command: () => Command, principal = person("alice")) => {
      let current = house;
      for (let n = 0; n < 200; n += 1) {
        const { verdict, after } = ask(current, command(), { sight, principal });
        if (verdict.decision === "refused") return { n, verdict };
        current = after;
      }
      return { n: 200, verdict: null };
    };
    const limited = { rule: "rate", code: "rate_limited" };
    const mine = drain(() => share("alice", { scope: "owner" }));
    expect(mine).toMatchObject({ n: 30, verdict: { ...limited, facts: { limit: "person_rate" } } });
    expect(drain(() => snooze(), claw())).toMatchObject({ n: 15, verdict: limited });
    expect(drain(() => assign(), claw())).toMatchObject({ n: 15, verdict: limited });
    expect(drain(() => egressRegister(), operator).verdict).toBeNull();
  });
});
