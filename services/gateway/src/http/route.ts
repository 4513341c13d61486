/**
 * A route is a value: its path, who may call it, how its query and body are read, what it answers, and the function that does. One table of
 * them serves requests, writes `/openapi.json`, and is what the tests walk through.
 */
import { z } from "zod";
import type { Action } from "../auth/access.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { House } from "../ports.ts";
import { parsed, parseQuery } from "./query.ts";

/** A request as a route sees it. */
export interface Ask<Query, Body> {
  readonly house: House;
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
  /** A segment of the path by its name; what it names may not exist. */
  readonly segment: (name: string) => string;
}

interface Spec<Query extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType> {
  readonly method: "get" | "post";
  /** In the way of OpenAPI: `/api/sessions/{sessionId}`. */
  readonly path: string;
  readonly summary: string;
  readonly action: Action;
  readonly query: Query;
  /** `z.null()` for routes without one. */
  readonly body: Body;
  readonly answer: Answer;
  readonly handle: (ask: Ask<z.output<Query>, z.output<Body>>) => z.input<Answer> | Promise<z.input<Answer>>;
}

/** A request before it is read. */
export interface RawAsk {
  readonly house: House;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly segment: (name: string) => string;
}

export interface Route {
  readonly method: "get" | "post";
  readonly path: string;
  readonly summary: string;
  readonly action: Action;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  readonly respond: (ask: RawAsk) => Promise<unknown>;
}

/** Makes a route of its description; reading the query and the body is part of it, so that no handler can forget. */
export function route<Query extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType>(
  spec: Spec<Query, Body, Answer>,
): Route {
  const { method, path, summary, action, query, body, answer } = spec;
  return {
    method,
    path,
    summary,
    action,
    query,
    body: body instanceof z.ZodNull ? null : body,
    answer,
    respond: async (raw) =>
      spec.handle({
        ...raw,
        query: parseQuery(query, raw.query),
        body: parsed(body, raw.body, "body"),
      }),
  };
}

/** A read: no body. */
export const read = <Query extends z.ZodType, Answer extends z.ZodType>(
  spec: Omit<Spec<Query, z.ZodNull, Answer>, "method" | "body">,
): Route => route({ ...spec, method: "get", body: z.null() });

const standing = z.int().min(0).describe("Where the views stand: everything up to here is in the answer.");

/** `{"<plural>": [...], nextCursor, position}` */
export const listOf = <Name extends string, Item extends z.ZodType>(name: Name, item: Item) =>
  z.object({ [name]: z.array(item), nextCursor: z.string().nullable(), position: standing } as {
    [Key in Name]: z.ZodArray<Item>;
  } & { nextCursor: z.ZodNullable<z.ZodString>; position: z.ZodInt });

/** `{"<singular>": {...}}` */
export const oneOf = <Name extends string, Item extends z.ZodType>(name: Name, item: Item) =>
  z.object({ [name]: item } as { [Key in Name]: Item });
