import { type Backoff, defaultBackoff } from "./domain/backoff.ts";
import type { ClientInfo } from "./protocol/handshake.ts";

/** The longest waits, in milliseconds (N1-040). */
export interface Deadlines {
  /** From the first byte to an open transport; it covers the HTTP upgrade, over a unix socket too (W-21). */
  readonly connectMs: number;
  /** From an open transport to the answer of `initialize`. */
  readonly handshakeMs: number;
  /** For one call, its repeats included; a call may ask for another. */
  readonly requestMs: number;
  /** Silence after which the server counts as hung. It is asked for a sign of life at a third of it. */
  readonly idleMs: number;
}

/** The largest amounts. What would exceed one is refused, or ends the connection; nothing is dropped silently. */
export interface Limits {
  /** One incoming frame or line (W-19). */
  readonly frameBytes: number;
  /** Calls without an answer yet. */
  readonly inflight: number;
  /** What the owner has not yet taken from the inbox, in frames and in bytes. */
  readonly inboxFrames: number;
  readonly inboxBytes: number;
  /** What the transport has not yet written. */
  readonly outboundBytes: number;
  /** The body of a refused HTTP upgrade (X1-058); the rest is not read. */
  readonly errorBytes: number;
}

export interface ConnectOptions {
  readonly clientInfo: ClientInfo;
  /** Exact names of notifications that the server shall not send on this connection. */
  readonly optOutNotificationMethods?: readonly string[];
  /** Asks for methods and fields that may change without notice. */
  readonly experimentalApi?: boolean;
  /** The type of the ids of our own calls; a server must repeat either as it is. */
  readonly requestIds?: "integer" | "string";
  readonly deadlines?: Partial<Deadlines>;
  readonly limits?: Partial<Limits>;
  readonly backoff?: Partial<Backoff>;
}

/** A boot under load takes seconds, hence 10 s; 16 MiB is the largest unfragmented message of a server. */
export const defaultDeadlines: Deadlines = {
  connectMs: 10_000,
  handshakeMs: 10_000,
  requestMs: 30_000,
  idleMs: 45_000,
};

export const defaultLimits: Limits = {
  frameBytes: 16 * 1024 * 1024,
  inflight: 256,
  inboxFrames: 16_384,
  inboxBytes: 64 * 1024 * 1024,
  outboundBytes: 8 * 1024 * 1024,
  errorBytes: 64 * 1024,
};

export interface Settings {
  readonly deadlines: Deadlines;
  readonly limits: Limits;
  readonly backoff: Backoff;
}

export function settle(options: ConnectOptions): Settings {
  return {
    deadlines: { ...defaultDeadlines, ...options.deadlines },
    limits: { ...defaultLimits, ...options.limits },
    backoff: { ...defaultBackoff, ...options.backoff },
  };
}
