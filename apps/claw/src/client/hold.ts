/**
 * Keeping a lease in force: renewing it every third of its TTL until told to stop. Whoever holds one trusts it only until its own monotonic clock says
 * so: from when the last good renewal was *sent*, less what clocks may differ (RELIABILITY §4.4).
 */

/** What became of one renewal. `silent`: the house could not be asked, or could not answer. */
export type Renewal = "renewed" | "over" | "silent";

export interface HoldPorts {
  readonly renew: () => Promise<Renewal>;
  /** Resolves after this long, or at once when `stop` is aborted. */
  readonly pause: (ms: number, stop: AbortSignal) => Promise<void>;
  readonly monoMs: () => number;
  readonly onSilence: () => void;
  readonly stop: AbortSignal;
}

/** Why it is held no longer: told to stop, ended by somebody else, or nothing was heard for so long that it may have run out. */
export type HoldEnd = "stopped" | "over" | "silent";

const RENEWALS = 3;
const MARGIN_MS = 500;
const CLOCK_DRIFT = 0.02;

/** How long a lease may be trusted after its renewal was sent. */
export const trustedMs = (ttlMs: number): number => ttlMs - MARGIN_MS - ttlMs * CLOCK_DRIFT;

/** Holds a lease that was granted just now; `askedMono` is when it was asked for, by the clock of `monoMs`. */
export async function hold(ttlMs: number, askedMono: number, ports: HoldPorts): Promise<HoldEnd> {
  let trustedUntil = askedMono + trustedMs(ttlMs);
  let isSilent = false;
  for (;;) {
    const usualMs = isSilent ? ttlMs / (RENEWALS * RENEWALS) : ttlMs / RENEWALS;
    await ports.pause(Math.max(0, Math.min(usualMs, trustedUntil - ports.monoMs())), ports.stop);
    if (ports.stop.aborted) return "stopped";
    const sentMono = ports.monoMs();
    const renewal = await ports.renew();
    if (renewal === "over") return "over";
    if (renewal === "renewed") trustedUntil = sentMono + trustedMs(ttlMs);
    else if (ports.monoMs() >= trustedUntil) return "silent";
    else if (!isSilent) ports.onSilence();
    isSilent = renewal === "silent";
  }
}
