/** The HTTP server's listener: the door first, then the app. By the product's name there is neither. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { randomHex } from "@claw/runtime";
import type { App } from "./app.ts";
import { isReading } from "../auth/own-page.ts";
import { type DoorRefusal, isOfProduct, judge, type Knock, type OwnNames } from "./door.ts";
import { PAGE_HEADERS } from "./headers.ts";
import { knockOf } from "./knock.ts";
import type { HttpMetrics } from "./metrics.ts";
import { problemOf } from "./problem.ts";
import { productPage } from "./product-page.ts";
import { problemHeaders } from "./raw.ts";

export function makeListener(app: App, own: OwnNames, metrics: HttpMetrics): RequestListener {
  const handle = getRequestListener(app.fetch);
  const page = productPage(own.publicOrigin);
  return (request, response) => {
    const knock = knockOf(request);
    const isProduct = isOfProduct(knock, own);
    if (isProduct && isPageAsked(knock)) return show(request, response, page);
    const refusal = isProduct ? NOT_HERE : judge(knock, own);
    if (refusal === null) return void handle(request, response);
    metrics.refused(refusal.code);
    return refuse(
      request,
      response,
      problemOf(refusal.code, refusal.facts, `urn:claw:request:${randomHex(8)}`),
    );
  };
}

const NOT_HERE: DoorRefusal = { code: "not_found", facts: { kind: "route" } };

const isPageAsked = ({ method, target }: Knock): boolean =>
  isReading(method) && target.split("?", 1)[0] === "/";

/** Nobody is asked who they are, and nothing that they sent is looked at. */
function show(request: IncomingMessage, response: ServerResponse, page: string): void {
  const headers = { "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(page) };
  response.writeHead(200, { ...PAGE_HEADERS, ...headers });
  response.end(request.method === "HEAD" ? undefined : page);
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
