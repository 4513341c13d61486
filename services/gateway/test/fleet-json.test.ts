import type { FleetSession } from "@claw/views";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeLender } from "../src/fleet/lent.ts";
import { makeListWriter, makeWriters, partsOf } from "../src/fleet/fleet-json.ts";

/** As much of a line as its bytes hang on: some changes keep its length, others do not, and letters have one byte or more. */
const line = (id: string, lastSeenAt: number, branch = "main"): FleetSession =>
  ({ id, branch, lastSeenAt }) as unknown as FleetSession;

type Change = { readonly at: number; readonly what: "seen" | "branch" | "gone" | "new"; readonly n: number };

const changes = fc.array(
  fc.record<Change>({
    at: fc.nat(400),
    what: fc.constantFrom("seen", "seen", "seen", "branch", "gone", "new"),
    n: fc.nat(9_999),
  }),
  { maxLength: 12 },
);

function after(list: readonly FleetSession[], { at, what, n }: Change): readonly FleetSession[] {
  const place = list.length === 0 ? 0 : at % list.length;
  const old = list[place];
  const rest = list.slice(place + 1);
  const made = line(`n${n}`, n);
  if (what === "new" || old === undefined) return [...list.slice(0, place), made, ...list.slice(place)];
  if (what === "gone") return [...list.slice(0, place), ...rest];
  const changed =
    what === "seen" ? { ...old, lastSeenAt: 10_000 + n } : { ...old, branch: "ü".repeat(n % 9) };
  return [...list.slice(0, place), changed, ...rest];
}

test("N1-046 whatever was written before, a list is written as JSON.stringify would", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.array(changes, { maxLength: 6 }), (size, rounds) => {
      const writer = makeListWriter();
      let list: readonly FleetSession[] = Array.from({ length: size }, (_, n) => line(`s${n}`, 10_000 + n));
      for (const round of [[], ...rounds]) {
        list = round.reduce(after, list);
        expect(Buffer.concat([...writer.partsOf(list)]).toString()).toBe(JSON.stringify(list));
      }
    }),
  );
});

test("a document that is on its way stays as it was when the next one is written, until it is given back", () => {
  const writer = makeListWriter();
  const join = makeLender();
  const first = join(partsOf(["x", [line("a", 10_001)]], writer));
  const before = first.bytes.toString();
  const second = join(partsOf(["x", [line("a", 10_002)]], writer));
  expect(second.bytes.toString()).not.toBe(before);
  expect(first.bytes.toString()).toBe(before);
  first.giveBack();
  first.giveBack();
  const third = join([Buffer.from("y")]);
  expect(third.bytes.toString()).toBe("y");
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  expect(join([Buffer.from("z")]).bytes.buffer).not.toBe(third.bytes.buffer);
  expect(second.bytes.toString()).not.toBe(before);
});

test("what is kept for the next documents is bounded, and the largest stay", () => {
  const join = makeLender();
  const loans = Array.from({ length: 6 }, (_, n) => join([Buffer.alloc(n * 1_048_576 + 1, n)]));
  for (const { giveBack } of loans) giveBack();
  const again = Array.from({ length: 6 }, () => join([Buffer.from("x")]).bytes.buffer.byteLength / 1_048_576);
  expect(again).toEqual([3, 4, 5, 6, 1, 1]);
});

test("as many writers are kept as there is room for, and those that are asked for stay", () => {
  const writerFor = makeWriters();
  const mine = writerFor("mine");
  for (const name of ["a", "b", "c", "d", "e"]) {
    writerFor(name);
    expect(writerFor("mine")).toBe(mine);
  }
  const theirs = writerFor("b");
  for (const name of ["f", "g", "h", "i"]) writerFor(name);
  expect(writerFor("b")).not.toBe(theirs);
});
