/** Which nats-server may hold the log. Pure. */

/** What a server is to us: refused, supported, or new enough to be recommended. */
export type VersionRating = "too_old" | "supported" | "recommended";

/** Below it `sync_interval` is unknown, so nothing can be kept durable, and several filters of one consumer are refused (STACK B, E; DESIGN 14.21). */
const OLDEST: readonly number[] = [2, 10, 0];
/** The first release that fixes every advisory of 2026-06-29 on the line that is bundled (RELIABILITY 2.1). */
const RECOMMENDED: readonly number[] = [2, 14, 3];

/** Rates a server by the version that it states. A version that cannot be read is too old: when in doubt, refuse. */
export function rateVersion(version: string): VersionRating {
  const parts = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(version)?.slice(1).map(Number);
  if (parts === undefined || isBelow(parts, OLDEST)) return "too_old";
  return isBelow(parts, RECOMMENDED) ? "supported" : "recommended";
}

function isBelow(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((part, at) => part !== other[at]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}
