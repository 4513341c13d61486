/** Why: what a caller says of a command stands in its acceptance, so that one place shows who did what to a session, and why (N1-009). */
import { Command, commandDigest, kindOf } from "@claw/events";
import { describe, expect, it } from "vitest";
import { principalOf, tokenRevoke, waive } from "./given.ts";
import { breakGlass, snooze } from "./given-registry.ts";
import { asks, decideOn, resume, stop } from "./given-spawns.ts";
import {
  acquire,
  active,
  ask,
  breakLease,
  cid,
  eventOf,
  houseWith,
  interrupt,
  operator,
  release,
  send,
  session,
  setSwitch,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const why = "it runs in circles";
const sight = sightOf([
  active("s1", "T1"),
  { ...session("s2"), activity: "notLoaded" },
  { ...active("s3", "T1"), questions: [asks("ls")] },
]);
const leased = houseWith(twoGroups, sight, [acquire("s2"), { principal: operator }]);
const [leaseId = ""] = [...leased.leases.entries()].map(([id]) => id);
const byOperator = { sight, principal: operator };

/** Commands that may have a reason, each as its caller asks for it. */
const may: readonly Command[] = [send("s1"), interrupt("s1"), acquire("s1"), release(leaseId), resume("s2")];
/** Those that must have one. */
const must: readonly Command[] = [
  stop("s1", { reason: why }),
  { ...breakLease("s2"), reason: why },
  { ...setSwitch("session", "s1"), reason: why },
];

describe("N1-009: every control action with its actor and its reason", () => {
  it.each(may)("$type: as it was said, or not at all", (command) => {
    const plain = ask(leased, command, byOperator);
    expect(plain.verdict.decision).toBe("accepted");
    expect(eventOf(plain.events, "command.accepted").data).not.toHaveProperty("reason");
    const { verdict, events } = ask(leased, { ...command, reason: why } as Command, byOperator);
    expect(verdict).toEqual(plain.verdict);
    expect(eventOf(events, "command.accepted").data).toEqual({
      ...eventOf(plain.events, "command.accepted").data,
      digest: commandDigest({ ...command, reason: why } as Command),
      reason: why,
    });
  });
  it.each(must)("$type: in its acceptance too, beside its own fact", (command) => {
    const { verdict, events } = ask(leased, command, byOperator);
    expect(verdict.decision).toBe("accepted");
    expect(eventOf(events, "command.accepted").data).toMatchObject({ principal: operator, reason: why });
  });
  it("of the registry's and the house's own commands as well", () => {
    const admin = { sight, principal: principalOf("admin") };
    for (const command of [breakGlass("s1"), snooze(), waive()]) {
      const { data } = eventOf(ask(leased, command, admin).events, "command.accepted");
      expect(data.reason, command.type).toBe("reason" in command ? command.reason : undefined);
    }
  });
  it("in the timeline of the session that it names, also where no host has to do anything", () => {
    const admin = { sight, principal: principalOf("admin") };
    const ofSession: readonly Command[] = [
      acquire("s1"),
      release(leaseId),
      setSwitch("session", "s1"),
      breakGlass("s1"),
    ];
    for (const command of ofSession) {
      const by = command.type === "share.break_glass" ? admin : byOperator;
      const { data } = eventOf(ask(leased, command, by).events, "command.accepted");
      expect(data.sessionId, command.type).toBe(command.type === "lease.release" ? "s2" : "s1");
    }
    const { data } = eventOf(ask(leased, waive(), admin).events, "command.accepted");
    expect(data).not.toHaveProperty("sessionId");
  });
  it("a lease that is given back ends for that reason", () => {
    const ended = (command: Command) =>
      eventOf(ask(leased, command, byOperator).events, "lease.released").data.reason;
    expect(ended({ ...release(leaseId), reason: why } as Command)).toBe(why);
    expect(ended(release(leaseId))).toBe("given back");
  });
  it("what was refused keeps none, and an answer's is its text", () => {
    const { events } = ask(leased, { ...interrupt("s9"), reason: why } as Command, byOperator);
    expect(eventOf(events, "command.refused").data).not.toHaveProperty("reason");
    const answered = ask(leased, decideOn("s3", "q1", { text: why }), byOperator);
    expect(eventOf(answered.events, "command.accepted")).toMatchObject({ body: { text: why } });
  });
  it("is at most 1,024 letters, none of them for a terminal; a decision of the first versions has none and is read all the same", () => {
    const parsed = (reason: unknown) => Command.safeParse({ ...interrupt("s1"), reason }).success;
    expect(parsed("x".repeat(1_024))).toBe(true);
    for (const bad of ["", "x".repeat(1_025), "\u001b[31mred", 7, null])
      expect(parsed(bad), JSON.stringify(bad)).toBe(false);
    const { data } = eventOf(ask(leased, interrupt("s1"), byOperator).events, "command.accepted");
    expect(kindOf("command.accepted")?.data.parse(data)).toEqual(data);
    expect(kindOf("command.accepted")?.data.parse({ ...data, reason: why })).toEqual({
      ...data,
      reason: why,
    });
  });
  it("a command without one is the same command as before there were any: a repeat across an update is a repeat", () => {
    const digestOf = (command: object) => commandDigest(Command.parse(command));
    const old = { type: "session.interrupt", commandId: cid("c1"), target: { sessionId: "s1" } };
    expect(digestOf(old)).toBe("9e80a79fabb7dabb0aed65108fcf35ade5e2a2a1182f0f9a6e8355e546adfb42");
    expect(commandDigest(tokenRevoke("t1", { commandId: cid("c1") }))).not.toBe(digestOf(old));
  });
});
