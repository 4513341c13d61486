/**
 * Bytes ⇄ entries ⇄ events.
 *
 * Reading is in two steps, because they fail differently. `decodeEntry` reads an envelope and refuses what is not one. `readEvents` reads the
 * events inside: one of an unknown kind, or of a newer version, is skipped and named; one of a known kind with the wrong shape is poison.
 */
import { canonical, type Json } from "./canonical.ts";
import { type Event, kindOf } from "./catalog.ts";
import { type Body, Entry, type Placed, type SealedEvent } from "./entry.ts";
import { failure, type Result, success } from "./result.ts";
import { upcast } from "./upcast.ts";
import { DEFAULT_LIMITS, walk, type WalkLimits } from "./walk.ts";

/** Why bytes are not an entry. Holds no part of them. */
export interface Unreadable {
  readonly code: "not_json" | "too_much" | "wrong_shape";
  readonly detail: string;
}

/** The largest entry in bytes: an envelope and its bodies (RELIABILITY S14 asks for 128 KiB an event; an entry may hold several). */
export const MAX_ENTRY_BYTES = 524_288;

const ENTRY_LIMITS: WalkLimits = {
  ...DEFAULT_LIMITS,
  stringBytes: 262_144,
  totalBytes: MAX_ENTRY_BYTES,
  nodes: 8_000,
};

export const encodeEnvelope = (entry: Entry): string => canonical(entry.envelope as unknown as Json);
export const encodeBodies = (entry: Entry): string => canonical(entry.bodies as unknown as Json);

/** Reads a parsed JSON value as an entry. Checks size, depth and shape; `isIntact` checks the digests. */
export function decodeEntry(value: unknown): Result<Entry, Unreadable> {
  const tooMuch = walk(value, ENTRY_LIMITS);
  if (tooMuch !== null) return failure({ code: "too_much", detail: tooMuch.code });
  const parsed = Entry.safeParse(value);
  if (parsed.success) return success(parsed.data);
  return failure({ code: "wrong_shape", detail: pathOf(parsed.error.issues[0]) });
}

/** Text as JSON, or why not. */
export function parseJson(text: string): Result<unknown, Unreadable> {
  try {
    return success(JSON.parse(text));
  } catch {
    return failure({ code: "not_json", detail: "the text is not JSON" });
  }
}

/** One event, read. `index` is its place in the entry. */
export type ReadEvent =
  | { readonly status: "known"; readonly index: number; readonly event: Event }
  | { readonly status: "unknown"; readonly index: number; readonly type: string; readonly v: number }
  | { readonly status: "poison"; readonly index: number; readonly type: string; readonly detail: string };

export const readEvents = ({ entry }: Pick<Placed, "entry">): readonly ReadEvent[] =>
  entry.envelope.events.map((event, index) => readEvent(event, entry.bodies[index] ?? null, index));

/** Reads one event as the newest version that this code knows. */
export function readEvent(sealed: SealedEvent, body: Body | null, index = 0): ReadEvent {
  const kind = kindOf(sealed.type);
  if (kind === undefined || sealed.v > kind.version)
    return { status: "unknown", index, type: sealed.type, v: sealed.v };
  const json = body === null ? success(null) : parseJson(body.json);
  if (!json.ok) return { status: "poison", index, type: sealed.type, detail: "body is not JSON" };
  const parts = upcast(sealed.type, sealed.v, kind.version, {
    data: sealed.data as Json,
    body: json.value as Json,
  });
  if (parts === null) return { status: "unknown", index, type: sealed.type, v: sealed.v };
  const data = kind.data.safeParse(parts.data);
  if (!data.success)
    return { status: "poison", index, type: sealed.type, detail: `data: ${pathOf(data.error.issues[0])}` };
  const read = readBody(kind.body, parts.body);
  if (!read.ok) return { status: "poison", index, type: sealed.type, detail: `body: ${read.problem}` };
  const event = { type: sealed.type, at: sealed.at, data: data.data, body: read.value } as Event;
  return { status: "known", index, event };
}

function readBody(
  schema: NonNullable<ReturnType<typeof kindOf>>["body"],
  body: Json,
): Result<unknown, string> {
  if (body === null || schema === null) return success(null);
  const parsed = schema.safeParse(body);
  return parsed.success ? success(parsed.data) : failure(pathOf(parsed.error.issues[0]));
}

/** Where a zod issue is and what class it has: structure, never the value. */
function pathOf(
  issue: { readonly path: readonly PropertyKey[]; readonly code?: string } | undefined,
): string {
  return issue === undefined
    ? "unknown"
    : `${issue.path.map(String).join(".") || "(root)"}: ${issue.code ?? "invalid"}`;
}
