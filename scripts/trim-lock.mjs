/**
 * Takes out of package-lock.json what a registry cannot give: optional platform packages that the lock holds no entry for. npm leaves them out of the
 * lock when it writes it and then `npm ci` refuses the lock for lacking them. Run after every `npm install` that changes the lock; a test
 * asserts that nothing is left to trim.
 */
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);

/** The lock without dangling optional dependencies, and how many there were. */
export function trim(lock) {
  const held = new Set(Object.keys(lock.packages).map((key) => key.replace(/^.*node_modules\//, "")));
  let trimmed = 0;
  for (const entry of Object.values(lock.packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (held.has(name)) continue;
      delete entry.optionalDependencies[name];
      trimmed += 1;
    }
  }
  return { lock, trimmed };
}

if (process.argv[1] === path.pathname.replace("package-lock.json", "scripts/trim-lock.mjs")) {
  const { lock, trimmed } = trim(JSON.parse(readFileSync(path, "utf8")));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${trimmed} dangling optional dependencies taken out\n`);
}
