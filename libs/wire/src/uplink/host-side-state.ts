/** The words of the host's side of the uplink: what it is told, what it commands, what it remembers, and its figures. */
import type { Epoch, HostId, Placement } from "@claw/events";
import type { BackoffLimits } from "@claw/runtime";
import type { FromHost, FromIngest } from "./frames.ts";

export interface HostSideOptions {
  readonly hostId: HostId;
  readonly connectorVersion: string;
  readonly capabilities: readonly string[];
  /** Numbers in [0, 1), for the jitter of waits. */
  readonly random: () => number;
}

export const HOST_SIDE = {
  /**
   * A wait lies anywhere in this, or in the backoff where that is longer: 1,000 hosts that fell together come back at 200 a second, at about twice
   * that after an outage of a few seconds (`host-reconnect.test.ts`).
   */
  spreadMs: 5_000,
  backoff: { baseMs: 500, capMs: 30_000 } satisfies BackoffLimits,
  /** After a refusal that only a person can lift, or from a twin that uses our token. */
  slowBackoff: { baseMs: 30_000, capMs: 300_000 } satisfies BackoffLimits,
  /** A door that does not know our token is asked so often in a row at the usual pace: one that was just made may be on its way to this ingest. */
  triesUntilSlow: 3,
  /** From the first byte to `welcome`; covers the WebSocket upgrade (W-21). */
  greetingMs: 10_000,
  /** Two ticks further apart, or clocks that part by more: the machine slept, and what lies unread is from before (DESIGN 14.9). */
  pauseMs: 2_000,
  /** Heartbeats without any answer before the house counts as gone; at least a pause, because beats are no closer than our ticks. */
  unansweredBeats: 3,
  /** A house that is only slow to remember is given this many greetings before it is told everything anew. */
  shortfallsBeforeRetelling: 3,
  /** The same missing range is not sent again sooner. */
  resendMs: 1_000,
} as const;

/** What the shell knows of the outbox; part of every event, so that the machine never works from old figures. */
export interface OutboxView {
  readonly epoch: Epoch;
  /** The oldest sequence that can still be sent; `nextSeq` when there is none. */
  readonly firstSeq: number;
  readonly nextSeq: number;
  readonly depth: number;
}

export interface Time {
  readonly monoMs: number;
  readonly wallMs: number;
}

export type HostSideEvent =
  | { readonly type: "tick"; readonly oldestUnackedAt: number | null }
  /** The socket is open and may carry frames. */
  | { readonly type: "opened" }
  /** No socket: it could not be opened, or is closed. `reason` is one sentence without an address. */
  | { readonly type: "closed"; readonly reason: string; readonly isUnauthenticated: boolean }
  | { readonly type: "frame"; readonly frame: FromIngest }
  | { readonly type: "unreadable"; readonly code: string }
  /** The outbox has more than before. */
  | { readonly type: "grew" }
  /** The shell has written facts up to here to the socket. */
  | { readonly type: "sent"; readonly through: number };

export type HostSideCommand =
  | { readonly type: "connect" }
  | { readonly type: "send"; readonly frame: Extract<FromHost, { type: "hello" | "heartbeat" }> }
  /** Send one frame of facts after this sequence, at most `count` of them, and answer with `sent`. */
  | { readonly type: "send_facts"; readonly after: number; readonly count: number }
  | { readonly type: "forget"; readonly epoch: Epoch; readonly through: number }
  | { readonly type: "answer_page"; readonly request: Extract<FromIngest, { type: "page.read" }> }
  /** A command to carry out, or a token to persist. Only said while the uplink is live and the machine was not paused. */
  | { readonly type: "carry_out"; readonly frame: Extract<FromIngest, { type: "command" | "fence" }> }
  /**
   * Start a new epoch, then go on: the house knows more of this one than the outbox, so an old copy of that was put back; or, with `retell`, the
   * house no longer knows what it had confirmed, and everything has to be told anew.
   */
  | { readonly type: "renew_epoch"; readonly retell: boolean }
  /** Whether new work may be placed on this host, as the house says; once for each change. */
  | { readonly type: "note_placement"; readonly placement: Placement }
  | { readonly type: "close"; readonly reason: string }
  /** For diagnostics, once for each change of mind. */
  | { readonly type: "report"; readonly level: "info" | "warn"; readonly sentence: string };

export type HostSidePhase = "waiting" | "connecting" | "greeting" | "live";

export interface HostSide {
  readonly phase: HostSidePhase;
  /** Monotonic: when waiting or greeting is over. */
  readonly until: number;
  readonly attempt: number;
  /** How often in a row nobody knew our token. */
  readonly unknown: number;
  readonly epoch: Epoch | null;
  /** Sequences: confirmed by the ledger ≤ acknowledged ≤ written to this socket. */
  readonly confirmed: number;
  readonly acked: number;
  readonly sent: number;
  /** The highest acknowledgement of the epoch, over all connections. */
  readonly everAcked: number;
  readonly heartbeatMs: number;
  readonly lastBeatAt: number;
  readonly heardAt: number;
  readonly pulse: { readonly nonce: number; readonly sentAt: number } | null;
  readonly rttMs: number | null;
  readonly resent: { readonly from: number; readonly at: number } | null;
  /** How often in a row the house greeted with less than it had confirmed. */
  readonly shortfalls: number;
  /** What the house said last of placing work here; null for a house that never did. */
  readonly placement: Placement | null;
  /** Where threads reach the supervisor's MCP server, as the house said last; null where it says none. */
  readonly mcpUrl: string | null;
  readonly lastTick: Time | null;
  readonly lastReport: string;
}

export interface HostSideStep {
  readonly state: HostSide;
  readonly commands: readonly HostSideCommand[];
}

/** Waits no time: the first tick connects. */
export const newHostSide: HostSide = {
  phase: "waiting",
  until: 0,
  attempt: 0,
  unknown: 0,
  epoch: null,
  confirmed: 0,
  acked: 0,
  sent: 0,
  everAcked: 0,
  heartbeatMs: 5_000,
  lastBeatAt: 0,
  heardAt: 0,
  pulse: null,
  rttMs: null,
  resent: null,
  shortfalls: 0,
  placement: null,
  mcpUrl: null,
  lastTick: null,
  lastReport: "",
};
