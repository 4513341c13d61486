/**
 * One consumer on the server and what it has brought so far. It lives as long as nothing is lost: at the first doubt (a hole in its count, silence,
 * a broken wire) it is `isBroken` and the reading makes another one from where it stands. Nothing is remembered on the server.
 */
import type { Msg, Subscription } from "@nats-io/transport-node";
import { createInbox, nanos, nuid } from "@nats-io/transport-node";
import { Effect } from "effect";
import type { LogUnavailable } from "../faults.ts";
import type { RawMessage } from "../raw-log.ts";
import { mustAsk } from "./api.ts";
import { readDelivery } from "./delivery.ts";
import type { NatsLink } from "./link.ts";

/** Messages and bytes of one request. Two may be under way, so a reader that has stopped holds at most twice this. */
const BATCH_MESSAGES = 1_000;
const BATCH_BYTES = 4 * 1_024 * 1_024;
const EXPIRES_MS = 30_000;
/** How often a consumer that has nothing says that it is there, and how many of these may be missed. */
const HEARTBEAT_MS = 1_000;
const MISSED_HEARTBEATS = 3;
/** How long the server keeps a consumer that nobody asks. */
const FORGET_AFTER_MS = 30_000;

/** Which messages: from a sequence on, of one subject or of all. */
export interface Want {
  readonly stream: string;
  readonly from: number;
  readonly subject: string | null;
}

export interface Pipe {
  readonly link: NatsLink;
  readonly stream: string;
  readonly consumer: string;
  readonly inbox: string;
  readonly subscription: Subscription;
  readonly era: number;
  buffer: RawMessage[];
  /** How many messages of its requests are still to come. */
  owed: number;
  /** How many it has brought, by its own count. */
  count: number;
  last: number;
  /** Since when it owes a word: when it was made, asked, or last said something. */
  heardAt: number;
  /** When it last said something; null: never. */
  spokeAt: number | null;
  lost: boolean;
  wake: () => void;
}

/** Makes a consumer and listens to it. Asks for nothing yet. */
export const openPipe = (link: NatsLink, want: Want): Effect.Effect<Pipe, LogUnavailable> =>
  Effect.suspend(() => {
    const consumer = `claw_${nuid.next()}`;
    const inbox = createInbox(link.inboxPrefix);
    const era = link.wire.era();
    return Effect.map(
      mustAsk(link, `CONSUMER.CREATE.${want.stream}.${consumer}`, configOf(want, consumer)),
      () => listen(link, want, { consumer, inbox, era }),
    );
  });

const configOf = ({ stream, from, subject }: Want, name: string): object => ({
  stream_name: stream,
  config: {
    name,
    ack_policy: "none",
    deliver_policy: "by_start_sequence",
    opt_start_seq: Math.max(1, from),
    replay_policy: "instant",
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(FORGET_AFTER_MS),
    ...(subject !== null && { filter_subjects: [subject] }),
  },
});

function listen(
  link: NatsLink,
  { stream, from }: Want,
  made: Pick<Pipe, "consumer" | "inbox" | "era">,
): Pipe {
  const subscription = link.connection.subscribe(made.inbox, {
    callback: (error, message) => {
      if (error !== null) pipe.lost = true;
      else hear(pipe, message);
      pipe.wake();
    },
  });
  const pipe: Pipe = {
    ...made,
    link,
    stream,
    subscription,
    buffer: [],
    owed: 0,
    count: 0,
    last: from - 1,
    heardAt: performance.now(),
    spokeAt: null,
    lost: false,
    wake: () => {},
  };
  return pipe;
}

function hear(pipe: Pipe, message: Msg): void {
  if (pipe.lost) return;
  pipe.heardAt = performance.now();
  pipe.spokeAt = pipe.heardAt;
  const heard = readDelivery(message);
  if ("message" in heard) return take(pipe, heard.message, heard.count);
  if (heard.kind === "over") pipe.owed = Math.max(0, pipe.owed - heard.missing);
  else if (heard.kind === "lost" || heard.count !== pipe.count) pipe.lost = true;
}

function take(pipe: Pipe, message: RawMessage, count: number): void {
  if (count !== pipe.count + 1 || message.sequence <= pipe.last) {
    pipe.lost = true;
    return;
  }
  pipe.count = count;
  pipe.last = message.sequence;
  pipe.owed -= 1;
  pipe.buffer.push(message);
}

/** Keeps the next batch coming while the last one is read. Called by a reader that has taken what there was, so a slow one is asked for. */
export function askForMore(pipe: Pipe): void {
  if (pipe.owed > BATCH_MESSAGES / 2) return;
  const request = {
    batch: BATCH_MESSAGES,
    max_bytes: BATCH_BYTES,
    expires: nanos(EXPIRES_MS),
    idle_heartbeat: nanos(HEARTBEAT_MS),
  };
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${pipe.stream}.${pipe.consumer}`;
  pipe.link.connection.publish(subject, JSON.stringify(request), { reply: pipe.inbox });
  if (pipe.owed === 0) pipe.heardAt = performance.now();
  pipe.owed += BATCH_MESSAGES;
}

/** True once nothing more can be believed of it. What is in the buffer is in order all the same. */
export const isBroken = (pipe: Pipe): boolean =>
  pipe.lost ||
  pipe.era !== pipe.link.wire.era() ||
  pipe.subscription.isClosed() ||
  (pipe.owed > 0 && performance.now() - pipe.heardAt > MISSED_HEARTBEATS * HEARTBEAT_MS);

/**
 * Waits until it says something, or for a while. Goes on after the turn of the event loop: a packet holds many messages, and a reader that went on at
 * the first of them would take each for a page of its own (measured: a fold's transaction per message, a third of ingest's work).
 */
export const wordFrom = (pipe: Pipe, waitMs: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (pipe.buffer.length > 0 || pipe.lost) return resume(Effect.void);
    const unwatch = pipe.link.wire.watch(() => pipe.wake());
    const timer = setTimeout(() => pipe.wake(), waitMs);
    const stop = (): void => {
      clearTimeout(timer);
      unwatch();
      pipe.wake = () => {};
    };
    pipe.wake = () => {
      stop();
      setImmediate(() => resume(Effect.void));
    };
    return Effect.sync(stop);
  });

/** Forgets it here and, if the wire holds, on the server, which would forget it by itself. */
export function closePipe({ link, stream, consumer, subscription, era }: Pipe): void {
  if (link.connection.isClosed()) return;
  subscription.unsubscribe();
  if (era === link.wire.era()) link.connection.publish(`$JS.API.CONSUMER.DELETE.${stream}.${consumer}`);
}
