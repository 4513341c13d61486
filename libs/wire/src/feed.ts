/**
 * The feed: the projector whispers which rows moved, and readers read the row themselves. A whisper is small and may be lost; whoever missed
 * some reads all rows with a later position.
 */
import type { Position } from "@claw/events";
import type { Effect, Scope, Stream } from "effect";

/** Rows of one commit that changed. */
export interface Whisper {
  /** Where the views stand after this commit. */
  readonly position: Position;
  readonly changes: readonly { readonly view: string; readonly key: string; readonly position: Position }[];
}

export interface Feed {
  /** Where the views stand now. */
  readonly position: () => Position;
  /** Whispers from now on. A subscriber that falls behind loses the oldest; it notices by the positions. */
  readonly subscribe: Effect.Effect<Stream.Stream<Whisper>, never, Scope.Scope>;
  /** Completes when the views stand at this position or later. */
  readonly reached: (position: Position) => Effect.Effect<void>;
}
