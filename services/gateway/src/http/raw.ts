/** A problem as bytes, for sockets that never became an HTTP answer or a WebSocket. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { PROBLEM_TYPE, SECURITY_HEADERS } from "./headers.ts";
import { type Problem, retryAfterSeconds } from "./problem.ts";

/** The headers of a problem, beside those of every answer. */
export function problemHeaders(problem: Problem): Readonly<Record<string, string>> {
  const seconds = retryAfterSeconds(problem);
  return {
    ...SECURITY_HEADERS,
    "content-type": PROBLEM_TYPE,
    connection: "close",
    ...(seconds !== null && { "retry-after": String(seconds) }),
    ...(problem.status === 401 && { "www-authenticate": "Bearer" }),
  };
}

export function rawProblem(problem: Problem): string {
  const body = JSON.stringify(problem);
  const headers = { ...problemHeaders(problem), "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}`, ...lines, "", body].join(
    "\r\n",
  );
}

/** How long the other side has to read a farewell and close, in ms. */
const FAREWELL_MS = 1_000;

/**
 * Says a last word and lets go of the socket, also of a caller who never closes their side: no timeout of HTTP reaches a socket that asked for
 * an upgrade, and whoever keeps enough of them open would lock everybody out (RELIABILITY S14).
 */
export function hangUp(socket: Duplex, lastWord: string): void {
  const late = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once("close", () => clearTimeout(late));
  socket.end(lastWord);
}
