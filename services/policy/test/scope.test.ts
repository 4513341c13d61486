/** Role × action × relation, cell by cell, against a list that was written by itself. */
import { type GroupId, Role } from "@claw/events";
import { describe, expect, it } from "vitest";
import { relationOf } from "../src/domain/relation.ts";
import { actionOf, actions, mayDo, relations } from "../src/domain/scope.ts";
import { hostAdd, houseAfter, question } from "./given.ts";
import {
  acquire,
  ask,
  asSession,
  breakLease,
  claw,
  houseWith,
  interrupt,
  operator,
  release,
  renew,
  send,
  session,
  setSwitch,
  sightOf,
  turn,
  twoGroups,
} from "./given-writes.ts";

/** Every cell that is open. Everything that stands in none of these lines is closed. */
const open = `
admin session.send self child group other none
admin session.interrupt self child group other none
admin lease.acquire self child group other none
admin lease.renew self child group other none
admin lease.release self child group other none
admin lease.break self child group other none
admin switch.halt self child group other none
admin switch.resume self child group other none
admin switch.resume_all none
admin session.spawn self child group other none
admin session.fork self child group other none
admin session.resume self child group other none
admin session.stop self child group other none
admin approval.decide self child group other none
admin approval.test self child group other none
admin policy.set none
admin policy.grant none
admin policy.approvals none
admin record.attempt none
admin host.add none
admin host.cordon none
admin host.drain none
admin host.rotate none
admin token.create none
admin token.revoke none
admin quarantine.retry none
admin quarantine.waive none
admin ledger.promote none
admin log.trim none
admin runtime.register self child group other none
admin runtime.update self child group other none
admin egress.register self child group other none
admin checkpoint.register self child group other none
admin owner.map none
admin record.archive none
admin record.archive_deleted none
admin record.signin none
admin record.signout none
admin share.grant self child group other none
admin share.break_glass self child group other none
admin attention.snooze none
admin attention.assign none
operator session.send self child group other none
operator session.interrupt self child group other none
operator lease.acquire self child group other none
operator lease.renew self child group other none
operator lease.release self child group other none
operator lease.break self child group other none
operator switch.halt self child group other none
operator switch.resume self child group other none
operator session.spawn self child group other none
operator session.fork self child group other none
operator session.resume self child group other none
operator session.stop self child group other none
operator approval.decide self child group other none
operator approval.test self child group other none
operator runtime.register self child group other none
operator runtime.update self child group other none
operator egress.register self child group other none
operator checkpoint.register self child group other none
operator share.grant self child group other none
operator attention.snooze none
operator attention.assign none
viewer share.grant self child group other none
auditor share.grant self child group other none
claw session.send group none
claw session.interrupt group none
claw lease.acquire group none
claw lease.renew group none
claw lease.release group none
claw session.spawn group none
claw session.fork group none
claw session.resume group none
claw approval.decide group none
claw approval.test group none
claw attention.snooze none
claw attention.assign none
session session.send self child group none
session session.interrupt child group none
session session.spawn group none
session session.fork self child
session session.stop child
session progress.report self
`;
const openCells = new Set(
  open
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [role, action, ...which] = line.split(" ");
      return which.map((relation) => `${role} ${action} ${relation}`);
    }),
);

describe("S1-030, S1-129…S1-132, X1-002: who may do what to whom", () => {
  const cells = Role.options.flatMap((role) =>
    actions.flatMap((action) => relations.map((relation) => [role, action, relation] as const)),
  );
  it("has at least 1,000 cells, and the list names none that there is not", () => {
    expect(cells.length).toBeGreaterThanOrEqual(1_000);
    const all = new Set(cells.map((cell) => cell.join(" ")));
    expect([...openCells].filter((cell) => !all.has(cell))).toEqual([]);
  });
  for (const [role, action, relation] of cells) {
    const isOpen = openCells.has(`${role} ${action} ${relation}`);
    it(`${role} · ${action} · ${relation} → ${isOpen ? "may" : "forbidden"}`, () =>
      expect(mayDo(role, action, relation)).toBe(isOpen));
  }
  it.each([
    ["root", "session.send", "other"],
    ["__proto__", "session.send", "none"],
    ["admin", "constructor", "none"],
    ["admin", "session.archive", "other"],
    ["admin", "session.send", "owner"],
  ])("a cell that nobody named is closed: %s · %s · %s", (role, action, relation) =>
    expect(mayDo(role as never, action as never, relation as never)).toBe(false),
  );
});

