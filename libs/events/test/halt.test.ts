/** Which kill switch reaches a write: one rule for all who look (N1-028, RELIABILITY §5). */
import { describe, expect, it } from "vitest";
import { haltOver, type Reach, type Switch, switchKey } from "../src/index.ts";

const reach = {
  sessions: ["target", "caller"],
  hosts: ["h1", "h2"],
  groupOf: (id: string) => (id === "h1" ? "blue" : undefined),
  callerGroup: "red",
  roots: ["r1", "r2"],
} as unknown as Reach;

const over = (...keys: readonly string[]): Switch | null => haltOver(new Set(keys), reach);

describe("a write is stopped", () => {
  const within = [
    "global",
    "group/blue",
    "group/default",
    "group/red",
    "host/h1",
    "host/h2",
    "session/target",
    "session/caller",
    "root/r1",
    "root/r2",
  ];
  it.each(within)("by %s", (key) => {
    const found = over(key, "session/elsewhere");
    expect(found === null ? null : switchKey(found)).toBe(key);
  });
  it("by the widest of those that are set", () =>
    expect(
      within.map((_, from) => over(...within.slice(from).toReversed())).map((one) => one && switchKey(one)),
    ).toEqual(within));
  it.each([
    "group/h1",
    "group/green",
    "host/target",
    "host/h3",
    "session/h1",
    "session/r1",
    "root/r3",
    "global/",
  ])("and not by %s", (key) => expect(over(key)).toBeNull());
  it("by none where none is set", () => expect(over()).toBeNull());
});
