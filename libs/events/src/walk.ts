/**
 * The walker that stands before every schema: it measures a parsed JSON value without recursion, so that no input can exhaust the stack
 * (`JSON.parse` accepts a depth of a million, RELIABILITY E30), and refuses what no honest peer sends.
 */

/** Limits of one inbound value. All are finite; the defaults are those of RELIABILITY S14. */
export interface WalkLimits {
  readonly depth: number;
  readonly nodes: number;
  readonly stringBytes: number;
  readonly totalBytes: number;
}

export const DEFAULT_LIMITS: WalkLimits = {
  depth: 32,
  nodes: 2_000,
  stringBytes: 65_536,
  totalBytes: 131_072,
};

/** Why a value was refused. `limit` is the figure it broke; the value itself is never part of it. */
export interface TooMuch {
  readonly code:
    | "too_deep"
    | "too_many_nodes"
    | "string_too_long"
    | "too_large"
    | "forbidden_key"
    | "not_json";
  readonly limit: number;
}

/** Keys that name a prototype: no honest message has them, and merging one would poison every object (RELIABILITY S19). */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Null if the value is within the limits, else the first limit it breaks. Never throws, never recurses. */
export function walk(value: unknown, limits: WalkLimits = DEFAULT_LIMITS): TooMuch | null {
  const stack: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  const seen = { nodes: 0, bytes: 0 };
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    seen.nodes += 1;
    if (seen.nodes > limits.nodes) return { code: "too_many_nodes", limit: limits.nodes };
    const refused = visit(next.value, next.depth, limits, stack, seen);
    if (refused !== null) return refused;
    if (seen.bytes > limits.totalBytes) return { code: "too_large", limit: limits.totalBytes };
  }
  return null;
}

type Stack = { readonly value: unknown; readonly depth: number }[];

function visit(
  value: unknown,
  depth: number,
  limits: WalkLimits,
  stack: Stack,
  seen: { bytes: number },
): TooMuch | null {
  switch (typeof value) {
    case "string":
      return visitString(value, limits, seen);
    case "number":
      seen.bytes += 8;
      return Number.isFinite(value) ? null : { code: "not_json", limit: 0 };
    case "boolean":
      seen.bytes += 4;
      return null;
    case "object":
      return value === null ? null : visitContainer(value, depth + 1, limits, stack, seen);
    default:
      return { code: "not_json", limit: 0 };
  }
}

function visitString(value: string, limits: WalkLimits, seen: { bytes: number }): TooMuch | null {
  const bytes = Buffer.byteLength(value);
  seen.bytes += bytes;
  return bytes > limits.stringBytes ? { code: "string_too_long", limit: limits.stringBytes } : null;
}

function visitContainer(
  value: object,
  depth: number,
  limits: WalkLimits,
  stack: Stack,
  seen: { bytes: number },
): TooMuch | null {
  if (depth > limits.depth) return { code: "too_deep", limit: limits.depth };
  const isList = Array.isArray(value);
  const keys = isList ? null : Object.keys(value);
  if ((keys ?? (value as unknown[])).length > limits.nodes)
    return { code: "too_many_nodes", limit: limits.nodes };
  if (keys === null) {
    for (const member of value as unknown[]) stack.push({ value: member, depth });
    return null;
  }
  for (const key of keys) {
    // Made well-formed, such a key has another place among its siblings, or is one of them: the value has no text of its own any more.
    if (FORBIDDEN_KEYS.has(key) || !key.isWellFormed()) return { code: "forbidden_key", limit: 0 };
    const tooLong = visitString(key, limits, seen);
    if (tooLong !== null) return tooLong;
    stack.push({ value: (value as Record<string, unknown>)[key], depth });
  }
  return null;
}
