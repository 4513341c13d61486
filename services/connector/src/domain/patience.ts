/** How long a command waits for what may pass by itself, and how often it looks. */
import type { RefusalCode } from "@claw/events";

/** From the first time that it stood in the way, in ms; then the command fails with this code. Its own deadline may end it sooner. */
export const PATIENCE_MS = {
  /** A server that is started again opens its socket within this. */
  endpoint_lost: 5_000,
  /** A connector that was just started reads its threads. */
  session_unknown: 2_000,
  /** The other server may be letting go of the thread; bounded (N1-014). */
  active_writer: 2_000,
  /** Active without a turn that could be named: it is beginning. */
  turn_unknown: 2_000,
  /** Codex says that no turn is active while the thread is (PROTOCOL §0.5). */
  session_idle: 5_000,
  /** A key of the house, or the address of its MCP server: an uplink that has just begun brings both within seconds. */
  mcp_unreachable: 20_000,
  /** A question is repeated when its thread is subscribed to again, a moment after the server is back. */
  approval_unknown: 2_000,
  approval_closed: 2_000,
  /** Overloaded or draining: as long as the deadline lasts. */
  endpoint_busy: Infinity,
} as const satisfies Partial<Record<RefusalCode, number>>;

export type Obstacle = keyof typeof PATIENCE_MS;

const PAUSE_MS = { first: 25, most: 500 } as const;

/** The pause before the next look: 25 ms, doubled each time, at most 500 ms. */
export const pauseMs = (looks: number, mostMs: number = PAUSE_MS.most): number =>
  Math.min(mostMs, PAUSE_MS.first * 2 ** Math.min(looks, 20));
