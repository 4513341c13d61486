import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { readFrame } from "../../src/domain/framing.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? 1);
const bytes = (text: string) => Buffer.from(text, "utf8");

const valid = fc.oneof(
  fc.record({ id: fc.oneof(fc.integer(), fc.string()), result: fc.jsonValue() }),
  fc.record({ id: fc.integer(), error: fc.record({ code: fc.integer(), message: fc.string() }) }),
  fc.record({ method: fc.string(), params: fc.jsonValue(), emittedAtMs: fc.nat() }),
  fc.record({ id: fc.string(), method: fc.string(), params: fc.jsonValue() }),
);

/** Cuts, flips, repeats and joins: what a broken or hostile peer makes of good frames. */
const mutated = fc
  .tuple(valid, valid, fc.nat(), fc.nat(255), fc.constantFrom("cut", "flip", "insert", "join", "wrap"))
  .map(([one, other, where, byte, way]) => {
    const frame = bytes(JSON.stringify(one));
    const at = where % Math.max(1, frame.length);
    if (way === "cut") return frame.subarray(0, at);
    if (way === "flip") return Buffer.from(frame).fill(byte, at, at + 1);
    if (way === "insert") return Buffer.concat([frame.subarray(0, at), Buffer.of(byte), frame.subarray(at)]);
    return bytes(way === "join" ? JSON.stringify(one) + JSON.stringify(other) : JSON.stringify([one, other]));
  });

describe("readFrame", () => {
  it("N1-040 S1-144: reads or refuses any mutated frame, and never throws", { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(mutated, fc.boolean(), (frame, isBinary) => {
        const read = readFrame(frame, isBinary && frame.length % 7 === 0);
        expect(["notification", "request", "reply", "unreadable"]).toContain(read.kind);
      }),
      { numRuns: 20_000 * scale },
    );
  });

  it("reads every valid frame as what it is", () => {
    fc.assert(
      fc.property(valid, (message) => {
        const read = readFrame(bytes(JSON.stringify(message)));
        const hasId = "id" in message;
        expect(read.kind).toBe("method" in message ? (hasId ? "request" : "notification") : "reply");
      }),
      { numRuns: 2_000 },
    );
  });

  it("W-22: an error without a numeric code is still an error", () => {
    const outcome = { kind: "error", code: null, message: "no", data: undefined };
    expect(readFrame(bytes('{"id":1,"error":{"message":"no"}}'))).toEqual({ kind: "reply", id: 1, outcome });
    const text = { kind: "error", code: null, message: "no", data: undefined };
    expect(readFrame(bytes('{"id":1,"error":"no"}'))).toEqual({ kind: "reply", id: 1, outcome: text });
  });

  it.each([
    ["not JSON", "{", "not_json"],
    ["an array", "[]", "not_an_object"],
    ["two frames in one", '{"id":1,"result":{}}{"id":2,"result":{}}', "not_json"],
    ["an id beyond 2^53", '{"id":9007199254740993,"result":{}}', "bad_id"],
    ["an id that is an object", '{"id":{},"method":"a"}', "bad_id"],
    ["an id of null", '{"id":null,"error":{"code":-32700,"message":"parse"}}', "bad_id"],
    ["no method", '{"params":{}}', "no_method"],
    ["a method that is a number", '{"method":1}', "no_method"],
    ["a hundred thousand brackets", "[".repeat(100_000), "too_deep"],
  ])("refuses %s", (_name, text, reason) => {
    expect(readFrame(bytes(text))).toEqual({ kind: "unreadable", reason });
  });

  it("refuses binary frames and bad UTF-8", () => {
    expect(readFrame(bytes("{}"), true)).toEqual({ kind: "unreadable", reason: "binary" });
    expect(readFrame(Buffer.of(0x22, 0xff, 0x22))).toEqual({ kind: "unreadable", reason: "not_utf8" });
  });

  it("does not count brackets inside strings as depth", () => {
    const text = JSON.stringify({ method: "a", params: { text: `\\"${"[".repeat(1_000)}` } });
    expect(readFrame(bytes(text)).kind).toBe("notification");
  });
});