describe("what is done", () => {
  it("tells halting from resuming, and all of the house from a part of it", () => {
    expect(actionOf(setSwitch("global", null))).toBe("switch.halt");
    expect(actionOf(setSwitch("global", null, "running"))).toBe("switch.resume_all");
    expect(actionOf(setSwitch("group", "night", "running"))).toBe("switch.resume");
    expect(actionOf(send("s1"))).toBe("session.send");
  });
});

describe("the relation of a caller to what it means", () => {
  const sight = sightOf([
    session("s1", { turns: [turn("T1")] }),
    session("s2"),
    session("s3", { hostId: "h2" as never }),
  ]);
  const relation = (command: ReturnType<typeof send>, who: object) =>
    relationOf(twoGroups, question(command, { sight, ...who }));
  it.each([
    ["a session to itself", send("s1"), asSession("s1"), "self"],
    ["a session to one of its group", send("s2"), asSession("s1"), "group"],
    ["a session to one of another group", send("s3"), asSession("s1"), "other"],
    ["a session that nobody saw to any", send("s1"), asSession("s9"), "other"],
    ["a Claw to a session of its group", send("s3"), { principal: claw("dora", "night") }, "group"],
    ["a Claw to one of another group", send("s1"), { principal: claw("dora", "night") }, "other"],
    [
      "a Claw of no group to one of the default group",
      send("s1"),
      { principal: { ...claw(), group: null } },
      "group",
    ],
    ["a person to any", send("s1"), { principal: operator }, "other"],
    [
      "a person who says to be of a group",
      send("s1"),
      { principal: { ...operator, group: "default" } },
      "other",
    ],
    ["anybody to a session that nobody saw", send("s9"), { principal: operator }, "none"],
  ] as const)("%s", (_what, command, who, expected) => expect(relation(command, who)).toBe(expected));

  it("goes through a lease to its session", () => {
    const house = houseWith(twoGroups, sight, [acquire("s3"), { principal: operator }]);
    const [leaseId = ""] = [...house.leases.entries()].map(([id]) => id);
    for (const command of [renew(leaseId), release(leaseId)])
      expect(relationOf(house, question(command, { sight, principal: claw() }))).toBe("other");
    expect(relationOf(house, question(renew("gone"), { sight, principal: claw() }))).toBe("none");
    expect(relationOf(house, question(setSwitch("session", "s1"), { sight }))).toBe("other");
    expect(relationOf(house, question(setSwitch("session", "Not An Id"), { sight }))).toBe("none");
  });

  it("changes with the group of the session's host", () => {
    const moved = houseAfter(hostAdd("h1", "t1", { group: "night" as GroupId }));
    expect(relationOf(moved, question(send("s1"), { sight, principal: claw() }))).toBe("other");
  });
});

describe("through decide", () => {
  const sight = sightOf([session("s1", { turns: [turn("T1")] }), session("s3", { hostId: "h2" as never })]);
  it.each([
    ["a Claw of another group", send("s3"), { principal: claw() }, "operator"],
    ["a session that interrupts one of another group", interrupt("s3"), asSession("s1"), "operator"],
    ["a session that asks for a lease", acquire("s3"), asSession("s1"), "operator"],
    ["a Claw that breaks a lease", breakLease("s1"), { principal: claw() }, "operator"],
    ["a Claw that halts", setSwitch("session", "s1"), { principal: claw() }, "operator"],
    [
      "an operator who resumes the whole house",
      setSwitch("global", null, "running"),
      { principal: operator },
      "admin",
    ],
  ] as const)("%s is told which role it takes", (_what, command, who, needs) => {
    const { verdict, events } = ask(twoGroups, command, { sight, ...who });
    expect(verdict).toMatchObject({
      decision: "refused",
      rule: "scope",
      code: "forbidden",
      facts: { needs },
    });
    expect(events).toMatchObject([{ type: "command.refused", data: { rule: "scope" } }]);
  });
});
