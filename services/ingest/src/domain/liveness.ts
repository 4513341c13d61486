/**
 * Whether a host is heard, by monotonic time alone (S1-158, X1-016).
 *
 * A vigil is one host's state. Silence is the absence of any frame for a whole budget while we listen: time in which we did not read its socket
 * (`isResting`), or did not run ourselves (`postpone`), is not held against it. A closed uplink alone is not silence (DESIGN 14.15). Pure.
 */
export interface Vigil {
  readonly lastHeardMonoMs: number;
  /** Wall time of the same moment, for people. */
  readonly lastHeardAt: number;
  readonly isSilent: boolean;
  readonly isConnected: boolean;
  /** Another ingest was the last to have it: its leaving us is no edge. */
  readonly isElsewhere: boolean;
  /** We do not read its socket now. */
  readonly isResting: boolean;
  /** Frames and the longest gap between two since the last report. */
  readonly count: number;
  readonly longestGapMs: number;
  readonly reportedMonoMs: number;
  /** When we said last that it is behind with what it has to tell, or no longer; null if never. */
  readonly edgeMonoMs: number | null;
}

export type HeardEdge = "connected" | "returned" | "periodic" | "disconnected" | "behind" | "caught_up";

/** What becomes a fact. */
export type Notice =
  | {
      readonly kind: "heard";
      readonly edge: HeardEdge;
      readonly count: number;
      readonly longestGapMs: number;
    }
  | { readonly kind: "silent"; readonly lastHeardAt: number };

/** The next state, and what is to be said. */
export type Step = readonly [Vigil, Notice | null];

export interface Moment {
  readonly monoMs: number;
  readonly wallMs: number;
}

/** How often a connected host's figures are written (DESIGN 14.15). */
export const REPORT_EVERY_MS = 300_000;

/** Begins a vigil with a full budget: after a restart nobody is silent for what we did not hear. */
export const beginVigil = (monoMs: number, lastHeardAt: number, isSilent: boolean): Vigil => ({
  lastHeardMonoMs: monoMs,
  lastHeardAt,
  isSilent,
  isConnected: false,
  isElsewhere: false,
  isResting: false,
  count: 0,
  longestGapMs: 0,
  reportedMonoMs: monoMs,
  edgeMonoMs: null,
});

/** A frame came. The first after a silence ends it. */
export function hear(vigil: Vigil, now: Moment): Step {
  const heard = noted(vigil, now);
  return vigil.isSilent ? report({ ...heard, isSilent: false }, "returned", now.monoMs) : [heard, null];
}

/** The host said hello and was welcomed. */
export function connect(vigil: Vigil, now: Moment): Step {
  const edge = vigil.isSilent ? "returned" : "connected";
  return report(
    { ...noted(vigil, now), isSilent: false, isConnected: true, isElsewhere: false, isResting: false },
    edge,
    now.monoMs,
  );
}

/** Its uplink closed. That changes nothing about when it was heard. */
export function disconnect(vigil: Vigil, monoMs: number): Step {
  if (!vigil.isConnected) return [vigil, null];
  const left = { ...awake(vigil, monoMs), isConnected: false };
  return vigil.isElsewhere ? [left, null] : report(left, "disconnected", monoMs);
}

/**
 * Another ingest heard it: a host that is heard anywhere is silent nowhere (ADR 0009). Whoever has its uplink writes that it returned, so nothing is
 * written here. `heardAt` is that ingest's word, for people.
 */
export const hearElsewhere = (vigil: Vigil, monoMs: number, heardAt: number): Vigil => ({
  ...vigil,
  lastHeardMonoMs: Math.max(vigil.lastHeardMonoMs, monoMs),
  lastHeardAt: Math.max(vigil.lastHeardAt, heardAt),
  isSilent: false,
  isElsewhere: true,
});

/** The log calls a host silent that we hear: another ingest, which did not hear of it, wrote so. It is said that it returned. */
export const heal = (vigil: Vigil, monoMs: number): Step =>
  vigil.isConnected && !vigil.isSilent ? report(vigil, "returned", monoMs) : [vigil, null];

export const rest = (vigil: Vigil): Vigil => ({ ...vigil, isResting: true });
export const awake = (vigil: Vigil, monoMs: number): Vigil =>
  vigil.isResting ? { ...vigil, isResting: false, lastHeardMonoMs: monoMs } : vigil;

/** We ourselves did not run for a while. */
export const postpone = (vigil: Vigil, byMs: number): Vigil => ({
  ...vigil,
  lastHeardMonoMs: vigil.lastHeardMonoMs + byMs,
});

/** Time passed. Silence is said once; a connected host's figures now and then. */
export function tick(vigil: Vigil, monoMs: number, silentAfterMs: number): Step {
  if (!vigil.isSilent && !vigil.isResting && monoMs - vigil.lastHeardMonoMs >= silentAfterMs)
    return [
      { ...vigil, isSilent: true },
      { kind: "silent", lastHeardAt: vigil.lastHeardAt },
    ];
  if (vigil.isConnected && !vigil.isSilent && monoMs - vigil.reportedMonoMs >= REPORT_EVERY_MS)
    return report(vigil, "periodic", monoMs);
  return [vigil, null];
}

const noted = (vigil: Vigil, { monoMs, wallMs }: Moment): Vigil => ({
  ...vigil,
  lastHeardMonoMs: monoMs,
  lastHeardAt: wallMs,
  count: vigil.count + 1,
  longestGapMs: Math.max(vigil.longestGapMs, monoMs - vigil.lastHeardMonoMs),
});

export const report = (vigil: Vigil, edge: HeardEdge, monoMs: number): Step => [
  { ...vigil, count: 0, longestGapMs: 0, reportedMonoMs: monoMs },
  { kind: "heard", edge, count: vigil.count, longestGapMs: vigil.longestGapMs },
];
