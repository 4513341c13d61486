/**
 * Which house to talk to, and as whom: CLAW_URL, and CLAW_TOKEN, CLAW_TOKEN_FILE, or the admin token that the first start left in the data directory.
 * That last one is for this machine only: it is never sent anywhere but to loopback.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, EXIT } from "@claw/runtime";
import { CommandFailed } from "../io.ts";

export const DEFAULT_URL = "http://127.0.0.1:7420";

export interface Target {
  readonly url: URL;
  /** Null where there is none: the house will say what it thinks of that. */
  readonly token: string | null;
}

/** Refuses addresses that are not http(s), or that hold a user, password, query or fragment. */
export function targetOf(env: Environment): Target {
  const url = readUrl(env["CLAW_URL"] ?? DEFAULT_URL);
  return { url, token: readToken(env, url) };
}

function readUrl(address: string): URL {
  const url = URL.parse(address);
  const isPlain =
    url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (isPlain && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new CommandFailed(
    EXIT.usage,
    "CLAW_URL is not a plain http or https address, such as http://127.0.0.1:7420; tokens go in CLAW_TOKEN_FILE.",
  );
}

export const isLoopback = (url: URL): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);

function readToken(env: Environment, url: URL): string | null {
  const { CLAW_TOKEN: token, CLAW_TOKEN_FILE: file, CLAW_DATA_DIR: dataDir } = env;
  if (token !== undefined && token !== "") return token.trim();
  if (file !== undefined && file !== "") return readTokenFile(file);
  return isLoopback(url) ? readIfThere(join(dataDir ?? ".claw", "admin-token")) : null;
}

function readTokenFile(path: string): string {
  const token = readIfThere(path);
  if (token !== null) return token;
  throw new CommandFailed(EXIT.usage, `CLAW_TOKEN_FILE names ${path}, and no token can be read there.`);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    return null;
  }
}
