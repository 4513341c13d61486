/** One delivery of a pull consumer, read. Pure. */
import type { Sequence } from "@claw/events";
import type { Msg } from "@nats-io/transport-node";
import type { RawMessage } from "../raw-log.ts";
import { MESSAGE_ID } from "./api.ts";

/** A stored message with its place in this consumer's own count, which has no hole unless something was lost on the wire. */
export interface Delivery {
  readonly message: RawMessage;
  readonly count: number;
}

/** What a consumer says of itself instead of a message. */
export type Word =
  /** It is there and has nothing; it has delivered this many. */
  | { readonly kind: "heartbeat"; readonly count: number }
  /** A request is over; this many of its messages do not come. */
  | { readonly kind: "over"; readonly missing: number }
  /** It is gone, or somebody else's now. */
  | { readonly kind: "lost" };

const ACK = "$JS.ACK.";
const REQUEST_TIMEOUT = 408;
const CONFLICT = 409;
const NO_MESSAGES = 404;
const IDLE_HEARTBEAT = 100;

/**
 * Reads what came in. A message is told from a word by its reply subject, which the server writes: a stored header can look like a status.
 */
export function readDelivery(message: Msg): Delivery | Word {
  const { reply } = message;
  if (reply === undefined || !reply.startsWith(ACK)) return readWord(message);
  const parts = reply.split(".");
  // $JS.ACK.<stream>.<consumer>.<times>.<sequence>.<count>.<time>.<pending>, or with a domain and an account after ACK (nats-server ADR-15).
  const at = parts.length === 9 ? 5 : 7;
  const [sequence, count] = [Number(parts[at]), Number(parts[at + 1])];
  if (!Number.isSafeInteger(sequence) || !Number.isSafeInteger(count)) return { kind: "lost" };
  const { subject, data, headers } = message;
  const messageId = headers?.has(MESSAGE_ID) === true ? headers.get(MESSAGE_ID) : null;
  return { message: { sequence: sequence as Sequence, subject, messageId, data }, count };
}

function readWord({ headers }: Msg): Word {
  const code = headers?.code ?? 0;
  if (code === IDLE_HEARTBEAT)
    return { kind: "heartbeat", count: Number(headers?.get("Nats-Last-Consumer")) };
  const missing = Number(headers?.get("Nats-Pending-Messages"));
  const isOver = code === REQUEST_TIMEOUT || code === NO_MESSAGES || code === CONFLICT;
  return isOver && headers?.has("Nats-Pending-Messages") === true && Number.isSafeInteger(missing)
    ? { kind: "over", missing }
    : { kind: "lost" };
}
