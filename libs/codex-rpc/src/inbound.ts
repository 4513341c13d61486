import { createHash } from "node:crypto";
import { type Counters, countUnknownMethod } from "./counters.ts";
import type { Frame, RequestId, UnreadableFrame } from "./domain/framing.ts";
import {
  isKnownNotification,
  type NotificationMethod,
  type NotificationParams,
  notifications,
} from "./protocol/notifications.ts";
import {
  isKnownServerRequest,
  type ServerRequestMethod,
  type ServerRequestParams,
  serverRequests,
} from "./protocol/server-requests.ts";

/** A notification that is read here: `method` tells the type of `params`. Unknown fields are kept. */
export type KnownNotification = {
  [Method in NotificationMethod]: {
    readonly kind: "notification";
    readonly known: true;
    readonly method: Method;
    readonly params: NotificationParams<Method>;
    /** When the server sent it, by its own clock, epoch milliseconds. */
    readonly emittedAtMs?: number;
  };
}[NotificationMethod];

/** A question to all subscribers of a thread, of a kind that is read here. See `Connection.inbox`: it cannot be answered. */
export type KnownServerRequest = {
  [Method in ServerRequestMethod]: {
    readonly kind: "request";
    readonly known: true;
    readonly id: RequestId;
    readonly method: Method;
    readonly params: ServerRequestParams<Method>;
  };
}[ServerRequestMethod];

/** What arrived by itself, in order of arrival. */
export type Inbound =
  | KnownNotification
  | KnownServerRequest
  | {
      readonly kind: "notification";
      readonly known: false;
      readonly method: string;
      readonly params: unknown;
      readonly emittedAtMs?: number;
    }
  | {
      readonly kind: "request";
      readonly known: false;
      readonly id: RequestId;
      readonly method: string;
      readonly params: unknown;
    }
  | Unreadable;

/** A frame that could not be read: how long it was and its SHA-256 (hex), never what it held. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly reason: UnreadableFrame | "misshapen";
  /** The method, when it was the parameters that could not be read. */
  readonly method?: string;
  readonly bytes: number;
  readonly digest: string;
}

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
