import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Lane, logSubject, SessionId, shardOf } from "../src/index.ts";

const page = readFileSync(new URL("../../../docs/look-up/subjects.md", import.meta.url), "utf8");
const vectors = [...page.matchAll(/^\| `([^`]+)`\s+\| `(\d\d)`\s+\|/gm)].map((row) => [
  row[1] as string,
  row[2] as string,
]);

test("the ten vectors of docs/look-up/subjects.md hold", () => {
  expect(vectors).toHaveLength(10);
  for (const [id, shard] of vectors) expect([id, shardOf(id as string)]).toEqual([id, shard]);
});

test("no text that passes as an id changes the number of a subject's tokens (RELIABILITY, NATS rule 8)", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 70 }), (text) => {
      const id = SessionId.safeParse(text);
      const lane = Lane.safeParse(`session/${text}`);
      expect(lane.success).toBe(id.success);
      if (lane.success) expect(logSubject(lane.data).split(".")).toHaveLength(4);
    }),
  );
  for (const text of ["a.b", "*", ">", "a b", "a\u0000", "A", "", "-a", "a".repeat(64), "a\n", "é"])
    expect(SessionId.safeParse(text).success).toBe(false);
});

test("the decided lane has one subject", () => {
  expect(logSubject(Lane.parse("decided"))).toBe("log.decided");
});
