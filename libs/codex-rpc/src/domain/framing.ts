/** Codex speaks JSON-RPC 2.0 without the `jsonrpc` member: one object per text frame, or one per line. */
export type RequestId = string | number;

/** One frame, read. What cannot be read is a value with a reason, never an exception. */
export type Frame =
  | {
      readonly kind: "notification";
      readonly method: string;
      readonly params: unknown;
      readonly emittedAtMs?: number;
    }
  | { readonly kind: "request"; readonly id: RequestId; readonly method: string; readonly params: unknown }
  | { readonly kind: "reply"; readonly id: RequestId; readonly outcome: Outcome }
  | { readonly kind: "unreadable"; readonly reason: UnreadableFrame };

/** How a call ended, as the server put it. `malformed` is a reply that says neither result nor a usable error. */
export type Outcome =
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "error"; readonly code: number | null; readonly message: string; readonly data: unknown }
  | { readonly kind: "malformed" };

export type UnreadableFrame =
  | "binary"
  | "not_utf8"
  | "not_json"
  | "not_an_object"
  | "too_deep"
  | "bad_id"
  | "no_method";

/** Codex nests a few levels; a frame beyond this is an attack on whoever walks it, so it is not parsed at all. */
const maxDepth = 128;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads one frame. Total: any bytes give a `Frame`. */
export function readFrame(bytes: Uint8Array, isBinary = false): Frame {
  if (isBinary) return unreadable("binary");
  const text = decode(bytes);
  if (text === null) return unreadable("not_utf8");
  if (isDeeperThan(text, maxDepth)) return unreadable("too_deep");
  const value = parse(text);
  if (value === undefined) return unreadable("not_json");
  return isRecord(value) ? readMessage(value) : unreadable("not_an_object");
}

function readMessage(message: Record<string, unknown>): Frame {
  const { method, params } = message;
  const hasId = Object.hasOwn(message, "id");
  const id = readId(message["id"]);
  if (hasId && id === null) return unreadable("bad_id");
  if (method === undefined && id !== null) return { kind: "reply", id, outcome: readOutcome(message) };
  if (typeof method !== "string") return unreadable("no_method");
  if (id !== null) return { kind: "request", id, method, params };
  const emittedAtMs = message["emittedAtMs"];
  return { kind: "notification", method, params, ...(typeof emittedAtMs === "number" && { emittedAtMs }) };
}

/** An error without a numeric code is still an error (W-22): its caller must hear of it, not time out. */
function readOutcome(message: Record<string, unknown>): Outcome {
  const error = message["error"];
  if (error !== undefined && error !== null) {
    if (!isRecord(error)) return { kind: "error", code: null, message: String(error), data: undefined };
    const code = typeof error["code"] === "number" ? error["code"] : null;
    const text = typeof error["message"] === "string" ? error["message"] : "no message";
    return { kind: "error", code, message: text, data: error["data"] };
  }
  return Object.hasOwn(message, "result")
    ? { kind: "result", value: message["result"] }
    : { kind: "malformed" };
}

/** A number beyond 2^53 has lost digits in parsing and could name somebody else's call. */
function readId(id: unknown): RequestId | null {
  if (typeof id === "string") return id;
  return typeof id === "number" && Number.isSafeInteger(id) ? id : null;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets outside strings, without recursion. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return false;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(reason: UnreadableFrame): Frame {
  return { kind: "unreadable", reason };
}
