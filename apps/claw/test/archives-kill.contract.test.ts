/** SIGKILL at every step of archiving and of letting go: what is recorded is there, whole, and what is left half done is nobody's archive (X1-036, X1-037). */
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { begin, expectWhole, killThrough, type Lives, temporaryFolder, toldIn } from "./archive-lives.ts";
import { SESSION } from "./archive-world.ts";

/** By hand every fifth step, where everything is run each. */
const STRIDE = Number(process.env["CLAW_TEST_SCALE"] ?? 1) > 1 ? 1 : 5;

test(
  "X1-036 X1-037: killed at each step, it goes on from there; no archive is recorded that is not whole, and none is left over",
  { timeout: 400_000 },
  async () => {
    const folder = temporaryFolder();
    const read: Lives["read"] = (key) => readFile(join(folder, "archives", key));
    const lives = { folder, stride: STRIDE, read };
    const events = await begin(folder, ["one", "two"]);
    expect(await killThrough(lives, 1, "last")).toBeGreaterThan(8);
    const { finalised, isDeleted } = await expectWhole(lives);
    expect(finalised.at(-1)).toMatchObject({ isFinal: true, events });
    expect(isDeleted).toBe(false);
    await killThrough(lives, 400, "deleted");
    expect((await toldIn(folder)).isDeleted).toBe(true);
    expect(existsSync(join(folder, "archives", SESSION))).toBe(false);
    expect(readdirSync(join(folder, "archives"))).toEqual([".partial"]);
  },
);
