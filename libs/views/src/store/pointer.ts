/**
 * Which build of the views is served. Each build is a file of its own, and the file `current` holds the number of the one that serves; to swap
 * is to rename that file, so a reader in any process finds the old build or the new one, never half of either.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const pointerOf = (directory: string): string => join(directory, "current");

/** The file of one build. */
export const viewsPath = (directory: string, number: number): string => join(directory, `views-${number}.db`);

/** The number of the build that serves, or null where nothing was built to its end yet, or the pointer is none. */
export function servedNumber(directory: string): number | null {
  try {
    const text = readFileSync(pointerOf(directory), "utf8").trim();
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

/** Makes this build the one that is served. Throws what the disk says. */
export function serve(directory: string, number: number): void {
  const next = `${pointerOf(directory)}.next`;
  writeFileSync(next, `${number}\n`, { mode: 0o600 });
  renameSync(next, pointerOf(directory));
}
