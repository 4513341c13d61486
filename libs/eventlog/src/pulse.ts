/**
 * Pulses, as a port: what is true only now. Heartbeats, text deltas, lease renewals.
 *
 * A pulse may be lost at any time and nothing that matters is lost with it: whatever must be remembered is an entry of the log. That is why
 * nothing here fails and nothing waits.
 */
import type { Json } from "@claw/events";
import type { Effect, Stream } from "effect";

/** What one thing says now. `kind` and `id` name the thing; a later pulse of the same thing takes the place of the earlier. */
export interface Beat {
  readonly kind: string;
  readonly id: string;
  /** When it was heard: epoch ms of the publisher's clock. */
  readonly at: number;
  readonly value: Json;
}

export interface Pulse {
  /** Publishes at once to whoever follows. A value that is too large is dropped and counted. */
  readonly publish: (beat: Beat) => Effect.Effect<void>;
  /** The last beat of a thing, or null if none is known (any more). */
  readonly last: (kind: string, id: string) => Effect.Effect<Beat | null>;
  /** The beats that are published from now on. A slow follower loses the oldest ones. */
  readonly follow: () => Stream.Stream<Beat>;
  readonly dropped: Effect.Effect<Dropped>;
}

/** What was let go of since the start, by reason. */
export interface Dropped {
  /** Beats that slow followers did not get. */
  readonly slow: number;
  /** Beats with too large a value. */
  readonly oversized: number;
  /** Things forgotten because there were too many. */
  readonly crowded: number;
  /** Writes to disk that failed; the next one tries again. */
  readonly unsaved: number;
}
