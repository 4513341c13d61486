import * as fc from "fast-check";
import { HELD_MAX, makeRedactor } from "@claw/redact";
import { secretFormats, seededRng } from "@claw/redact/formats";
import { describe, expect, it } from "vitest";
import { fragments, leaks, redactor, scale, split, streamed } from "./support.ts";

const hostile = fc.array(fc.constantFrom(...fragments), { maxLength: 14 }).map((parts) => parts.join(""));
const specimen = (name: string): string =>
  secretFormats.find((format) => format.name === name)?.make(seededRng(3)) ?? "";

describe("stream (N1-043)", () => {
  it("gives, for any text and any split, what redacting the whole gives", () => {
    fc.assert(
      fc.property(hostile, fc.nat(), fc.integer({ min: 1, max: 40 }), (text, seed, most) => {
        expect(streamed(split(seededRng(seed), text, most))).toBe(redactor.text(text).text);
      }),
      { numRuns: 2000 * scale },
    );
  });

  it("gives the same with registered values that hold spaces and newlines", () => {
    const known = [
      "open the pod bay doors",
      "line one\nline two\nline three",
      "quo\"ted val'ue",
      "password hunter",
    ];
    const using = makeRedactor({ linkKey: "k", known });
    const parts = fc.constantFrom(
      ...known,
      ...known.map((value) => value.slice(0, 9)),
      " ",
      "\n",
      "x",
      "open ",
      "line ",
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), fc.nat(), (pieces, seed) => {
        const text = pieces.join("");
        const out = streamed(split(seededRng(seed), text, 6), using);
        expect(out).toBe(using.text(text).text);
        for (const value of known) expect(out).not.toContain(value);
      }),
      { numRuns: 500 * scale },
    );
  });

  it("shows prose word by word and does not wait for the line", () => {
    const stream = redactor.stream();
    expect(stream.push("The build is gre")).toBe("The build is ");
    expect(stream.push("en now")).toBe("green ");
    expect(stream.end()).toBe("now");
  });

  it("holds a private key from its beginning to its end", () => {
    const stream = redactor.stream();
    const key = specimen("pem rsa");
    expect(stream.push(`see ${key.slice(0, 200)}`)).toBe("see ");
    expect(stream.push(key.slice(200))).toBe("");
    expect(stream.push("\nafter\n")).toMatch(/^‹redacted:private-key:h=[0-9a-f]{4}›\nafter\n$/);
  });

  it.each([
    ["an unended private key", specimen("pem rsa").slice(0, 60), "unterminated"],
    ["a word without end", "", "overlong"],
    ["an open assignment", 'password="', "overlong"],
  ])("holds at most 16 KiB of %s, drops the rest of its line and goes on", (_, lead, kind) => {
    const rng = seededRng(8);
    const stream = redactor.stream();
    let out = stream.push(lead);
    for (let round = 0; round < 100; round += 1) {
      out += stream.push(
        Array.from({ length: 1024 }, () => "abcdefgh0123XYZ"[Math.floor(rng() * 15)]).join(""),
      );
    }
    out += stream.push("\nfresh line\n") + stream.end();
    expect(out).toContain(`‹redacted:${kind}:`);
    expect(out).toMatch(/\nfresh line\n$/);
    expect(out.length).toBeLessThan(120);
  });

  it("keeps planted secrets when lines are longer than may be held", () => {
    const rng = seededRng(23);
    for (const format of secretFormats) {
      const made = format.make(rng);
      const text = `${"word token ".repeat(Math.floor(rng() * 3000))}${made}${" more".repeat(4000)}`;
      expect(leaks(streamed(split(rng, text, 4000)), format.secretOf(made)), format.name).toBe(false);
    }
  });

  it("is empty after end and may be used again", () => {
    const stream = redactor.stream();
    stream.push("x".repeat(HELD_MAX + 5));
    expect(stream.end()).toBe("");
    expect(stream.push("plain words ")).toBe("plain words ");
  });
});
