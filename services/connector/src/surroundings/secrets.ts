/** Secrets that this host is known to hold, by value, so that the redactor finds them in any form (RELIABILITY 7). They stay in memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@claw/events";

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|BEARER|COOKIE|AUTH/i;
/** Names that match and hold no secret; their values are ordinary paths and would be torn out of every transcript. */
const NOT_SECRET = /^(SSH_AUTH_SOCK|XAUTHORITY|CLAW_TOKEN_FILE)$/;

/** Values of variables whose name says that they are secret. */
export const secretsOfEnvironment = (env: Environment): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET_NAME.test(name) && !NOT_SECRET.test(name) ? [value] : [],
  );

/** The tokens in a Codex home's `auth.json`. A home without one, or that cannot be read, has none. */
export function secretsOfCodexHome(codexHome: string): readonly string[] {
  try {
    const read = parseJson(readFileSync(join(codexHome, "auth.json"), "utf8"));
    return read.ok ? stringsOf(read.value, 0) : [];
  } catch {
    return [];
  }
}

const MAX_DEPTH = 6;
/** Shorter strings in an auth file are words, such as the mode of signing in. */
const MIN_LENGTH = 16;

function stringsOf(value: unknown, depth: number): readonly string[] {
  if (typeof value === "string") return value.length >= MIN_LENGTH ? [value] : [];
  if (typeof value !== "object" || value === null || depth >= MAX_DEPTH) return [];
  return Object.values(value).flatMap((member) => stringsOf(member, depth + 1));
}
