/** How far a connector's version may be from the supervisor's: one minor version either way, within the same major (N1-039). */

/** `unreadable`: one of the two is no version, as in a build from a checkout; nothing is compared then. */
export type Skew =
  | { readonly verdict: "fits" }
  | { readonly verdict: "unreadable" | "too_far"; readonly sentence: string };

const VERSION = /^v?(\d{1,6})\.(\d{1,6})(?:\.\d{1,6})?(?:[-+][0-9A-Za-z.+-]*)?$/;

/** Compares major and minor. The sentence says which of the two to update; of two that both lag, the supervisor is updated first. */
export function skewOf(house: string, connector: string): Skew {
  const ours = read(house);
  const theirs = read(connector);
  if (ours === null || theirs === null)
    return {
      verdict: "unreadable",
      sentence: "The versions of connector and supervisor cannot be compared.",
    };
  const isNear = ours.major === theirs.major && Math.abs(ours.minor - theirs.minor) <= 1;
  if (isNear) return { verdict: "fits" };
  const isNewer = theirs.major === ours.major ? theirs.minor > ours.minor : theirs.major > ours.major;
  const [said, own] = [`${theirs.major}.${theirs.minor}`, `${ours.major}.${ours.minor}`];
  return {
    verdict: "too_far",
    sentence: isNewer
      ? `The connector is ${said}, the supervisor ${own}: update the supervisor first.`
      : `The connector is ${said}, the supervisor ${own}: update the connector.`,
  };
}

function read(version: string): { readonly major: number; readonly minor: number } | null {
  const [, major, minor] = VERSION.exec(version) ?? [];
  return major === undefined || minor === undefined ? null : { major: Number(major), minor: Number(minor) };
}
