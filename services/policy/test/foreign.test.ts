/**
 * X1-005 where policy decides: a right that is closed is closed for what exists and for what does not, in the same words. That a session of another group
 * exists is no secret, because the list of peers shows it; a refusal says that it is of another group (ADR 0012, 0013).
 */
import { describe, expect, it } from "vitest";
import { inPersonsTurn, stop } from "./given-spawns.ts";
import {
  active,
  ask,
  asSession,
  closedGroups,
  grant,
  houseWith,
  interrupt,
  send,
  session,
  sightOf,
} from "./given-writes.ts";

const sight = sightOf([
  inPersonsTurn("a"),
  active("b", "T1", { commandIds: [] }),
  session("elsewhere", { hostId: "h2" as never }),
]);
const verdictOf = (command: Parameters<typeof ask>[1], house = closedGroups) =>
  ask(house, command, { sight, ...asSession("a") }).verdict;

describe("X1-005: a session without the right", () => {
  it.each([
    ["send", send],
    ["interrupt", interrupt],
  ] as const)("%s: hears that right named, and the same of a peer and of none", (right, command) => {
    const [peer, none] = ["b", "nobody"].map((id) => verdictOf(command(id)));
    expect(peer).toMatchObject({ code: "not_enabled", facts: { right } });
    expect(none).toEqual(peer);
  });

  it.each([
    ["send", send],
    ["interrupt", interrupt],
  ] as const)("%s: never reaches another group's, and no right would change it", (right, command) => {
    const open = houseWith(closedGroups, sight, [grant(right), {}]);
    for (const house of [closedGroups, open])
      expect(verdictOf(command("elsewhere"), house)).toMatchObject({
        code: "forbidden",
        facts: { relation: "other" },
      });
  });

  it("stop: is forbidden alike what it is no parent of, and what is not there", () => {
    for (const id of ["b", "elsewhere", "nobody"])
      expect(verdictOf(stop(id))).toMatchObject({ code: "forbidden" });
  });

  it("where the right is open, what is not there is said to be so", () => {
    const open = houseWith(closedGroups, sight, [grant("send"), {}]);
    expect(verdictOf(send("nobody"), open)).toMatchObject({ code: "session_unknown" });
  });
});
