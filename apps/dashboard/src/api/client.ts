/**
 * Every request of the dashboard to its own origin. The cookie of the sign-in says who asks; no token is ever in this page's hands (ADR 0014). What is refused
 * is thrown as `ApiProblem`, with the code, the way out and the figures of the API's own answer.
 */
import type { Problem } from "./types.ts";

/** A request that is not answered by then has failed: the house itself waits at most 120 s, and only where it is asked to. */
const TIMEOUT_MS = 20_000;

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export interface Asked {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Ms; for requests that wait for an end. */
  readonly timeoutMs?: number;
}

/** What `path` answers, as JSON. Rejects with `ApiProblem`, also where the house cannot be reached (`unreachable`) or says something unreadable (`unreadable`). */
export async function request<Answer>(path: string, asked: Asked = {}): Promise<Answer> {
  const response = await sent(path, asked);
  if (response.status === 204) return undefined as Answer;
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as Answer;
  throw new ApiProblem(isProblem(body) ? body : unreadable(response.status));
}

/** The same for what answers text, as `/metrics` does. */
export async function requestText(path: string, asked: Asked = {}): Promise<string> {
  const response = await sent(path, asked);
  if (response.ok) return response.text();
  const body = await response.json().catch(() => null);
  throw new ApiProblem(isProblem(body) ? body : unreadable(response.status));
}

async function sent(
  path: string,
  { method = "GET", query, body, signal, timeoutMs = TIMEOUT_MS }: Asked,
): Promise<Response> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(withQuery(path, query), {
      method,
      credentials: "same-origin",
      redirect: "error",
      cache: "no-store",
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      headers: {
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiProblem(unreachable());
  }
}

function withQuery(path: string, query: Asked["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";

const own = (code: string, status: number, detail: string, remedy: string | null): Problem => ({
  type: `urn:claw:dashboard:${code}`,
  title: detail,
  status,
  code,
  detail,
  remedy,
  facts: {},
  instance: "",
});

const unreachable = (): Problem =>
  own("unreachable", 0, "The house does not answer.", "What is shown is the last that was heard.");

const unreadable = (status: number): Problem =>
  own("unreadable", status, `The house answered ${status}, and not in its own words.`, null);

/** Why something was not done, as a problem, whatever was thrown. */
export const problemIn = (error: unknown): Problem =>
  error instanceof ApiProblem
    ? error.problem
    : own("defect", 0, "The page itself failed.", "Load it again; if it happens twice, report it.");

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.problem.code === "unauthenticated";
