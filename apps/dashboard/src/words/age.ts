/** Time as people read it (DESIGN-NOTES, "Words"): ages with a space that does not break, moments in UTC. Pure: now is an input. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NBSP = "\u00a0";

const unit = (figure: number, word: string): string => `${figure}${NBSP}${word}`;

/** `48 s`, `4 m 20 s`, `26 m`, `2 h`, `1 d`; ten minutes and more without seconds. Less than nothing, because clocks differ, is `0 s`. */
export function ageOf(ms: number): string {
  const age = Math.max(0, ms);
  if (age < MINUTE) return unit(Math.floor(age / SECOND), "s");
  if (age < 10 * MINUTE) {
    const seconds = Math.floor((age % MINUTE) / SECOND);
    const minutes = unit(Math.floor(age / MINUTE), "m");
    return seconds === 0 ? minutes : `${minutes}${NBSP}${unit(seconds, "s")}`;
  }
  if (age < HOUR) return unit(Math.floor(age / MINUTE), "m");
  if (age < 2 * DAY) return age < DAY ? unit(Math.floor(age / HOUR), "h") : unit(1, "d");
  return unit(Math.floor(age / DAY), "d");
}

/** `14:32:07`, UTC. */
export const clockOf = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** `2026-11-21 14:32:07 UTC`, for what is read on demand. */
export const momentOf = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** An ISO time of the API as epoch ms; null where there is none, or none that can be read. */
export function msOf(iso: string | null | undefined): number | null {
  if (iso === null || iso === undefined) return null;
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? null : ms;
}
