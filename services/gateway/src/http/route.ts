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
  /** The address by which the caller calls us. */
  readonly origin: URL;
  /** Tells when the caller has gone away before the answer. */
  readonly left: () => AbortSignal;
}

/** An answer that is not the end: what was asked for goes on, and `location` is where to look for it (202). */
export class StillOpen<Answer> {
  readonly answer: Answer;
  readonly location: string;

  constructor(answer: Answer, location: string) {
    this.answer = answer;
    this.location = location;
  }
}

/** An answer that is written already: of many parts that seldom change, each is written once (N1-031). */
export class Written {
  /** JSON of the route's answer, in UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Called once all of it was sent, or nobody is there any more. */
  readonly giveBack: () => void;

  constructor({ bytes, giveBack }: Pick<Written, "bytes" | "giveBack">) {
    this.bytes = bytes;
    this.giveBack = giveBack;
  }
}

/** An answer that comes piece by piece, and is kept rather than shown: a browser saves it as a file and runs nothing of it (RELIABILITY S22). */
export class Streamed {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How many bytes there are; fewer is a broken answer. */
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly digest: string;
  readonly mediaType: string;
  /** Of ASCII that needs no quoting. */
  readonly name: string;

  constructor(of: Pick<Streamed, "body" | "bytes" | "digest" | "mediaType" | "name">) {
    this.body = of.body;
    this.bytes = of.bytes;
    this.digest = of.digest;
    this.mediaType = of.mediaType;
    this.name = of.name;
  }
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
  /** True if the answer may be `StillOpen`. */
  readonly mayStayOpen?: boolean;
  /** Left out where the answer is JSON. */
  readonly mediaTypes?: readonly string[];
  readonly handle: (ask: Ask<z.output<Query>, z.output<Body>>) => Answered<z.input<Answer>>;
}

type Sent<Answer> = Answer | StillOpen<Answer> | Written | Streamed;
type Answered<Answer> = Sent<Answer> | Promise<Sent<Answer>>;

/** A request before it is read. */
export interface RawAsk {
  readonly house: House;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly segment: (name: string) => string;
  readonly origin: URL;
  readonly left: () => AbortSignal;
}

export interface Route {
  readonly method: "get" | "post";
  readonly path: string;
  readonly summary: string;
  readonly action: Action;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  readonly mayStayOpen: boolean;
  readonly mediaTypes: readonly string[];
  readonly respond: (ask: RawAsk) => Promise<unknown>;
}

const JSON_ONLY = ["application/json"];

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
    mayStayOpen: spec.mayStayOpen ?? false,
    mediaTypes: spec.mediaTypes ?? JSON_ONLY,
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

export const standing = z
  .int()
  .min(0)
  .describe("Where the views stand: everything up to here is in the answer.");

/** `{"<plural>": [...], nextCursor, position}` */
export const listOf = <Name extends string, Item extends z.ZodType>(name: Name, item: Item) =>
  z.object({ [name]: z.array(item), nextCursor: z.string().nullable(), position: standing } as {
    [Key in Name]: z.ZodArray<Item>;
  } & { nextCursor: z.ZodNullable<z.ZodString>; position: z.ZodInt });

/** `{"<singular>": {...}}` */
export const oneOf = <Name extends string, Item extends z.ZodType>(name: Name, item: Item) =>
  z.object({ [name]: item } as { [Key in Name]: Item });
