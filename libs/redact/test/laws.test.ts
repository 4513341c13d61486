import * as fc from "fast-check";
import { secretFormats, seededRng } from "@claw/redact/formats";
import { describe, expect, it } from "vitest";
import { makeAutomaton } from "../src/scan/automaton.ts";
import { fragments, redactor, scale } from "./support.ts";

const hostile = fc.array(fc.constantFrom(...fragments), { maxLength: 20 }).map((parts) => parts.join(""));
const anything = fc.oneof(
  hostile,
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.uint16Array({ maxLength: 60 }).map(fromUnits),
);

function fromUnits(units: Uint16Array): string {
  return String.fromCharCode(...units);
}

/** The least of some runs, in ms of the processor's time and not of the clock's: what else the machine does is no part of the law. */
const leastMs = (text: string): number => {
  const runs = Array.from({ length: 5 }, () => {
    const started = process.threadCpuUsage();
    redactor.text(text);
    const { user, system } = process.threadCpuUsage(started);
    return (user + system) / 1_000;
  });
  return Math.min(...runs);
};

/** Repetitions that are worst for one rule or another: triggers without matches, matches without end. */
const worst = [
  ...'token= password= password=" token=\'"` cookie: cookie:a= authorization: sk- eyJ eyJ- eyJaaaaaaaaaa.'.split(
    " ",
  ),
  ...'://a: :// %3a%2f%2f SU SUAAAAAAAAAAAAAA ‹redacted: ‹redacted:jwt:h=0000› 1:AA dp.pt. \\" x AKIA'.split(
    " ",
  ),
  ..."secret passwordpassword=x' a1 hf_".split(" "),
  ..."bearer |sk-a |--password a |\n".split("|"),
  `${"-".repeat(5)}BEGIN PRIVATE KEY${"-".repeat(5)}`,
  `${"-".repeat(5)}BEGIN `,
];

describe("laws (N1-043)", () => {
  it("redacting redacted text changes nothing", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const once = redactor.text(text).text;
        expect(redactor.text(once)).toEqual({ text: once, count: 0, kinds: {} });
      }),
      { numRuns: 5000 * scale },
    );
  });

  it("never throws, whatever the string: lone surrogates, controls, marks, halves of secrets", () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(typeof redactor.text(text).text).toBe("string");
      }),
      { numRuns: 20_000 * scale },
    );
  });

  it("nobody hides a secret inside something that looks like a mark", () => {
    const rng = seededRng(9);
    for (const format of secretFormats.filter(({ isBare }) => isBare)) {
      const made = format.make(rng);
      expect(redactor.text(`‹redacted:${made}:h=12ab›`).count, format.name).toBeGreaterThan(0);
    }
  });

  it.each(worst)("takes time linear in %j: four times the text, never sixteen times the time", (unit) => {
    const make = (length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    leastMs(make(65_536));
    const small = leastMs(make(32_768));
    const large = leastMs(make(131_072));
    expect(large).toBeLessThan(Math.max(small * 10, 20));
  });

  it("the automaton finds what indexOf finds", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 40 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 8 }), text, (words, text) => {
        const automaton = makeAutomaton(words);
        let state = 0;
        for (let at = 0; at < text.length; at += 1) {
          state = automaton.step(state, text.charCodeAt(at));
          const read = text.slice(0, at + 1);
          const found = automaton.endingAt(state).map((index) => words[index] ?? "");
          expect(found.toSorted()).toEqual(words.filter((word) => read.endsWith(word)).toSorted());
          expect(found).toEqual(found.toSorted((a, b) => b.length - a.length));
          expect(read.endsWith(read.slice(read.length - automaton.depth(state)))).toBe(true);
        }
      }),
      { numRuns: 500 * scale },
    );
  });
});
