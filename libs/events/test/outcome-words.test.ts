/** One list of outcomes, for all who fold them. */
import { event } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventTypes, isFinalWord, isOutcome, kindOf, outcomeTypes, outcomeWordOf } from "../src/index.ts";

test("every fact of a session that tells of a command is an outcome, and no other fact is", () => {
  const told = eventTypes.filter(
    (type) => type.startsWith("command.") && (kindOf(type)?.lane as string) === "session",
  );
  expect([...outcomeTypes].toSorted()).toEqual([...told].toSorted());
});

test("an outcome names its command, and its word is what follows `command.`", () => {
  fc.assert(
    fc.property(event, (one) => {
      if (!isOutcome(one)) return;
      expect(one.data.commandId).toBeTypeOf("string");
      expect(`command.${outcomeWordOf(one)}`).toBe(one.type);
    }),
  );
});

test("DESIGN 14.26 only `unknown` may still be resolved", () => {
  const words = outcomeTypes.map((type) => outcomeWordOf({ type }));
  expect(words.filter((word) => !isFinalWord(word))).toEqual(["unknown"]);
});
