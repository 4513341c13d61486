/** X1-005: who is bound to a root sees its tree and nothing else, whatever the house, the role, the shares and the name. */
import { GroupId, type Principal, Role, SessionId } from "@claw/events";
import { describe, expect, test } from "vitest";
import { type Belonging, sharesFrom, sightOf } from "../src/index.ts";
import { NOW, s1 } from "./fleet-given.ts";

const root = SessionId.parse("top");
const row = (more: Partial<Belonging>): Belonging => ({
  sessionId: s1,
  owner: "ann",
  group: GroupId.parse("day"),
  parentSessionId: null,
  rootSessionId: null,
  ...more,
});
const rows: readonly (readonly [string, Belonging, "full" | "none"])[] = [
  ["the root itself", row({ sessionId: root }), "full"],
  ["the root itself, which names itself", row({ sessionId: root, rootSessionId: root }), "full"],
  ["a child", row({ parentSessionId: root, rootSessionId: root }), "full"],
  ["a grandchild", row({ parentSessionId: SessionId.parse("s9"), rootSessionId: root }), "full"],
  ["a session of another tree", row({ rootSessionId: SessionId.parse("s9") }), "none"],
  ["a session of no tree", row({}), "none"],
  ["one whose parent is told to be the root, but not its tree", row({ parentSessionId: root }), "none"],
];
const shares = sharesFrom(
  [
    {
      kind: "share",
      scope: "session",
      id: s1,
      to: "ann",
      level: "controller",
      until: null,
      by: "eve",
      sinceAt: NOW,
    },
    { kind: "glass", sessionId: s1, by: "ann", until: NOW + 1, reason: "it leaks", sinceAt: NOW },
  ],
  NOW,
);

describe.each(["fleet", "private"] as const)("X1-005 in a %s house", (visibility) => {
  test.each(rows)("%s", (_what, belonging, sight) => {
    for (const kind of ["person", "claw", "session"] as const)
      for (const role of Role.options) {
        const caller: Principal = { kind, name: "ann", role, group: belonging.group, root };
        expect(sightOf(visibility, caller, belonging, shares), `${kind} ${role}`).toBe(sight);
      }
  });
});
