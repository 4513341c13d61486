import { secretFormats, seededRng } from "@claw/redact/formats";
import { describe, expect, it } from "vitest";
import { contexts, leaks, redactor, scale, split, streamed } from "./support.ts";

const PER_CONTEXT = 20 * scale;

describe("recall (N1-043, X1-022, S1-137)", () => {
  it("knows at least sixty formats, each by a name of its own", () => {
    expect(secretFormats.length).toBeGreaterThanOrEqual(60);
    expect(new Set(secretFormats.map(({ name }) => name)).size).toBe(secretFormats.length);
  });

  it.each(secretFormats.map((format) => [format.name, format] as const))(
    "takes out every %s",
    (name, format) => {
      const rng = seededRng(name.length * 7919 + name.charCodeAt(0));
      for (const [context, surround] of Object.entries(contexts)) {
        for (let round = 0; round < PER_CONTEXT; round += 1) {
          const made = format.make(rng);
          const text = surround(made, format);
          const whole = redactor.text(text);
          expect(leaks(whole.text, format.secretOf(made)), `${context}: ${text}`).toBe(false);
          expect(whole.count).toBeGreaterThan(0);
          expect(streamed(split(rng, text)), context).toBe(whole.text);
          if (context === "plain") expect(Object.keys(whole.kinds)).toEqual([format.kind]);
        }
      }
    },
  );

  it("takes the value out of generic assignments of any alphabet, 99 of 100 at least", () => {
    const rng = seededRng(5);
    const valueFormat = secretFormats.find(({ name }) => name === "env token");
    if (!valueFormat) throw new Error("the format of plain values is gone");
    const names = [
      "password",
      "DB_PASSWORD",
      "clientSecret",
      "api_key",
      "ACCESS_TOKEN",
      "authToken",
      "private-key",
    ];
    const operators = ["=", ": ", ":", " = ", '="', "='", ' => "', '": "'];
    const total = 4000 * scale;
    let missed = 0;
    for (let round = 0; round < total; round += 1) {
      const value = valueFormat.secretOf(valueFormat.make(rng));
      const name = names[round % names.length] ?? "";
      const operator = operators[Math.floor(rng() * operators.length)] ?? "=";
      const open = operator === '": "' ? '"' : "";
      const close = operator.endsWith('"') ? '"' : operator.endsWith("'") ? "'" : "";
      const text = redactor.text(`x ${open}${name}${operator}${value}${close} y\n`).text;
      if (leaks(text, value)) missed += 1;
    }
    expect(missed / total).toBeLessThanOrEqual(0.01);
  });
});
