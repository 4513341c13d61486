/** Folders and figures that the tests share. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-eventlog-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How many times a costly test repeats itself: 1 by hand, 5 where everything is run. */
export const testScale = Math.max(1, Number(process.env["CLAW_TEST_SCALE"] ?? 1) || 1);
