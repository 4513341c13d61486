/**
 * Answers that come piece by piece, so that none is whole in memory however long it is. How many there are at a time is bounded, whoever does not read is let go of, and
 * so is whoever may not read any more (RELIABILITY S11, S14).
 */
import type { Caller, Tokens } from "../auth/authenticate.ts";
import { Refused } from "./problem.ts";

/** A piece of an answer. */
type Piece = Uint8Array<ArrayBuffer>;

/** Downloads at a time, in all and with one token: each holds a file or a line to the store, and less than a MiB. */
export const MAX_DOWNLOADS = 64;
export const MAX_DOWNLOADS_PER_TOKEN = 8;
/** How long a caller may take for one piece, in ms. */
export const MAX_IDLE_MS = 60_000;
/** Bytes that are read before an answer begins: of what is short it is known by then whether it is whole. */
const AHEAD_BYTES = 524_288;
/** When a caller who found no place may come again, in ms. */
const FULL_RETRY_MS = 5_000;

export type Pieces = AsyncIterable<Uint8Array>;

export interface Downloads {
  /**
   * The body of an answer. Its first pieces are there when this resolves, so that what cannot be read at all fails here as `pieces` does; what fails later ends the
   * answer short of its length, and so does it when the caller is not let in any more or `isSeen` no longer holds: whoever reads slowly reads for hours (X1-026). Refuses
   * (throws) one too many.
   */
  readonly begin: (caller: Caller, pieces: Pieces, isSeen?: () => boolean) => Promise<ReadableStream<Piece>>;
  readonly size: () => number;
}

interface Room {
  readonly tokens: Pick<Tokens, "isStillGood">;
  readonly byToken: Map<string, number>;
  size: number;
}

export function makeDownloads(tokens: Pick<Tokens, "isStillGood">): Downloads {
  const room: Room = { tokens, byToken: new Map(), size: 0 };
  return {
    begin: (caller, pieces, isSeen = () => true) => begin(room, caller, pieces, isSeen),
    size: () => room.size,
  };
}

async function begin(
  room: Room,
  caller: Caller,
  pieces: Pieces,
  isSeen: () => boolean,
): Promise<ReadableStream<Piece>> {
  const leave = enter(room, caller.tokenId);
  const reading = pieces[Symbol.asyncIterator]();
  try {
    const ahead = await readAhead(reading);
    const isAllowed = (): boolean => room.tokens.isStillGood(caller) && isSeen();
    return bodyOf({ reading, ahead, leave, isAllowed });
  } catch (error) {
    leave();
    throw error;
  }
}

/** Pieces up to about `AHEAD_BYTES`, and the end if it comes by then. */
async function readAhead(reading: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>[]> {
  const ahead: IteratorResult<Uint8Array>[] = [];
  for (let bytes = 0; bytes < AHEAD_BYTES;) {
    const next = await reading.next();
    ahead.push(next);
    if (next.done === true) break;
    bytes += next.value.byteLength;
  }
  return ahead;
}

/** Takes a place; what is returned gives it back, once. */
function enter(room: Room, tokenId: string): () => void {
  const own = room.byToken.get(tokenId) ?? 0;
  if (room.size >= MAX_DOWNLOADS || own >= MAX_DOWNLOADS_PER_TOKEN)
    throw new Refused("too_many", { limit: MAX_DOWNLOADS_PER_TOKEN, retryAfterMs: FULL_RETRY_MS });
  room.size += 1;
  room.byToken.set(tokenId, own + 1);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    room.size -= 1;
    const left = (room.byToken.get(tokenId) ?? 1) - 1;
    if (left === 0) room.byToken.delete(tokenId);
    else room.byToken.set(tokenId, left);
  };
}

interface Download {
  readonly reading: AsyncIterator<Uint8Array>;
  /** What was read already. */
  readonly ahead: IteratorResult<Uint8Array>[];
  readonly leave: () => void;
  readonly isAllowed: () => boolean;
}

/** Reads when it is read from, and never ahead of that by more than a piece. */
function bodyOf(download: Download): ReadableStream<Piece> {
  const { reading, ahead, isAllowed } = download;
  let idle: NodeJS.Timeout | null = null;
  const end = async (): Promise<void> => {
    if (idle !== null) clearTimeout(idle);
    download.leave();
    await reading.return?.();
  };
  const watch = (controller: ReadableStreamDefaultController<Piece>): void => {
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(() => {
      controller.error(new Error("nobody reads"));
      void end();
    }, MAX_IDLE_MS).unref();
  };
  return new ReadableStream<Piece>(
    {
      start: watch,
      pull: async (controller) => {
        watch(controller);
        try {
          if (!isAllowed()) throw new Error("the caller may not read it any more");
          const { done, value } = ahead.shift() ?? (await reading.next());
          if (done !== true) return controller.enqueue(new Uint8Array(value));
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        await end();
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}
