/** Reading a stream that nobody appends to any more: it has no guard, because it has nothing to lose. */
import { Effect } from "effect";
import type { NatsLink } from "./link.ts";
import type { Source } from "./reading.ts";
import type { StreamState } from "./stream-state.ts";

export function unguarded(link: NatsLink, stream: string, state: StreamState): Source {
  return {
    link,
    stream,
    guard: {
      whenWell: Effect.void,
      isWell: () => true,
      fault: () => null,
      known: () => state.lastSequence,
      saw: () => {},
      ending: Effect.never,
      alsoAsk: () => () => {},
    },
  };
}
