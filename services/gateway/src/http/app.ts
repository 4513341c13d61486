/** The HTTP surface as one function from request to response: no socket, so tests call it directly. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { randomHex } from "@claw/runtime";
import { routePath } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { bearerIn, type Caller } from "../auth/authenticate.ts";
import { isReading } from "../auth/own-page.ts";
import { MCP_PATH, type Mcp } from "../mcp/mount.ts";
import type { House } from "../ports.ts";
import { routes } from "../routes/index.ts";
import { houseOnly } from "../routes/house-only.ts";
import { HOME_PAGE, readiness } from "../routes/open.ts";
import { seenBy } from "../sight.ts";
import { specHtml, specMarkdown } from "../docs/spec.ts";
import { addSignIn } from "../sign-in/mount.ts";
import type { Site } from "../site/site.ts";
import { addressOf, type Admission, admit, notAdmitted, originOfRequest } from "./admit.ts";
import { readJsonBody } from "./body.ts";
import type { App, AppEnv, Ctx } from "./env.ts";
import { headersFor, IMMUTABLE, PROBLEM_TYPE, SECURITY_HEADERS } from "./headers.ts";
import type { HttpMetrics } from "./metrics.ts";
import { metricsPage } from "./metrics-page.ts";
import { describeRoutes, documentOf } from "./openapi.ts";
import { defectProblem, type Problem, problemOf, Refused, retryAfterSeconds } from "./problem.ts";
import { type Route, StillOpen, Streamed, Written } from "./route.ts";

export type { App } from "./env.ts";

interface Shell extends Admission {
  readonly house: House;
  readonly metrics: HttpMetrics;
  /** Left out where nobody calls over MCP. */
  readonly mcp?: Mcp;
  /** The dashboard; left out where it was not built. */
  readonly site?: Site;
}

export function makeApp(shell: Shell): App {
  const app = new OpenAPIHono<AppEnv>();
  app.use("*", async (c, next) => {
    c.set("instance", `urn:claw:request:${randomHex(8)}`);
    const startedAtMs = shell.house.clocks.monoMs();
    // Before there is an answer: a header that is put on it later makes it anew, and copies its body (N1-031).
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(headersFor(headers)))
      if (headers.get(name) !== value) c.header(name, value);
    shell.metrics.answered(
      openApiPath(routePath(c, -1)),
      c.res.status,
      shell.house.clocks.monoMs() - startedAtMs,
    );
  });
  addOpenRoutes(app, shell);
  addSignIn(app, shell);
  for (const route of routes) addRoute(app, route, shell);
  addHouseOnly(app, shell);
  if (shell.mcp !== undefined) addMcp(app, shell, shell.mcp);
  app.notFound((c) => fileOf(c, shell) ?? problem(c, new Refused("not_found", { kind: "route" })));
  app.onError((error, c) => onError(error, c, shell));
  return app;
}

/** A file of the dashboard, or its page; null where there is none of this path, or nothing is read. */
function fileOf(c: Ctx, { site }: Pick<Shell, "site">): Response | null {
  const file = isReading(c.req.method) ? site?.find(new URL(c.req.url).pathname) : null;
  if (file === null || file === undefined) return null;
  const kept = file.isImmutable ? { "cache-control": IMMUTABLE } : {};
  return c.body(file.bytes, 200, { "content-type": file.contentType, ...kept });
}

function addOpenRoutes(app: App, shell: Shell): void {
  const { house } = shell;
  describeRoutes(app.openAPIRegistry, routes);
  let document: string | null = null;
  app.get("/", (c) => fileOf(c, shell) ?? c.html(HOME_PAGE));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { status, answer } = readiness(house);
    return c.json(answer, status);
  });
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(documentOf(app));
    return c.body(document, 200, { "content-type": "application/json" });
  });
  app.get("/docs/spec-v2", (c) => c.html(specHtml()));
  app.get("/docs/spec-v2.md", (c) =>
    c.body(specMarkdown(), 200, { "content-type": "text/markdown; charset=utf-8" }),
  );
  app.get("/metrics", async (c) => {
    refuseBound(admit(c, shell, "metrics.read"));
    const { text, contentType } = await metricsPage(house.metrics, c.req.header("accept"));
    return c.body(text, 200, { "content-type": contentType });
  });
}

