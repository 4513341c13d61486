import fc from "fast-check";
import { expect, test } from "vitest";
import {
  KNOWN_VARIABLES,
  optionalText,
  readBearer,
  readConfig,
  text,
  unknownVariables,
  wholeNumber,
} from "../src/index.ts";

const runs = Math.round(20_000 * Number(process.env["CLAW_TEST_SCALE"] ?? "1"));
const settings = {
  port: { variable: "CLAW_HTTP_PORT", schema: wholeNumber({ min: 0, max: 65_535, default: 7_420 }) },
  host: { variable: "CLAW_HTTP_HOST", schema: text("127.0.0.1") },
  url: { variable: "CLAW_PUBLIC_URL", schema: optionalText },
} as const;
const name = fc.oneof(
  fc.constantFrom(...KNOWN_VARIABLES, "CLAW_", "CLAW___", "PATH"),
  fc.string({ maxLength: 12 }).map((tail) => `CLAW_${tail}`),
);
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.nat().map(String),
  fc.constant(undefined),
);

test(`${runs} environments are read or refused in sentences that hold no value`, () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 6 }), (env) => {
      const read = readConfig(settings, env);
      if (read.ok) {
        expect(read.config.port).toBeGreaterThanOrEqual(0);
        expect(unknownVariables(env)).toEqual([]);
        return;
      }
      for (const { variable, sentence } of read.problems) expect(sentence).toContain(variable);
    }),
    { numRuns: runs },
  );
});

const bearer = `clw_api_t${"0a".repeat(6)}_${"1b".repeat(32)}`;

test(`${runs} mutated tokens: only the form itself is one`, () => {
  const edit = fc.tuple(
    fc.nat({ max: bearer.length }),
    fc.nat({ max: 3 }),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  fc.assert(
    fc.property(edit, ([at, cut, insert]) => {
      const mutated = bearer.slice(0, at) + insert + bearer.slice(at + cut);
      const read = readBearer(mutated);
      expect(read !== null).toBe(
        /^clw_(api|host)_t[0-9a-f]{12}_[0-9a-f]{64}$/.test(mutated) && !mutated.includes("\n"),
      );
    }),
    { numRuns: runs },
  );
});
