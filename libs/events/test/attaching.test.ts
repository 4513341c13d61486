import { expect, test } from "vitest";
import { ATTACHES_SINCE, canAttachTo } from "../src/index.ts";

test.each([
  [ATTACHES_SINCE, true],
  ["0.169.0-alpha.1", true],
  ["0.170.1", true],
  ["1.0.0", true],
  ["0.168.9", false],
  ["0.16.9", false],
  ["0.169x.1", null],
  ["codex-cli 0.169.0", null],
  ["", null],
  [null, null],
])("N1-021 W-42 a person can attach to Codex %j: %s", (version, expected) => {
  expect(canAttachTo(version)).toBe(expected);
});
