import { type Event, eventTypes, isIntact, kindOf, readEvents } from "@claw/events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventKinds, history } from "../src/arbitraries/index.ts";

test.each(eventTypes)("a random %s has the shape that the catalogue says", (type) => {
  fc.assert(
    fc.property(eventKinds[type] as fc.Arbitrary<Event>, ({ data, body }) => {
      const kind = kindOf(type);
      expect(kind?.data.safeParse(data).success).toBe(true);
      if (body !== null) expect(kind?.body?.safeParse(body).success).toBe(true);
    }),
  );
});

test("a random history is intact and readable", () => {
  fc.assert(
    fc.property(history(), (entries) => {
      for (const entry of entries) {
        expect(isIntact(entry)).toBe(true);
        expect(readEvents({ entry }).map(({ status }) => status)).toEqual(
          entry.envelope.events.map(() => "known"),
        );
      }
    }),
  );
});
