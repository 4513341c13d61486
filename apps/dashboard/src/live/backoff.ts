/** How long to wait before the stream is opened again. Pure. */

const FIRST_MS = 500;
const MOST_MS = 15_000;

/**
 * Ms before attempt `failures` (1 is the first repeat): doubling from half a second to fifteen, and a random part of it (`random` in 0…1), so that a house that
 * comes back is not met by everybody at once.
 */
export const backoffMs = (failures: number, random: number): number => {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(most / 2 + (most / 2) * random);
};
