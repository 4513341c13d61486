import { parseTarget } from "@claw/codex-rpc";
import { failure, success } from "@claw/events";
import { Result } from "effect";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEndpoints } from "../src/index.ts";

const runs = Math.round(20_000 * Number(process.env["CLAW_TEST_SCALE"] ?? "1"));
const seed = "main=unix:///run/codex.sock;other=wss://codex.example/rpc;third=stdio:codex app-server";
const edit = fc.tuple(
  fc.nat({ max: seed.length }),
  fc.nat({ max: 9 }),
  fc.string({ unit: "binary", maxLength: 6 }),
);

const readTarget = (text: string) => {
  const read = parseTarget(text);
  return Result.isSuccess(read) ? success(read.success) : failure(read.failure.message);
};

test(`S1-143 ${runs} mutated CLAW_ENDPOINTS are read or refused in a sentence, never a crash`, () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const setting = edits.reduce(
        (text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut),
        seed,
      );
      const read = parseEndpoints(setting, readTarget);
      if (!read.ok) {
        expect(read.problem.length).toBeGreaterThan(10);
        return;
      }
      const ids = read.value.map(({ endpointId }) => endpointId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
    }),
    { numRuns: runs },
  );
});
