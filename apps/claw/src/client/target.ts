/**
 * Which house to talk to, and as whom: CLAW_URL, and CLAW_TOKEN or CLAW_TOKEN_FILE. Without them, the house that runs on the data directory, by
 * the address and the admin token that it left there. Those two are for this machine only: that token is sent nowhere but to loopback, and a token
 * that was given is sent to no address that was merely found.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, EXIT } from "@claw/runtime";
import { houseAddress, uplinkAddress } from "../house/pid-file.ts";
import { CommandFailed } from "../io.ts";

export const DEFAULT_URL = "http://127.0.0.1:7420";

export interface Target {
  readonly url: URL;
  /** Null where there is none: the house will say what it thinks of that. */
  readonly token: string | null;
}

/** Refuses addresses that are not http(s), or that hold a user, password, query or fragment. */
export function targetOf(env: Environment): Target {
  const url = readUrl(env["CLAW_URL"] || addressFound(env) || DEFAULT_URL);
  return { url, token: readToken(env, url) };
}

/** Null for what is not http(s), or holds a user, password, query or fragment. */
export function readAddress(address: string): URL | null {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return url.username + url.password + url.search + url.hash === "" ? url : null;
}

function readUrl(address: string): URL {
  const url = readAddress(address);
  if (url !== null) return url;
  throw new CommandFailed(
    EXIT.usage,
    "CLAW_URL is not a plain http or https address, such as http://127.0.0.1:7420; tokens go in CLAW_TOKEN_FILE.",
  );
}

function addressFound(env: Environment): string | null {
  if (env["CLAW_TOKEN"] || env["CLAW_TOKEN_FILE"]) return null;
  const address = URL.parse(houseAddress(dataDirOf(env)) ?? "");
  return address !== null && isLoopback(address) ? address.href : null;
}

/** Where connectors reach the house that runs here: its uplink, if that has an address of its own. */
export const uplinkOf = (env: Environment, { url }: Target): URL =>
  readAddress(uplinkAddress(dataDirOf(env), url) ?? "") ?? url;

const dataDirOf = (env: Environment): string => env["CLAW_DATA_DIR"] || ".claw";

export const isLoopback = (url: URL): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);

function readToken(env: Environment, url: URL): string | null {
  const { CLAW_TOKEN: token, CLAW_TOKEN_FILE: file } = env;
  if (token !== undefined && token !== "") return token.trim();
  if (file !== undefined && file !== "") return readTokenFile(file);
  return isLoopback(url) ? readIfThere(join(dataDirOf(env), "admin-token")) : null;
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
