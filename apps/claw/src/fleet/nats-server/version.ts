/** Versions of nats-server, as `nats-server -v` tells them. Pure. */

export type Version = readonly [major: number, minor: number, patch: number];

/** Before this one `sync_interval` does not exist, so nothing that it acknowledges is known to be on a disk (STACK B). */
export const LEAST: Version = [2, 10, 0];

/** Of `nats-server: v2.14.0`; null for what is no version. */
export function readVersion(output: string): Version | null {
  const found = /\bv?(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b/.exec(output);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3])];
}

export const isOld = (version: Version): boolean => compare(version, LEAST) < 0;

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
