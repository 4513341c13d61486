/**
 * What the services' conversations over NATS have in common. The connection is the caller's, with its credential; nothing here connects. Whatever a
 * peer may get wrong is counted by the caller (`onTrouble`), and no part of a message ever stands in it.
 */
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { Effect, type Scope } from "effect";
import type { ReadLimits } from "../read-json.ts";

export type Conversation = "gate" | "feed" | "receipts" | "pages" | "uplinks" | "history";

/**
 * What went wrong. `malformed`: not JSON of the shape that was agreed, or of another host than its subject names. `too_large`: more than may be sent.
 * `misdirected`: delivered under a subject that this end did not subscribe to. `busy`: more requests than are worked on. `unanswered`: no responder, or none in time. `forbidden`: the server does not let this key. `lost`: not
 * sent, because the server is away. `failed`: the one who should answer broke.
 */
export interface TalkTrouble {
  readonly conversation: Conversation;
  readonly kind:
    | "malformed"
    | "too_large"
    | "busy"
    | "unanswered"
    | "forbidden"
    | "misdirected"
    | "lost"
    | "failed";
}

export interface TalkOptions {
  /** Called for each trouble: for a counter. Must not throw. */
  readonly onTrouble?: (trouble: TalkTrouble) => void;
}

/** One end of one conversation. */
export interface Talk {
  readonly connection: NatsConnection;
  readonly conversation: Conversation;
  readonly trouble: (kind: TalkTrouble["kind"]) => void;
}

export const talkOf = (
  connection: NatsConnection,
  conversation: Conversation,
  { onTrouble }: TalkOptions = {},
): Talk => ({
  connection,
  conversation,
  trouble: (kind) => onTrouble?.({ conversation, kind }),
});

/** A value of a small conversation: a command, a receipt, a word that an uplink opened. */
export const SMALL: ReadLimits = { maxBytes: 262_144, depth: 16, nodes: 8_000, stringBytes: 65_536 };
/** A value that carries events and their bodies. A NATS message is 1 MiB at most, unless a server is told otherwise. */
export const LARGE: ReadLimits = { maxBytes: 1_048_576, depth: 36, nodes: 600_000, stringBytes: 262_144 };

/** The most that one message may hold: what is agreed, and what this server takes. */
export const mostBytes = ({ connection }: Talk, limits: ReadLimits): number =>
  Math.min(limits.maxBytes, connection.info?.max_payload ?? limits.maxBytes);

/** How long a subscription may take to be known to the server; it is known later where the server is away. */
const SETTLE_MS = 2_000;

/** Hears messages of a subject for the time of a scope. When it returns, the server knows, if it is there. */
export const listen = (
  talk: Talk,
  subject: string,
  hear: (message: Msg) => void,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.andThen(
    Effect.acquireRelease(
      Effect.sync(() => subscribe(talk, subject, hear)),
      (subscription) => Effect.sync(() => subscription?.unsubscribe()),
    ),
    Effect.ignore(roundTrip(talk, SETTLE_MS)),
  );

function subscribe(talk: Talk, subject: string, hear: (message: Msg) => void): Subscription | null {
  try {
    return talk.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return talk.trouble("forbidden");
        if (isOn(subject, message.subject)) hear(message);
        else talk.trouble("misdirected");
      },
    });
  } catch {
    talk.trouble("lost");
    return null;
  }
}

/**
 * True if a message of this subject belongs to a subscription. The server delivers to whom a consumer says, whoever made that consumer, under the
 * subject that the message was stored by; so without this a stolen key that may publish anything stored could ask anything of anybody.
 */
export function isOn(subscription: string, subject: string): boolean {
  const wanted = subscription.split(".");
  const given = subject.split(".");
  return (
    wanted.length === given.length && wanted.every((token, index) => token === "*" || token === given[index])
  );
}

/** Succeeds with true when the server has everything that was published before; false when it did not say so in time. */
export const roundTrip = ({ connection }: Talk, withinMs: number): Effect.Effect<boolean> =>
  Effect.tryPromise({ try: () => connection.flush(), catch: () => "away" }).pipe(
    Effect.as(true),
    Effect.catch(() => Effect.succeed(false)),
    Effect.timeoutOrElse({ duration: withinMs, orElse: () => Effect.succeed(false) }),
  );

/** Publishes a text to whoever listens. Too large, or no connection: counted, and false. */
export function publish(talk: Talk, subject: string, text: string, limits: ReadLimits): boolean {
  if (Buffer.byteLength(text) > mostBytes(talk, limits)) {
    talk.trouble("too_large");
    return false;
  }
  try {
    talk.connection.publish(subject, text);
    return true;
  } catch {
    talk.trouble("lost");
    return false;
  }
}

/** The last token of a subject: which host a message is of. */
export const lastToken = (subject: string): string => subject.slice(subject.lastIndexOf(".") + 1);
