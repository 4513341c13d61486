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
  /** The item begins. Only an item that was heard from its first word on is whispered: the rest of a secret does not look like one. */
  readonly begin: (part: Part) => void;
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
    begin: (part) => {
      const [oldest] = streams.keys();
      if (oldest !== undefined && streams.size >= MAX_STREAMS) streams.delete(oldest);
      streams.set(keyOf(part), redaction.stream());
    },
    push: (part) => say(part, streams.get(keyOf(part))?.push(part.delta) ?? ""),
    end: (part) => {
      say(part, streams.get(keyOf(part))?.end() ?? "");
      streams.delete(keyOf(part));
    },
  };
}

const keyOf = ({ threadId, itemId }: Part): string => `${threadId}/${itemId}`;
