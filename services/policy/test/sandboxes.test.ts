/** What a session may give to the sessions that it asks for: never more of the machine than it may hand on (S1-092, S1-131, ADR 0013). */
import type { ThreadSettings } from "@claw/events";
import { describe, expect, it } from "vitest";
import type { House } from "../src/domain/house.ts";
import { AT } from "./given.ts";
import { bound, fork, inPersonsTurn, spawn } from "./given-spawns.ts";
import { ask, asSession, cid, claw, eventOf, operator, sightOf, turn, twoGroups } from "./given-writes.ts";

type Sandbox = ThreadSettings["sandbox"];
const SANDBOXES = [null, "read-only", "workspace-write", "danger-full-access"] as const;
const within = (sandbox: Sandbox, given: Partial<ThreadSettings> = {}) => ({
  settings: { model: null, sandbox, approvalPolicy: null, ...given },
});
const people = [{ principal: operator }, { principal: claw() }];
const later = { at: AT + 600_000 };

/** A person spawned `s1` with this sandbox; it is in a turn of a person's. */
function spawnedWith(sandbox: Sandbox): {
  readonly house: House;
  readonly sight: ReturnType<typeof sightOf>;
} {
  const asked = spawn({ commandId: cid("task-1"), ...within(sandbox) });
  const { after } = ask(twoGroups, asked, { principal: operator, sight: sightOf([]) });
  const given = { workspace: "/srv/app", turns: [turn("T0", { hasPerson: true })] };
  return { house: after, sight: sightOf(bound("s1", "task-1", given)) };
}

describe("a spawn by a session", () => {
  const sight = sightOf([inPersonsTurn("s0")]);
  const verdictOf = (sandbox: Sandbox, more: Partial<ThreadSettings> = {}) =>
    ask(twoGroups, spawn(within(sandbox, more)), { sight, ...asSession("s0") }).verdict;
  it("S1-131: never has the whole machine, whatever is open to it", () => {
    expect(verdictOf("danger-full-access")).toMatchObject({
      decision: "refused",
      rule: "sandbox",
      code: "sandbox_not_allowed",
      facts: { sandbox: "danger-full-access", most: "workspace-write" },
    });
    for (const sandbox of [null, "read-only", "workspace-write"] as const)
      expect(verdictOf(sandbox).decision).toBe("accepted");
  });
  it("may be told never to ask: what it would ask is declined by default", () =>
    expect(verdictOf("read-only", { approvalPolicy: "never" }).decision).toBe("accepted"));
  it("people and Claws may ask for the whole machine", () => {
    for (const who of people)
      expect(ask(twoGroups, spawn(within("danger-full-access")), { sight, ...who }).verdict.decision).toBe(
        "accepted",
      );
  });
});

describe("a fork by a session", () => {
  /** Written by itself: the widest that may be named of a session that was spawned with this. */
  const most = {
    null: "read-only",
    "read-only": "read-only",
    "workspace-write": "workspace-write",
    "danger-full-access": "workspace-write",
  } as const;
  const cells = SANDBOXES.flatMap((of) => SANDBOXES.map((to) => [of, to] as const));
  it.each(cells)("of one with %s, with %s", (of, to) => {
    const { house, sight } = spawnedWith(of);
    const { verdict } = ask(house, fork("s1", within(to)), { sight, ...asSession("s1"), ...later });
    const limit = most[`${of}`];
    const isWider = to !== null && SANDBOXES.indexOf(to) > SANDBOXES.indexOf(limit);
    if (isWider)
      expect(verdict).toMatchObject({ code: "sandbox_not_allowed", facts: { sandbox: to, most: limit } });
    else expect(verdict.decision).toBe("accepted");
  });
  it.each([
    [null, null],
    ["read-only", "read-only"],
    ["workspace-write", "workspace-write"],
    ["danger-full-access", null],
  ] as const)("that names none, of one with %s, has %s: the host's own may be wider", (of, expected) => {
    const { house, sight } = spawnedWith(of);
    const { events } = ask(house, fork("s1"), { sight, ...asSession("s1"), ...later });
    const act = eventOf(events, "command.accepted").data.instruction?.act;
    expect(act).toMatchObject({ kind: "spawn", settings: { sandbox: expected } });
  });
  it("of a thread that nobody here made may not be told any but the narrowest", () => {
    const sight = sightOf([inPersonsTurn("s0", { workspace: "/srv/app" })]);
    const verdictOf = (sandbox: Sandbox) =>
      ask(twoGroups, fork("s0", within(sandbox)), { sight, ...asSession("s0") }).verdict;
    expect(verdictOf("workspace-write")).toMatchObject({ code: "sandbox_not_allowed" });
    for (const sandbox of [null, "read-only"] as const) expect(verdictOf(sandbox).decision).toBe("accepted");
  });
  it("people and Claws fork with what they name, and with the host's own", () => {
    const { house, sight } = spawnedWith("read-only");
    for (const who of people)
      for (const sandbox of SANDBOXES) {
        const { events } = ask(house, fork("s1", within(sandbox)), { sight, ...who, ...later });
        const act = eventOf(events, "command.accepted").data.instruction?.act;
        expect(act).toMatchObject({ settings: { sandbox } });
      }
  });
});
