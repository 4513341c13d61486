import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepSecret } from "../src/house/secret-file.ts";

test("S27: a token file is its owner's alone, also where a readable file or a link stood", () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-secret-"));
  try {
    const [file, link, elsewhere] = ["file", "link", "elsewhere"].map((name) => join(folder, name));
    if (file === undefined || link === undefined || elsewhere === undefined) return;
    writeFileSync(file, "old");
    chmodSync(file, 0o644);
    writeFileSync(elsewhere, "mine");
    symlinkSync(elsewhere, link);
    for (const path of [file, link]) {
      keepSecret(path, "new");
      expect([statSync(path).mode & 0o777, readFileSync(path, "utf8")]).toEqual([0o600, "new\n"]);
    }
    expect(readFileSync(elsewhere, "utf8")).toBe("mine");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
