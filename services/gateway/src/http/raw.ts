/** A problem as bytes, for sockets that never became an HTTP answer or a WebSocket. */
import { STATUS_CODES } from "node:http";
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
