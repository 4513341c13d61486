import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  generationOf,
  HostId,
  Lane,
  LedgerId,
  logStream,
  logSubject,
  SessionId,
  shardOf,
  talkSubjects,
} from "../src/index.ts";

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

test("a stream of the log is named after its generation, and no other stream is taken for one", () => {
  for (const generation of [1, 2, 10, 123_456]) expect(generationOf(logStream(generation))).toBe(generation);
  for (const name of ["CLAW_LOG", "CLAW_LOG_", "CLAW_LOG_0", "CLAW_LOG_01", "CLAW_LOG_1x", "CLAW_PULSE"])
    expect(generationOf(name)).toBeNull();
});

test("no subject of the services' own talk is a subject of the log, whatever the id", () => {
  const ids = ["a", "log", "decided", "x".repeat(63)];
  for (const id of ids)
    for (const subject of [
      talkSubjects.feed(LedgerId.parse(id)),
      talkSubjects.receipt(HostId.parse(id)),
      talkSubjects.page(HostId.parse(id)),
      talkSubjects.uplink(HostId.parse(id)),
    ]) {
      expect(subject.startsWith("log.")).toBe(false);
      expect(subject.split(".")).toHaveLength(2);
    }
});
