/**
 * What a live client is told, one JSON text frame each.
 *
 * `position` is where to resume: a client that reconnects with `?after=<position of the last frame it read>` misses nothing. Of several rows
 * that changed at one position, all but the last carry the last position that was told before; so a client that applies what it has
 * whenever `position` grows applies each change once (N1-006).
 */
import { z } from "zod";

/**
 * The kinds of rows that can be followed. `turns` and `items` only for one session, by those who may read transcripts; `signIns` by those who may list them.
 * `attention` is what people did about items: that an item is there follows from the other rows and from time.
 */
export const LIVE_VIEWS = [
  "sessions",
  "hosts",
  "endpoints",
  "approvals",
  "commands",
  "leases",
  "turns",
  "items",
  "runtimes",
  "egress",
  "checkpoints",
  "archives",
  "attention",
  "owners",
  "shares",
  "signIns",
] as const;
export type LiveView = (typeof LIVE_VIEWS)[number];

const position = z.int().min(0);
const about = {
  position,
  kind: z.enum(LIVE_VIEWS),
  key: z.string(),
  row: z.record(z.string(), z.unknown()).nullable(),
};
const nothing = { position, kind: z.null(), key: z.null(), row: z.null() };

export const LiveFrame = z.discriminatedUnion("type", [
  /** A row as it stood when the client came. */
  z.object({ type: z.literal("snapshot"), ...about }),
  /** A row that changed since. Null when it may not be seen any more. */
  z.object({ type: z.literal("change"), ...about }),
  /** All that was there when the client came has been sent. */
  z.object({ type: z.literal("caughtUp"), ...nothing }),
  /** The client fell behind, or was ahead of these views: what follows starts again after this position, with rows as they are now. */
  z.object({ type: z.literal("resync"), ...nothing }),
  /** Nothing is kept back: everything up to this position was told. `at` is the house's clock in epoch ms. A page hears no pings, so it is told this way. */
  z.object({ type: z.literal("heartbeat"), ...nothing, at: z.int() }),
]);
export type LiveFrame = z.infer<typeof LiveFrame>;
