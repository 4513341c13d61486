/** Bytes of the house that may be long: piece by piece, and as many as were told, or a fault. */
import { EXIT } from "@claw/runtime";
import { CommandFailed } from "../io.ts";
import { addressOf, failureOf, unreachable } from "./http.ts";
import type { Target } from "./target.ts";

const MAX_ERROR_BYTES = 65_536;
/** Until the first byte; what comes then may take as long as it takes. */
const TIMEOUT_MS = 15_000;

/** Refused as `get` is; the content fails where the house stops before its end. `hear` is told each piece before it is given. */
export async function open(
  target: Target,
  path: string,
  hear: (chunk: Uint8Array) => void,
  stop: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("late", "TimeoutError")), TIMEOUT_MS);
  const response = await fetch(addressOf(target, path, {}), {
    redirect: "manual",
    signal: AbortSignal.any([stop, late.signal]),
    headers: target.token === null ? {} : { authorization: `Bearer ${target.token}` },
  })
    .catch((error: unknown) => {
      throw unreachable(target, error);
    })
    .finally(() => clearTimeout(timer));
  if (!response.ok) throw failureOf(target, response.status, await problemIn(response));
  return piecesOf(target, response, hear);
}

async function* piecesOf(
  target: Target,
  response: Response,
  hear: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) {
      hear(chunk);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new CommandFailed(
      EXIT.unreachable,
      `${target.url.origin} stopped in the middle: ask again; if that goes on, its archive is damaged.`,
    );
  }
}

async function problemIn(response: Response): Promise<unknown> {
  try {
    const text = await response.text();
    return text.length > MAX_ERROR_BYTES ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
