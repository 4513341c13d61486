/** The HTTP surface as one function from request to response: no socket, so tests call it directly. */
import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import { randomHex } from "@claw/runtime";
import type { Context } from "hono";
import { routePath } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Action, mayDo, rolesFor } from "../auth/access.ts";
import type { Attempts } from "../auth/attempts.ts";
import { bearerIn, type Caller } from "../auth/authenticate.ts";
import type { House } from "../ports.ts";
import { routes } from "../routes/index.ts";
import { HOME_PAGE, readiness } from "../routes/open.ts";
import { readJsonBody } from "./body.ts";
import { PROBLEM_TYPE, SECURITY_HEADERS } from "./headers.ts";
import type { HttpMetrics } from "./metrics.ts";
import { describeRoutes, documentOf } from "./openapi.ts";
import { defectProblem, type Problem, problemOf, Refused, retryAfterSeconds } from "./problem.ts";
import type { Route } from "./route.ts";

export interface AppEnv {
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: { instance: string };
}
export type App = OpenAPIHono<AppEnv>;
type Ctx = Context<AppEnv>;

interface Shell {
  readonly house: House;
  readonly attempts: Attempts;
  readonly metrics: HttpMetrics;
}

export function makeApp(shell: Shell): App {
  const app = new OpenAPIHono<AppEnv>();
  app.use("*", async (c, next) => {
    c.set("instance", `urn:claw:request:${randomHex(8)}`);
    const startedAtMs = shell.house.clocks.monoMs();
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    shell.metrics.answered(
      openApiPath(routePath(c, -1)),
      c.res.status,
      shell.house.clocks.monoMs() - startedAtMs,
    );
  });
  addOpenRoutes(app, shell);
  for (const route of routes) addRoute(app, route, shell);
  app.notFound((c) => problem(c, new Refused("not_found", { kind: "route" })));
  app.onError((error, c) => onError(error, c, shell));
  return app;
}

function addOpenRoutes(app: App, shell: Shell): void {
  const { house } = shell;
  describeRoutes(app.openAPIRegistry, routes);
  let document: string | null = null;
  app.get("/", (c) => c.html(HOME_PAGE));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { status, answer } = readiness(house);
    return c.json(answer, status);
  });
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(documentOf(app));
    return c.body(document, 200, { "content-type": "application/json" });
  });
  app.get("/metrics", async (c) => {
    admit(c, shell, "metrics.read");
    return c.body(await house.metrics.metrics(), 200, { "content-type": house.metrics.contentType });
  });
}

function addRoute(app: App, route: Route, shell: Shell): void {
  app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
    const caller = admit(c, shell, route.action);
    const answer = await route.respond({
      house: shell.house,
      caller,
      query: new URL(c.req.url).searchParams,
      body: route.body === null ? null : await readJsonBody(c.req.raw),
      segment: (name) => c.req.param(name) ?? "",
    });
    return c.body(JSON.stringify(answer), 200, { "content-type": "application/json" });
  });
}

const openApiPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}");
const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ":$1");

/** Who calls, if they may do this. Refuses everybody else, and counts wrong tokens. */
function admit(c: Ctx, { house, attempts }: Shell, action: Action): Caller {
  const bearer = bearerIn(c.req.header("authorization"));
  const caller = bearer === null ? null : house.tokens.authenticate(bearer);
  if (caller === null) {
    const wait = bearer === null ? null : attempts.failed(addressOf(c));
    throw wait === null ? new Refused("unauthenticated") : new Refused("too_many", { ...wait });
  }
  const { role } = caller.principal;
  if (!mayDo(role, action))
    throw new Refused("forbidden", { action, role, needs: rolesFor(action).join(" or ") });
  return caller;
}

const addressOf = (c: Ctx): string => c.env?.incoming?.socket.remoteAddress ?? "unknown";

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