/** Figures are of the whole house, which who is bound to a root sees nothing of (X1-005). */
function refuseBound({ principal: { role, root } }: Caller): void {
  if (root !== undefined)
    throw new Refused("forbidden", { action: "metrics.read", role, needs: "a token without a root" });
}

function addRoute(app: App, route: Route, shell: Shell): void {
  app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
    const caller = admit(c, shell, route.action);
    const answer = await route.respond({
      house: seenBy(shell.house, caller),
      caller,
      query: new URL(c.req.url).searchParams,
      body: route.body === null ? null : await readJsonBody(c.req.raw),
      segment: (name) => c.req.param(name) ?? "",
      origin: originOfRequest(c, shell.own),
      left: () => c.req.raw.signal,
    });
    const json = { "content-type": "application/json" };
    if (answer instanceof Streamed) return download(c, answer);
    if (answer instanceof Written) {
      c.env?.outgoing?.once("close", answer.giveBack);
      return c.body(answer.bytes, 200, json);
    }
    return answer instanceof StillOpen
      ? c.body(JSON.stringify(answer.answer), 202, { ...json, location: answer.location })
      : c.body(JSON.stringify(answer), 200, json);
  });
}

/** Its length is told, so that whoever reads knows whether it came to its end; who asks for the headers alone reads nothing. */
function download(c: Ctx, { body, bytes, digest, mediaType, name }: Streamed): Response {
  const headers = {
    "content-type": mediaType,
    "content-length": String(bytes),
    "content-disposition": `attachment; filename="${name}"`,
    "repr-digest": `sha-256=:${Buffer.from(digest, "hex").toString("base64")}:`,
  };
  if (c.req.raw.method !== "HEAD") return c.body(body, 200, headers);
  void body.cancel();
  return c.body(null, 200, headers);
}

/** Routes that are there for the house itself; to everybody else, whatever they bring, they are paths that nobody knows (F1-133, F1-134). */
function addHouseOnly(app: App, { house }: Shell): void {
  for (const { path, respond } of houseOnly)
    app.get(path, (c) => {
      const bearer = bearerIn(c.req.header("authorization"));
      const caller = bearer === null ? null : house.tokens.authenticate(bearer);
      return caller?.principal.kind === "house" ? c.json(respond(house)) : c.notFound();
    });
}

/** MCP shows its own tokens, beside those of people and Claws, and says itself who may do what. */
function addMcp(app: App, shell: Shell, mcp: Mcp): void {
  app.all(MCP_PATH, async (c) => {
    const bearer = bearerIn(c.req.header("authorization"));
    const caller = bearer === null ? null : await mcp.authenticate(bearer, addressOf(c));
    if (caller === null) throw notAdmitted(c, shell.attempts, bearer !== null);
    return mcp.serve(c.req.raw, caller);
  });
}

const openApiPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}");
const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ":$1");

function onError(error: Error, c: Ctx, { house, metrics }: Shell): Response {
  if (error instanceof Refused) {
    metrics.refused(error.code);
    return problem(c, error);
  }
  const instance = c.get("instance");
  house.diagnostics.error({ instance, kind: error.name, where: placesIn(error) }, "a request failed");
  return write(c, defectProblem(instance));
}

/** Where it failed, without the message: that may hold what somebody sent. */
const placesIn = (error: Error): readonly string[] =>
  (error.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .slice(0, 12);

const problem = (c: Ctx, refused: Refused): Response =>
  write(c, { ...refused.members, ...problemOf(refused.code, refused.facts, c.get("instance")) });

function write(c: Ctx, body: Problem): Response {
  c.header("content-type", PROBLEM_TYPE);
  const seconds = retryAfterSeconds(body);
  if (seconds !== null) c.header("retry-after", String(seconds));
  if (body.status === 401) c.header("www-authenticate", "Bearer");
  return c.body(JSON.stringify(body), body.status as ContentfulStatusCode);
}
