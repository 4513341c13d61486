/**
 * One call to the house. Redirects are refused, because a token would follow them; answers are bounded, those of errors to 64 KiB (X1-058).
 */
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { oneLine } from "../render/terminal.ts";
import { exitOfProblem } from "./exits.ts";
import type { Target } from "./target.ts";

const MAX_ANSWER_BYTES = 64 * 1_048_576;
const MAX_ERROR_BYTES = 65_536;
const TIMEOUT_MS = 15_000;

export type Params = Readonly<Record<string, string | number | undefined>>;

/** A problem as the house writes it; anything else that fails is told by its status. */
const Problem = z.looseObject({
  code: z.string(),
  title: z.string(),
  remedy: z.string().nullish(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  instance: z.string().optional(),
  /** Of a command that was refused. */
  commandId: z.string().optional(),
});

const TIMED_OUT = "no answer in time";
/** Failures before the first byte of a request is sent: no connection, no name, no trust. Any other may have come after it. */
const NEVER_ARRIVED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EACCES|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Nothing answers, or the answer did not come through. */
export class Unreachable extends CommandFailed {
  /** False where it is certain that the house never got the call. */
  readonly mayHaveArrived: boolean;
  readonly isTimeout: boolean;

  constructor(origin: string, why: string) {
    super(
      EXIT.unreachable,
      `Nothing answers at ${origin} (${why}): start the house with \`claw up\`, or set CLAW_URL.`,
    );
    this.mayHaveArrived = !NEVER_ARRIVED.test(why);
    this.isTimeout = why === TIMED_OUT;
  }
}

/** An answer with its headers, whatever its status. */
export interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export const get = async (target: Target, path: string, params: Params = {}): Promise<unknown> =>
  accepted(target, await send(target, "GET", path, params));

export const post = async (target: Target, path: string, body: unknown): Promise<unknown> =>
  accepted(target, await send(target, "POST", path, {}, body));

/** Sends and reads, and fails only when the house cannot be reached or does not speak our way. Gives up after `timeoutMs`. */
export async function send(
  target: Target,
  method: "GET" | "POST",
  path: string,
  params: Params = {},
  body?: unknown,
  timeoutMs = TIMEOUT_MS,
): Promise<Raw> {
  const response = await reach(target, addressOf(target, path, params), {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      accept: "application/json",
      ...(target.token !== null && { authorization: `Bearer ${target.token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.status >= 300 && response.status < 400)
    throw new CommandFailed(
      EXIT.fault,
      "The server answers with a redirect, and a token is not sent after one: correct CLAW_URL.",
    );
  const limit = response.ok ? MAX_ANSWER_BYTES : MAX_ERROR_BYTES;
  const text = await readBounded(response, limit).catch((error: unknown) => {
    throw error instanceof CommandFailed ? error : unreachable(target, error);
  });
  return { status: response.status, headers: response.headers, body: parse(text) };
}

export function addressOf({ url }: Target, path: string, params: Params): URL {
  const address = new URL(url.pathname.replace(/\/$/, "") + path, url);
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) address.searchParams.set(name, String(value));
  return address;
}

async function reach(target: Target, address: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    throw unreachable(target, error);
  }
}

/** One sentence: where, why, and what to do. */
export const unreachable = (target: Target, error: unknown): Unreachable =>
  new Unreachable(target.url.origin, codeOf(error));

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "TimeoutError") return TIMED_OUT;
  const cause: unknown = error.cause ?? error;
  if (!(cause instanceof Error)) return error.name;
  return "code" in cause ? String(cause.code) : oneLine(cause.message);
}

async function readBounded(response: Response, limit: number): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > limit)
      throw new CommandFailed(EXIT.fault, `The server's answer is larger than ${limit} bytes: ask for less.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function accepted(target: Target, { status, body }: Raw): unknown {
  if (status >= 200 && status < 300) return body;
  throw failureOf(target, status, body);
}

/** The house speaks of headers; at a terminal a token comes from a file or a setting. */
const NO_TOKEN =
  "There is no token for this house: set CLAW_TOKEN_FILE, or CLAW_DATA_DIR to the folder in which `claw up` keeps its files.";

/** What a refused or failed call means for the command: its exit code, and the house's own words, with the code that `docs/look-up/refusals.md` explains. */
export function failureOf({ token }: Target, status: number, body: unknown): CommandFailed {
  if (status === 401 && token === null) return new CommandFailed(EXIT.refused, NO_TOKEN);
  const problem = Problem.safeParse(body);
  if (!problem.success)
    return new CommandFailed(exitOfProblem(status, null), `The server answers ${status} without saying why.`);
  const { title, remedy, facts, code, instance, commandId } = problem.data;
  const seen = Object.entries(facts).map(([name, value]) => `${name}=${value ?? "none"}`);
  const parts = [
    title,
    seen.length > 0 ? `(${code}: ${seen.join(", ")})` : `(${code})`,
    remedy ?? "",
    code === "defect" ? instance : "",
    commandId === undefined ? "" : `(${commandId})`,
  ];
  return new CommandFailed(exitOfProblem(status, code), oneLine(parts.filter(Boolean).join(" ")));
}
