import type { CodexFault } from "../faults.ts";

/** An open transport: it carries whole frames and knows nothing of what they say. */
export interface Wire {
  /** Hands a frame over for writing. After the end it does nothing. */
  readonly send: (text: string) => void;
  /** What was handed over and is not yet written. */
  readonly outboundBytes: () => number;
  /** Asks the peer for a sign of life below the protocol, or is null where the transport has none. */
  readonly ping: (() => void) | null;
}

/** What a transport tells. `ended` comes once, and nothing after it. No call may throw. */
export interface WireEvents {
  readonly frame: (bytes: Uint8Array, isBinary: boolean) => void;
  /** The peer lives, though it said nothing. */
  readonly alive: () => void;
  readonly ended: (why: CodexFault) => void;
}

/** Passes `ended` on once, and nothing after it: transports report one end in several ways. */
export function onceEnded(events: WireEvents): WireEvents {
  let isOver = false;
  return {
    frame: (bytes, isBinary) => {
      if (!isOver) events.frame(bytes, isBinary);
    },
    alive: () => {
      if (!isOver) events.alive();
    },
    ended: (why) => {
      if (isOver) return;
      isOver = true;
      events.ended(why);
    },
  };
}
