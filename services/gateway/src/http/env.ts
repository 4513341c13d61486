/** What Hono hands through to our handlers. */
import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";

export interface AppEnv {
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: { instance: string };
}
export type App = OpenAPIHono<AppEnv>;
export type Ctx = Context<AppEnv>;
