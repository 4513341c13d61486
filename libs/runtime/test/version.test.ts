/** One version, wherever it stands. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERSION } from "../src/index.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("N1-039 the version that the program says is that of the changelog, of the repository and of its command", () => {
  expect(/^## (\S+)/m.exec(read("CHANGELOG.md"))?.[1]).toBe(VERSION);
  for (const path of ["package.json", "apps/claw/package.json"])
    expect((JSON.parse(read(path)) as { version: string }).version, path).toBe(VERSION);
});
