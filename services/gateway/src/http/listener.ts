/** The HTTP server's listener: the door first, then the app. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { randomHex } from "@claw/runtime";
import type { App } from "./app.ts";
import { judge, type OwnNames } from "./door.ts";
import { knockOf } from "./knock.ts";
import type { HttpMetrics } from "./metrics.ts";
import { problemOf } from "./problem.ts";
import { problemHeaders } from "./raw.ts";

export function makeListener(app: App, own: OwnNames, metrics: HttpMetrics): RequestListener {
  const handle = getRequestListener(app.fetch);
  return (request, response) => {
    const refusal = judge(knockOf(request), own);
    if (refusal === null) return void handle(request, response);
    metrics.refused(refusal.code);
    return refuse(
      request,
      response,
      problemOf(refusal.code, refusal.facts, `urn:claw:request:${randomHex(8)}`),
    );
  };
}

/** Answers and hangs up: what a refused caller still wants to send is not read. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  problem: ReturnType<typeof problemOf>,
): void {
  response.writeHead(problem.status, problemHeaders(problem));
  response.end(JSON.stringify(problem), () => request.destroy());
}
