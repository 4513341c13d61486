/** Text of messages as it streams: redacted with hold-back, whispered, and never stored (N1-043). */
import { itemIdOf, sessionIdOf, turnIdOf } from "../domain/names.ts";
import type { Redaction } from "../redaction.ts";
import type { DeltaFrame } from "../uplink/uplink.ts";

interface Part {
  readonly threadId: string;
  readonly turnId: string;
  readonly itemId: string;
}

export interface Deltas {
  readonly push: (part: Part & { readonly delta: string }) => void;
  /** The item is complete: what was held back is said, and the stream is let go. */
  readonly end: (part: Part) => void;
}

/** Items that stream at once on one endpoint; beyond them the oldest is let go and stays silent until it is complete. */
const MAX_STREAMS = 256;
const MAX_PIECE = 16_384;

export function makeDeltas(redaction: Redaction, whisper: (delta: DeltaFrame) => void): Deltas {
  const streams = new Map<string, ReturnType<Redaction["stream"]>>();
  const say = (part: Part, text: string): void => {
    const { threadId, turnId, itemId } = part;
    const ids = { sessionId: sessionIdOf(threadId), turnId: turnIdOf(turnId), itemId: itemIdOf(itemId) };
    for (let at = 0; at < text.length; at += MAX_PIECE)
      whisper({ type: "delta", ...ids, text: text.slice(at, at + MAX_PIECE) });
  };
  return {
    push: (part) => {
      const key = keyOf(part);
      const stream = streams.get(key) ?? redaction.stream();
      const [oldest] = streams.keys();
      if (!streams.has(key) && oldest !== undefined && streams.size >= MAX_STREAMS) streams.delete(oldest);
      streams.set(key, stream);
      say(part, stream.push(part.delta));
    },
    end: (part) => {
      const stream = streams.get(keyOf(part));
      streams.delete(keyOf(part));
      if (stream !== undefined) say(part, stream.end());
    },
  };
}

const keyOf = ({ threadId, itemId }: Part): string => `${threadId}/${itemId}`;
