/** Where the objects of an archive lie, and which of them nobody needs. */
import type { Digest, SessionId } from "@claw/events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isObjectKey, needlessKeys, PART_NAMES, partKey, placeOf } from "../src/index.ts";

const ONE = "0199-one" as SessionId;
const digest = (letter: string): Digest => letter.repeat(64) as Digest;
const keys = [1, 2, 3].map((version) => partKey(ONE, version, "events", digest("b")));

test("a key names the session, the version and the content", () => {
  expect(placeOf(keys[1] ?? "")).toEqual({ sessionId: ONE, version: 2 });
  expect(partKey(ONE, 1, "events", digest("b"))).not.toBe(partKey(ONE, 1, "events", digest("c")));
  expect(placeOf("elsewhere/x/y")).toBeNull();
});

test("X1-037: older versions are needless, and the last one when its rows are gone; newer ones never", () => {
  expect(needlessKeys(null, keys)).toEqual([]);
  expect(needlessKeys({ version: 2, deletedAt: null }, keys)).toEqual(keys.slice(0, 1));
  expect(needlessKeys({ version: 2, deletedAt: 9 }, keys)).toEqual(keys.slice(0, 2));
});

test("X1-035: whatever a session is called, each part of each version has a key of its own that every store takes", () => {
  const sessionIds = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/) as fc.Arbitrary<SessionId>;
  fc.assert(
    fc.property(sessionIds, fc.integer({ min: 1, max: 999_999_999 }), (sessionId, version) => {
      const made = PART_NAMES.map((part) => partKey(sessionId, version, part, digest("a")));
      expect(new Set(made).size).toBe(3);
      for (const key of made) {
        expect([key, isObjectKey(key)]).toEqual([key, true]);
        expect(placeOf(key)).toEqual({ sessionId, version });
      }
    }),
  );
});
