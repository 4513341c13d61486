import { systemClocks } from "@claw/runtime";
import { expect, test, vi } from "vitest";
import { makeTogether } from "../src/live/together.ts";
import { sessionRow } from "./fake-house.ts";
import { ANNS, callers, privateHouse, type CallerName } from "./private-house.ts";

const VIEWS = ["sessions"] as const;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const callerOf = (name: CallerName) => ({
  tokenId: callers[name].row.tokenId,
  principal: callers[name].row.principal,
});

function open(visibility: "fleet" | "private" = "fleet") {
  const made = privateHouse(visibility);
  const changedAfter = vi.spyOn(made.views.reader, "changedAfter");
  const change = (name: string): unknown =>
    made.views.commit([["sessions", ANNS, sessionRow(ANNS, { name })]]);
  const house = {
    reader: () => made.views.reader,
    clocks: systemClocks,
    redactor: { text: (text: string) => ({ text, found: [] }) },
    visibility,
  } as unknown as Parameters<typeof makeTogether>[0];
  return { changedAfter, change, together: makeTogether(house) };
}

test("N1-046 clients of one turn share what was read, and those who see everything what it is shown as", () => {
  const { together, changedAfter } = open();
  const [row] = together.reader().changedAfter(VIEWS, 0, 9);
  const [again] = together.reader().changedAfter(VIEWS, 0, 9);
  expect(changedAfter).toHaveBeenCalledTimes(1);
  if (row === undefined || again === undefined) throw new Error("there are sessions");
  const ann = callerOf("ann");
  expect(together.presentFor(ann)(again)).toBe(together.presentFor(ann)(row));
});

test("what a role may not read is not shown to it because another read it before", () => {
  const { together } = open();
  const [row] = together.reader().changedAfter(VIEWS, 0, 9);
  if (row === undefined) throw new Error("there are sessions");
  const shown = ["admin", "viewer"].map((role) =>
    together.presentFor({
      ...callerOf("ann"),
      principal: { ...callerOf("ann").principal, role: role as "admin" },
    })(row),
  );
  expect(shown[0]).not.toEqual(shown[1]);
});

test("N1-006 a client that is woken, and one in the next turn, reads what changed since", async () => {
  const { together, change } = open();
  const before = together.reader().position();
  change("one");
  expect(together.reader().position()).toBe(before);
  together.forget();
  expect(together.reader().position()).toBe(before + 1);
  change("two");
  await turn();
  await turn();
  expect(together.reader().position()).toBe(before + 2);
});

test("X1-026 who does not see everything shares nothing", () => {
  const { together } = open("private");
  const [row] = together.reader().changedAfter(VIEWS, 0, 9);
  if (row === undefined) throw new Error("there are sessions");
  const ann = callerOf("ann");
  expect(together.presentFor(ann)(row)).not.toBe(together.presentFor(ann)(row));
});
