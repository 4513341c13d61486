/** Secrets that this host is known to hold, by value, so that the redactor finds them in any form (RELIABILITY 7). They stay in memory. */
import { join } from "node:path";
import { parseJson } from "@claw/events";
import { readSmallFile } from "./small-file.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET_NAME =
  /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|BEARER|COOKIE|AUTH(?!OR)|(^|_)(PASS|PWD|PAT|DSN|CREDS?)(_|$)/i;
/** Names that match and hold no secret; their values are ordinary paths and would be torn out of every transcript. */
const NOT_SECRET = /^(SSH_AUTH_SOCK|XAUTHORITY|CLAW_TOKEN_FILE|CLAW_OIDC_CLIENT_SECRET_FILE|PWD|OLDPWD)$/;

/** Values of variables whose name says that they are secret, and passwords in variables that hold a URL. */
export const secretsOfEnvironment = (env: Environment): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || NOT_SECRET.test(name)) return [];
    return [...(SECRET_NAME.test(name) ? [value] : []), ...passwordIn(value)];
  });

/** As it stands in the URL, and as the program that uses it sees it. */
function passwordIn(value: string): readonly string[] {
  const [, encoded] = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:([^/@\s]+)@/i.exec(value) ?? [];
  if (encoded === undefined) return [];
  try {
    return [...new Set([encoded, decodeURIComponent(encoded)])];
  } catch {
    return [encoded];
  }
}

/** The tokens in a Codex home's `auth.json`. A home without one, or that cannot be read, has none. */
export async function secretsOfCodexHome(codexHome: string): Promise<readonly string[]> {
  const read = parseJson((await readSmallFile(join(codexHome, "auth.json"))) ?? "");
  return read.ok ? stringsOf(read.value, 0).slice(0, MAX_SECRETS) : [];
}

/** The server names its home, so what stands there is bounded: each value is compiled into the redactor. */
const MAX_SECRETS = 64;
const MAX_LENGTH = 8_192;
const MAX_DEPTH = 6;
/** Shorter strings in an auth file are words, such as the mode of signing in. */
const MIN_LENGTH = 16;

function stringsOf(value: unknown, depth: number): readonly string[] {
  if (typeof value === "string")
    return value.length >= MIN_LENGTH && value.length <= MAX_LENGTH ? [value] : [];
  if (typeof value !== "object" || value === null || depth >= MAX_DEPTH) return [];
  return Object.values(value).flatMap((member) => stringsOf(member, depth + 1));
}
