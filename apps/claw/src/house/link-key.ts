/** The key that links redacted values of one deployment with each other: random, kept beside the data, told to nobody. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomHex } from "@claw/runtime";
import { keepSecret } from "./secret-file.ts";

export function linkKey(dataDir: string): string {
  const file = join(dataDir, "link-key");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const key = randomHex(32);
  keepSecret(file, key);
  return key;
}
