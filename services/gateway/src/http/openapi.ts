/** `/openapi.json`, written from the same table that serves the requests. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { HealthAnswer, ReadyAnswer } from "../routes/open.ts";
import { PROBLEM_TYPE } from "./headers.ts";
import { Problem } from "./problem.ts";
import type { Route } from "./route.ts";

type Registry = OpenAPIHono["openAPIRegistry"];

/** Says of each route what it reads and answers. */
export function describeRoutes(registry: Registry, routes: readonly Route[]): void {
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  for (const route of routes) describeRoute(registry, route);
  describeOpen(registry, "/healthz", "Does the process live?", HealthAnswer);
  describeOpen(registry, "/readyz", "Is every part ready? 503 with the parts that are not.", ReadyAnswer);
}

const json = (schema: z.ZodType) => contentOf(["application/json"], schema);
const contentOf = (mediaTypes: readonly string[], schema: z.ZodType) =>
  Object.fromEntries(mediaTypes.map((mediaType) => [mediaType.split(";", 1)[0] ?? "", { schema }]));
const problems = {
  default: { description: "A problem (RFC 9457).", content: { [PROBLEM_TYPE]: { schema: Problem } } },
};

/** What stays open is answered with where to look for it. */
const stillOpen = (answer: z.ZodType) => ({
  202: {
    description: "It goes on; `Location` says where to look for it.",
    headers: z.object({ location: z.string() }),
    content: json(answer),
  },
});

function describeRoute(registry: Registry, route: Route): void {
  const { method, path, summary, query, body, answer, mayStayOpen, mediaTypes } = route;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  registry.registerPath({
    method,
    path,
    summary,
    security: [{ bearer: [] }],
    request: {
      params,
      query: query as z.ZodObject,
      ...(body !== null && { body: { required: true, content: json(body) } }),
    },
    responses: {
      200: { description: summary, content: contentOf(mediaTypes, answer) },
      ...(mayStayOpen && stillOpen(answer)),
      ...problems,
    },
  });
}

function describeOpen(registry: Registry, path: string, summary: string, answer: z.ZodType): void {
  const responses = { 200: { description: summary, content: json(answer) } };
  registry.registerPath({ method: "get", path, summary, responses });
}

export const documentOf = (app: Pick<OpenAPIHono, "getOpenAPI31Document">) =>
  app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Claw Supervisor",
      version: "1",
      description: "An event-sourced supervisor for Codex sessions.",
    },
  });
