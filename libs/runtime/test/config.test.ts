import { expect, test } from "vitest";
import { optionalText, readConfig, text, wholeNumber } from "../src/index.ts";

const settings = {
  port: { variable: "CLAW_HTTP_PORT", schema: wholeNumber({ min: 0, max: 65_535, default: 7420 }) },
  host: { variable: "CLAW_HTTP_HOST", schema: text("127.0.0.1") },
  url: { variable: "CLAW_PUBLIC_URL", schema: optionalText },
} as const;

test("S1-143 settings come from the environment, with defaults", () => {
  expect(readConfig(settings, { CLAW_HTTP_PORT: "8080", HOME: "/x" })).toEqual({
    ok: true,
    config: { port: 8080, host: "127.0.0.1", url: undefined },
  });
});

test("an empty variable is an absent one", () => {
  expect(readConfig(settings, { CLAW_HTTP_PORT: "" })).toMatchObject({ ok: true, config: { port: 7420 } });
});

test.each([
  ["CLAW_HTTP_PROT", "did you mean CLAW_HTTP_PORT?"],
  ["CLAW_ENDPOINT", "did you mean CLAW_ENDPOINTS?"],
  ["CLAW_FAVOURITE_COLOUR_OF_ALL", "claw config"],
])("W-13 the unknown variable %s stops the start and says %s", (name, hint) => {
  const read = readConfig(settings, { [name]: "a-secret-value" });
  expect(read).toMatchObject({ ok: false, problems: [{ variable: name }] });
  expect(JSON.stringify(read)).toContain(hint);
  expect(JSON.stringify(read)).not.toContain("a-secret-value");
});

test.each(["70000", "-1", "1.5", "x", "1e3", " 5"])(
  "the port %j is refused, and every problem is told at once",
  (port) => {
    const read = readConfig(settings, { CLAW_HTTP_PORT: port, CLAW_NO: "1" });
    expect(read).toMatchObject({ ok: false });
    if (!read.ok)
      expect(read.problems.map((problem) => problem.variable)).toEqual(["CLAW_NO", "CLAW_HTTP_PORT"]);
  },
);
