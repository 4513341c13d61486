/**
 * Streams of server-sent events to clients who may read slowly or not at all. What waits for one is bounded: ours keep one notification per resource, and one that
 * the SDK writes is ended when its reader falls too far behind; the client connects again and reads what it follows.
 */

/** How often a stream on which nothing happens says that it is there, in ms. */
const KEEP_ALIVE_MS = 15_000;
const KEEP_ALIVE = ": keepalive\n\n";
/** What may wait for a reader of a stream of the SDK, in bytes. */
export const MAX_WAITING_BYTES = 262_144;

export const SSE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream",
  "x-accel-buffering": "no",
};

export interface Notices {
  readonly body: ReadableStream<Uint8Array>;
  /** Says it as soon as the reader can take it. What waits under the same key is said once. */
  readonly say: (key: string, message: object) => void;
  readonly close: () => void;
}

interface Room {
  readonly waiting: Map<string, string>;
  controller: ReadableStreamDefaultController<Uint8Array> | null;
  /** The reader has asked for more than there was. */
  isHungry: boolean;
  keepAlive: NodeJS.Timeout | null;
}

/** A stream of our own. `onEnd` is called once, whoever ends it. */
export function makeNotices(onEnd: () => void): Notices {
  const room: Room = {
    waiting: new Map(),
    controller: null,
    isHungry: false,
    keepAlive: null,
  };
  const end = (): void => {
    if (room.controller === null) return;
    room.controller = null;
    if (room.keepAlive !== null) clearInterval(room.keepAlive);
    onEnd();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        room.controller = controller;
        room.keepAlive = setInterval(() => void (room.isHungry && write(room, KEEP_ALIVE)), KEEP_ALIVE_MS);
        room.keepAlive.unref();
        // So that the headers go out at once and the client knows that it is heard.
        write(room, ": open\n\n");
      },
      pull: () => {
        room.isHungry = true;
        flush(room);
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
  return { body, say: (key, message) => say(room, key, message), close: () => close(room, end) };
}

function say(room: Room, key: string, message: object): void {
  if (room.controller === null) return;
  room.waiting.set(key, `event: message\ndata: ${JSON.stringify(message)}\n\n`);
  if (room.isHungry) flush(room);
}

function flush(room: Room): void {
  if (room.waiting.size === 0) return;
  const text = [...room.waiting.values()].join("");
  room.waiting.clear();
  write(room, text);
}

function write(room: Room, text: string): void {
  room.isHungry = false;
  room.controller?.enqueue(new TextEncoder().encode(text));
}

function close({ controller }: Room, end: () => void): void {
  end();
  controller?.close();
}

/** A stream of somebody else's, read at once, so that what waits is counted here. `onEnd` is called once. */
export function bounded(source: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let isOver = false;
  const end = (): void => {
    if (!isOver) onEnd();
    isOver = true;
  };
  const pump = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (isOver) return;
      if (done) return void (end(), controller.close());
      controller.enqueue(value);
      if ((controller.desiredSize ?? 0) <= 0) throw new Error("its reader is too slow");
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) =>
        void pump(controller).catch((error: unknown) => {
          end();
          controller.error(error);
          return reader.cancel().catch(() => {});
        }),
      cancel: (reason) => {
        end();
        return reader.cancel(reason).catch(() => {});
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
  );
}
