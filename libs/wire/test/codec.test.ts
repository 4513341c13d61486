import fc from "fast-check";
import { expect, test } from "vitest";
import { type FromHost, MAX_FRAME_BYTES, readFromHost, readFromIngest, writeFrame } from "../src/index.ts";

const runs = Math.round(20_000 * Number(process.env["CLAW_TEST_SCALE"] ?? "1"));
const at = 1_795_000_000_000;
const epoch = "0f".repeat(16);
const hello = {
  type: "hello",
  protocol: 1,
  hostId: "h1",
  connectorVersion: "0.1.0",
  epoch,
  nextSeq: 1,
  outboxDepth: 0,
  at,
  capabilities: ["page.v1"],
} as unknown as FromHost;
const fact = {
  seq: 1,
  lane: "session/s1",
  redactor: "r1",
  events: [{ type: "session.reopened", v: 1, at, data: {} }],
  bodies: [null],
  digest: "0".repeat(64),
};
const facts = { type: "facts", epoch, entries: [fact] } as unknown as FromHost;

test("frames survive the wire", () => {
  for (const frame of [hello, facts])
    expect(readFromHost(writeFrame(frame))).toEqual({ ok: true, value: frame });
});

test.each([
  ["nothing", "", "not_json"],
  ["half a frame", writeFrame(hello).slice(0, -9), "not_json"],
  ["an array", "[]", "wrong_shape"],
  ["another type", '{"type":"welcome"}', "wrong_shape"],
  [
    "too many facts",
    writeFrame({ ...facts, entries: Array.from({ length: 257 }, () => fact) } as never),
    "wrong_shape",
  ],
  ["a frame that is too large", `"${"x".repeat(MAX_FRAME_BYTES)}"`, "too_large"],
  ["a deep one", `{"type":"facts","epoch":${"[".repeat(900)}${"]".repeat(900)}}`, "too_much"],
  ["a prototype key", '{"type":"hello","__proto__":{"x":1}}', "too_much"],
])("W-19 %s is refused as %s", (_name, text, code) => {
  expect(readFromHost(text)).toMatchObject({ ok: false, problem: { code } });
});

test(`S6 ${runs} mutated frames are read or refused, never a crash, and a reason holds no part of the frame`, () => {
  const seeds = [writeFrame(hello), writeFrame(facts)];
  const edits = fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 3 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.nat({ max: 1 }), edits, (which, changes) => {
      const text = changes.reduce((frame, [where, insert]) => {
        const index = where % frame.length;
        return frame.slice(0, index) + insert + frame.slice(index + insert.length);
      }, seeds[which] as string);
      for (const read of [readFromHost(text), readFromIngest(text)])
        if (!read.ok) expect(read.problem.detail).not.toContain(epoch);
    }),
    { numRuns: runs },
  );
});
