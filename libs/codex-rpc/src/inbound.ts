import { createHash } from "node:crypto";
import { type Counters, countUnknownMethod } from "./counters.ts";
import { type Frame } from "./domain/framing.ts";
import {
  type Inbound,
  type KnownNotification,
  type KnownServerRequest,
  type Unreadable,
} from "./domain/inbound.ts";
import { isKnownNotification, notifications } from "./protocol/notifications.ts";
import { isKnownServerRequest, serverRequests } from "./protocol/server-requests.ts";

/** Turns a frame that is not a reply into what the inbox holds, and counts what is out of the ordinary. */
export function toInbound(
  frame: Exclude<Frame, { kind: "reply" }>,
  raw: Uint8Array,
  counters: Counters,
): Inbound {
  if (frame.kind === "unreadable") {
    counters.unreadable += 1;
    return unreadable(frame.reason, raw);
  }
  const schema = schemaOf(frame);
  if (schema === null) {
    countUnknownMethod(counters, frame.method);
    return { ...frame, known: false as const };
  }
  const read = schema.safeParse(frame.params);
  if (!read.success) {
    counters.misshapen += 1;
    return { ...unreadable("misshapen", raw), method: frame.method };
  }
  // The table ties this method to this schema; the compiler cannot follow a lookup by a union of names.
  return { ...frame, known: true, params: read.data } as KnownNotification | KnownServerRequest;
}

function schemaOf(frame: Extract<Frame, { method: string }>) {
  if (frame.kind === "request")
    return isKnownServerRequest(frame.method) ? serverRequests[frame.method] : null;
  return isKnownNotification(frame.method) ? notifications[frame.method] : null;
}

function unreadable(reason: Unreadable["reason"], raw: Uint8Array): Unreadable {
  return {
    kind: "unreadable",
    reason,
    bytes: raw.byteLength,
    digest: createHash("sha256").update(raw).digest("hex"),
  };
}
