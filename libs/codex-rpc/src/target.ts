import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { Result } from "effect";
import type { Target, WebsocketTarget } from "./domain/target.ts";
import { type CodexFault, fault } from "./faults.ts";

/**
 * Reads `unix:///abs/path`, `unix://` (the default socket of CODEX_HOME), `ws://host:port`, `wss://host:port` or
 * `stdio:command arg arg`. Refuses everything else, relative paths, credentials and queries in a URL, and
 * quotes in a command, which is split at blanks.
 */
export function parseTarget(
  text: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Result.Result<Target, CodexFault> {
  if (text === "unix://") return Result.succeed({ kind: "unix", path: defaultSocketPath(env) });
  if (text.startsWith("unix://")) return parseUnix(text.slice("unix://".length));
  if (/^wss?:\/\//.test(text)) return parseWebsocket(text);
  if (text.startsWith("stdio:")) return parseStdio(text.slice("stdio:".length));
  return refuse("an endpoint is unix://, unix:///path, ws://host:port, wss://host:port or stdio:command");
}

/** Where an app-server listens that was told no path: under CODEX_HOME, which is `~/.codex` by default. */
export function defaultSocketPath(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["CODEX_HOME"] ?? join(env["HOME"] ?? homedir(), ".codex");
  return join(home, "app-server-control", "app-server-control.sock");
}

/** How a target is named in messages; it holds no token. */
export function describeTarget(target: Target): string {
  if (target.kind === "unix") return `unix://${target.path}`;
  return target.kind === "websocket" ? target.url : `stdio:${target.command}`;
}

/** Refuses a WebSocket target that would send prompts or a token in the clear, or knock without one. */
export function checkExposure(target: WebsocketTarget): CodexFault | null {
  const url = new URL(target.url);
  if (isLoopback(url.hostname)) return null;
  if (url.protocol !== "wss:") {
    return fault("bad_target", { message: `${url.host} is not loopback: use wss:// or a tunnel` });
  }
  if (target.bearer) return null;
  return fault("bearer_missing", { message: `${url.host} is not loopback: configure a bearer token` });
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function parseUnix(path: string): Result.Result<Target, CodexFault> {
  if (!isAbsolute(path) || path.includes("\0")) return refuse("the path of a unix:// endpoint is absolute");
  return Result.succeed({ kind: "unix", path });
}

function parseWebsocket(text: string): Result.Result<Target, CodexFault> {
  if (!URL.canParse(text)) return refuse("the endpoint is not a URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return refuse("a URL must not hold credentials, a query or a fragment; tokens have their own setting");
  }
  return Result.succeed({ kind: "websocket", url: text });
}

function parseStdio(text: string): Result.Result<Target, CodexFault> {
  if (/["'\\\0]/.test(text)) return refuse("a stdio: command is split at blanks and takes no quotes");
  const [command, ...args] = text.split(/\s+/).filter((word) => word !== "");
  if (command === undefined) return refuse("stdio: needs a command");
  return Result.succeed({ kind: "stdio", command, args });
}

function refuse(message: string): Result.Result<never, CodexFault> {
  return Result.fail(fault("bad_target", { message }));
}
