import * as fc from "fast-check";
import { KNOWN_MIN, makeRedactor } from "@claw/redact";
import { describe, expect, it } from "vitest";
import { scale } from "./support.ts";

const secretText = fc
  .string({ unit: "grapheme", minLength: KNOWN_MIN, maxLength: 60 })
  .filter((text) => text.isWellFormed());

const twice = (text: string): string => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1);
/** What may stay besides: quotes, a name, and base64 digits that are shared with the neighbours. */
const EDGES_MAX = 10;

const encodings: readonly [name: string, write: (text: string) => string][] = [
  ["raw", (text) => text],
  ["json", (text) => JSON.stringify(text)],
  ["json in json", twice],
  ["percent", encodeURIComponent],
  ["form", (text) => new URLSearchParams({ x: text }).toString()],
  ["hex", (text) => Buffer.from(text).toString("hex")],
  ["HEX", (text) => Buffer.from(text).toString("hex").toUpperCase()],
  ...["", "a", "ab"].flatMap((lead): [string, (text: string) => string][] => [
    [`base64 after ${lead.length}`, (text) => Buffer.from(`${lead}${text}zz`).toString("base64")],
    [`base64url after ${lead.length}`, (text) => Buffer.from(`${lead}${text}zz`).toString("base64url")],
  ]),
];

describe("registered values (N1-043)", () => {
  it.each(encodings)("are found written as %s", (name, write) => {
    fc.assert(
      fc.property(secretText, (secret) => {
        fc.pre(name !== "form" || !/[!'()~*]/.test(secret));
        const text = `before ${write(secret)} after`;
        const using = makeRedactor({ linkKey: "k", known: [secret] });
        const { text: out, count } = using.text(text);
        expect(count).toBeGreaterThan(0);
        const left = out.replaceAll(/‹redacted:[a-z-]+:h=[0-9a-f]{4}›/g, "");
        expect(left.length).toBeLessThanOrEqual("before  after".length + EDGES_MAX);
      }),
      { numRuns: 100 * scale },
    );
  });

  it("are not matched under eight characters", () => {
    const using = makeRedactor({ linkKey: "k", known: ["seven77", ""] });
    expect(using.text("seven77 seven77").count).toBe(0);
  });

  it("link equal secrets under one key, and differ under another", () => {
    const linkOf = (linkKey: string): string =>
      /h=([0-9a-f]{4})/.exec(
        makeRedactor({ linkKey, known: ["abc-value-def"] }).text("x abc-value-def y").text,
      )?.[1] ?? "";
    expect(linkOf("one")).toBe(linkOf("one"));
    expect(linkOf("one")).not.toBe(linkOf("two"));
  });
});
