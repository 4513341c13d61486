/** Files that hold a secret: made anew each time, so that they are the owner's alone whatever stood there before, and whole or not there. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** An older file keeps its mode when it is written over, and a link would be followed; so a new one takes its place. */
export function keepSecret(path: string, secret: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flag: "wx" });
  renameSync(`${path}.new`, path);
}
