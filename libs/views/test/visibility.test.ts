/** Who sees what, cell by cell (ADR 0014, X1-026, DESIGN 14.20). */
import { GroupId, type Principal, Role, SessionId } from "@claw/events";
import { describe, expect, test } from "vitest";
import { type Belonging, levelOf, type SharingRow, sharesFrom, type Sight, sightOf } from "../src/index.ts";
import { NOW, s1 } from "./fleet-given.ts";

const night = GroupId.parse("night");
const day = GroupId.parse("day");
const belonging = (more: Partial<Belonging> = {}): Belonging => ({
  sessionId: s1,
  owner: "ann",
  group: day,
  parentSessionId: null,
  rootSessionId: null,
  ...more,
});
const who = (kind: Principal["kind"], name: string, role: Role, group: GroupId | null = null): Principal => ({
  kind,
  name,
  role,
  group,
});
const share = (more: Partial<Extract<SharingRow, { kind: "share" }>> = {}): SharingRow => ({
  kind: "share",
  scope: "session",
  id: s1,
  to: "bob",
  level: "viewer",
  until: null,
  by: "ann",
  sinceAt: NOW,
  ...more,
});
const glass = (until = NOW + 1): SharingRow => ({
  kind: "glass",
  sessionId: s1,
  by: "bob",
  until,
  reason: "it leaks",
  sinceAt: NOW,
});
const sight = (caller: Principal, row = belonging(), rows: readonly SharingRow[] = []): Sight =>
  sightOf("private", caller, row, sharesFrom(rows, NOW));

const people: readonly Role[] = ["viewer", "operator", "auditor", "admin"];
const keeps = (role: Role): Sight => (role === "admin" || role === "auditor" ? "metadata" : "none");

describe("in a private house", () => {
  test.each(people)("a person (%s) sees their own, and nothing in what was said in others'", (role) => {
    const bob = who("person", "bob", role);
    expect(sight(bob, belonging({ owner: "bob" }))).toBe("full");
    expect(sight(bob)).toBe(keeps(role));
    expect(sight(bob, belonging({ owner: null }))).toBe(keeps(role));
    expect(sight(who("person", "", role), belonging({ owner: null }))).toBe(keeps(role));
  });

  const shares: readonly (readonly [string, readonly SharingRow[], "full" | "unshared", string | null])[] = [
    ["the session, to look at", [share()], "full", "viewer"],
    ["the session, to act on", [share({ level: "controller" })], "full", "controller"],
    ["all of its owner", [share({ scope: "owner", id: "ann", level: "controller" })], "full", "controller"],
    [
      "both: the wider counts",
      [share(), share({ scope: "owner", id: "ann", level: "controller" })],
      "full",
      "controller",
    ],
    ["under two names: the wider counts", [share({ level: "controller" }), share()], "full", "controller"],
    ["until later", [share({ until: NOW + 1 })], "full", "viewer"],
    ["until now: it is over", [share({ until: NOW })], "unshared", null],
    ["and taken back", [share({ level: null })], "unshared", null],
    ["another session", [share({ id: "s2" })], "unshared", null],
    ["all of another owner", [share({ scope: "owner", id: "eve" })], "unshared", null],
    ["an owner of the session's name", [share({ scope: "owner", id: s1 })], "unshared", null],
    ["a session of the owner's name", [share({ id: "ann" })], "unshared", null],
  ];
  test.each(shares)("X1-026 what was shared: %s", (_title, rows, seen, level) => {
    for (const role of people) {
      const bob = who("person", "bob", role);
      expect(sight(bob, belonging(), rows)).toBe(seen === "full" ? "full" : keeps(role));
      expect(levelOf("bob", belonging(), sharesFrom(rows, NOW))).toBe(level);
    }
  });

  test("its owner may act on it; no role alone may, and what is nobody's nobody may (X1-026)", () => {
    const none = sharesFrom([], NOW);
    expect(levelOf("ann", belonging(), none)).toBe("controller");
    expect(levelOf("bob", belonging(), none)).toBeNull();
    expect(levelOf("", belonging({ owner: null }), none)).toBeNull();
  });

  test.each(people)(
    "a broken glass opens one session for an admin, and nothing for a person who is %s otherwise",
    (role) => {
      const bob = who("person", "bob", role);
      expect(sight(bob, belonging(), [glass()])).toBe(role === "admin" ? "full" : keeps(role));
      expect(sight(bob, belonging(), [glass(NOW)])).toBe(keeps(role));
      expect(sight(bob, belonging({ sessionId: SessionId.parse("s2") }), [glass()])).toBe(keeps(role));
      expect(levelOf("bob", belonging(), sharesFrom([glass()], NOW))).toBeNull();
    },
  );

  test("a Claw sees what its group looks after, whatever was shared with a person of its name", () => {
    const claw = (group: GroupId | null) => who("claw", "ann", "claw", group);
    expect([sight(claw(day)), sight(claw(night)), sight(claw(null))]).toEqual(["full", "none", "none"]);
    expect(sight(claw(night), belonging(), [share({ to: "ann" })])).toBe("none");
    const { group: _group, ...nameless } = claw(null);
    expect(sight(nameless)).toBe("none");
  });

  test("a session sees itself and what it asked for", () => {
    const session = (name: string) => who("session", name, "session");
    expect(sight(session("s1"))).toBe("full");
    expect(sight(session("s0"), belonging({ parentSessionId: SessionId.parse("s0") }))).toBe("full");
    expect(sight(session("s0"), belonging({ rootSessionId: SessionId.parse("s0") }))).toBe("none");
    expect(sight(session("ann"))).toBe("none");
  });
});

describe("in every house", () => {
  test.each(["fleet", "private"] as const)(
    "of %s visibility the house sees all, and a host nothing",
    (visibility) => {
      const none = sharesFrom([], NOW);
      expect(sightOf(visibility, who("house", "house", "admin"), belonging(), none)).toBe("full");
      expect(sightOf(visibility, who("host", "h1", "host"), belonging(), none)).toBe("none");
    },
  );

  test("of fleet visibility everybody else sees every row", () => {
    const none = sharesFrom([], NOW);
    const callers = [
      ...people.map((role) => who("person", "bob", role)),
      who("claw", "c", "claw", night),
      who("session", "s9", "session"),
    ];
    for (const caller of callers)
      expect(sightOf("fleet", caller, belonging({ owner: null }), none)).toBe("full");
  });
});
