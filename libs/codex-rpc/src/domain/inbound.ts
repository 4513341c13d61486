/** What a server says by itself, as its watchers read it. */
import type { NotificationMethod, NotificationParams } from "../protocol/notifications.ts";
import type {
  AnswerableMethod,
  AnswerTo,
  ServerRequestMethod,
  ServerRequestParams,
} from "../protocol/server-requests.ts";
import type { RequestId, UnreadableFrame } from "./framing.ts";

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

/** A question to all subscribers of a thread, of a kind that is read here. See `Connection.answer`: nobody answers it by accident. */
export type KnownServerRequest = {
  [Method in ServerRequestMethod]: {
    readonly kind: "request";
    readonly known: true;
    readonly id: RequestId;
    readonly method: Method;
    readonly params: ServerRequestParams<Method>;
  };
}[ServerRequestMethod];

/** A question of a kind that can be answered. */
export type AnswerableRequest = Extract<KnownServerRequest, { readonly method: AnswerableMethod }>;

/** A question with the answer that somebody decided on: both of one kind, so that no question gets the answer to another. */
export type Reply = {
  [Method in AnswerableMethod]: {
    readonly request: Extract<KnownServerRequest, { readonly method: Method }>;
    readonly result: AnswerTo<Method>;
  };
}[AnswerableMethod];

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
