/** The key that links redacted values of one deployment with each other: random, kept beside the data, told to nobody. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomHex } from "@claw/runtime";

export function linkKey(dataDir: string): string {
  const file = join(dataDir, "link-key");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const key = randomHex(32);
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
