import { realpathSync } from "node:fs";
import { connect } from "node:net";
import { Effect, type Scope } from "effect";
import { type CodexFault, fault } from "../faults.ts";
import type { Settings } from "../options.ts";
import type { UnixTarget } from "../domain/target.ts";
import { openWebsocket } from "./websocket.ts";
import type { Wire, WireEvents } from "./wire.ts";

/** What fits into `sun_path` with its closing zero on Linux. */
const maxSocketPathBytes = 107;

/**
 * Opens a WebSocket on a unix socket. An app-server makes the path a link to a short one of its own, so a path that
 * is too long to be a socket address is followed first; one that stays too long is refused.
 */
export function openUnix(
  target: UnixTarget,
  settings: Settings,
  events: WireEvents,
): Effect.Effect<Wire, CodexFault, Scope.Scope> {
  const path = socketAddress(target.path);
  if (typeof path !== "string") return Effect.fail(path.refused);
  const createConnection = () => connect({ path });
  return openWebsocket({ url: "ws://localhost/", headers: {}, createConnection }, settings, events);
}

function socketAddress(path: string): string | { readonly refused: CodexFault } {
  if (fits(path)) return path;
  try {
    const real = realpathSync(path);
    if (fits(real)) return real;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    return { refused: fault("connect_failed", { message: `${code}: the long socket path leads nowhere` }) };
  }
  const message = `a socket path has at most ${maxSocketPathBytes} bytes`;
  return { refused: fault("bad_target", { message }) };
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= maxSocketPathBytes;
}
