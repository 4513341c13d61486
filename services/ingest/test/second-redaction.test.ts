/** What a host may say survives the second redaction: no field of its events has a name under which everything is taken for a secret. */
import type { Json } from "@claw/events";
import { makeRedactor } from "@claw/redact";
import { hostEvent, sessionEvent } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { expect, it } from "vitest";

const redactor = makeRedactor({ linkKey: "test" });

/** The same tree with nothing in it that could be a secret but by its name. */
const emptied = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(emptied);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, emptied(child as Json)]));
  return typeof value === "number" ? 7 : "word";
};

it("N1-005 S10 no outcome, and nothing else that a host says, is lost to redaction because of a field's name", () => {
  fc.assert(
    fc.property(fc.oneof(sessionEvent, hostEvent), ({ type, data }) => {
      const { facts: _chosenByCodes, ...fields } = data as { facts?: unknown };
      const tree = emptied(fields as unknown as Json);
      expect({ type, data: redactor.tree(tree as never).value }).toEqual({ type, data: tree });
    }),
    { numRuns: 2_000 },
  );
});
