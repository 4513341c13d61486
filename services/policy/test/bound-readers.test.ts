/** X1-005: a viewer's token that is bound to a root reads its tree alone. Policy makes it, and lets it do nothing; what it sees, the views say. */
import { type Command, Role, type SessionId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { admin, principalOf, tokenCreate } from "./given.ts";
import { assign, ownerMap, recordSignIn, runtimeRegister, share, snooze } from "./given-registry.ts";
import { bound, forest, spawn } from "./given-spawns.ts";
import {
  acquire,
  ask,
  claw,
  eventOf,
  interrupt,
  operator,
  send,
  session,
  setSwitch,
  sid,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const sight = sightOf([session("s1")]);
const token = (root: string, role: Role = "viewer") =>
  tokenCreate("reader", { role: role as "viewer", root: sid(root) });
const reader = { ...principalOf("viewer"), root: sid("s1") };

describe("X1-005: a token that is bound to a root", () => {
  it("is a viewer's, and says its root; without one it says none", () => {
    const { verdict, events } = ask(twoGroups, token("s1"), { sight });
    expect(verdict.decision).toBe("accepted");
    expect(eventOf(events, "token.created").data.principal).toEqual({
      kind: "person",
      name: "owner of reader",
      role: "viewer",
      root: "s1",
    });
    const plain = ask(twoGroups, tokenCreate("plain", { role: "viewer" }), { sight });
    expect(eventOf(plain.events, "token.created").data.principal).not.toHaveProperty("root");
  });
  it.each(["operator", "auditor", "admin", "claw"] as const)("is none of a %s", (role) =>
    expect(ask(twoGroups, token("s1", role), { sight }).verdict).toMatchObject({
      rule: "viewer's root",
      code: "bad_request",
      facts: { where: "root", role },
    }),
  );
  it("is of a session that is there, and at the top of its tree", () => {
    const { house, rows } = forest(twoGroups, [0, 1]);
    const verdictOf = (root: string) => ask(house, token(root), { sight: sightOf(rows) }).verdict;
    expect(verdictOf("s0").decision).toBe("accepted");
    for (const below of ["s1", "s2"])
      expect(verdictOf(below)).toMatchObject({
        rule: "viewer's root",
        facts: { where: "root", root: below },
      });
    expect(verdictOf("s9")).toMatchObject({ code: "session_unknown", facts: { sessionId: "s9" } });
  });
  it("is of a session that was asked for once it has its thread, by either of its names", () => {
    const asked = ask(twoGroups, spawn({ commandId: "task-1" as never }), { sight, principal: operator });
    const root = "req-task-1" as SessionId;
    const early = ask(asked.after, token(root), { sight });
    expect(early.verdict).toMatchObject({ rule: "viewer's root", code: "bad_request" });
    const { events } = ask(asked.after, token(root), { sight: sightOf(bound("t1", "task-1")) });
    expect(eventOf(events, "token.created").data.principal.root).toBe("t1");
  });
});

describe("X1-005: who is bound to a root", () => {
  const asked: readonly Command[] = [
    send("s1"),
    interrupt("s1"),
    acquire("s1"),
    setSwitch("session", "s1"),
    share("s1"),
    share(reader.name, { scope: "owner" }),
    snooze(),
    assign(),
    runtimeRegister("run-9"),
    ownerMap("h1", "svc", "alice"),
    tokenCreate("another"),
  ];
  it.each(asked)("asks for nothing: $type", (command) => {
    for (const principal of [
      reader,
      { ...operator, root: sid("s1") },
      { ...admin, root: sid("s1") },
      { ...claw(), root: sid("s1") },
    ])
      expect(ask(twoGroups, command, { sight, principal }).verdict).toMatchObject({
        rule: "scope",
        code: "forbidden",
        facts: { root: "s1", needs: "a token without a root" },
      });
  });
  it("X1-029 never becomes a sign-in", () => {
    const house = { kind: "house", name: "gateway", role: "admin" } as const;
    const signIn = (principal: typeof reader | ReturnType<typeof principalOf>) =>
      ask(twoGroups, recordSignIn({ principal }), { sight, principal: house }).verdict;
    expect(signIn(principalOf("viewer")).decision).toBe("accepted");
    expect(signIn(reader)).toMatchObject({ rule: "fitting sign-in", code: "bad_request" });
  });
});

describe("names of people", () => {
  const gateway = { kind: "house", name: "gateway", role: "admin" } as const;
  const taken = ["claw:dora", "unix:svc@h1", "House:gateway", " session:s1"];
  it.each(taken)("%j is nobody's: no token, no mapping and no sign-in gives it", (name) => {
    const verdictOf = (command: Command) => ask(twoGroups, command, { sight, principal: gateway }).verdict;
    const refused = (where: string) => ({
      rule: "person's name",
      code: "bad_request",
      facts: { where, name },
    });
    for (const role of ["viewer", "operator", "auditor", "admin"] as const) {
      expect(verdictOf(tokenCreate("t9", { role, name }))).toMatchObject(refused("name"));
      expect(verdictOf(recordSignIn({ principal: { kind: "person", name, role } }))).toMatchObject(
        refused("principal"),
      );
    }
    expect(verdictOf(ownerMap("h1", "svc", name))).toMatchObject(refused("owner"));
  });
  it("a Claw's own stands behind its kind, so it is free; and a mapping is taken back", () => {
    for (const command of [
      tokenCreate("t9", { role: "claw", name: "claw:dora" }),
      ownerMap("h1", "svc", null),
      ownerMap("h1", "svc", "dora"),
    ])
      expect(ask(twoGroups, command, { sight }).verdict.decision).toBe("accepted");
  });
});
