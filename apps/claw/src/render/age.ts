/** Ages as people read them: one unit, rounded down, and a dash for what is not known. */
const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** `42s`, `7m`, `3h`, `12d`. What lies ahead, by a clock that differs, is `0s`. */
export function ageOf(ms: number): string {
  const [unit, size] = UNITS.find(([, least]) => ms >= least) ?? ["s", 1_000];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}

/** A time in epoch ms: ISO as most answers have it, or a number as the fleet's specification has it. NaN for anything else. */
export const timeOf = (at: unknown): number =>
  typeof at === "number" ? at : typeof at === "string" ? Date.parse(at) : Number.NaN;

/** How long ago a time was. */
export function ageSince(at: unknown, nowMs: number): string {
  const then = timeOf(at);
  return Number.isNaN(then) ? "-" : ageOf(nowMs - then);
}

/** How long it is until a time: `in 5m`, or `over` where that is past. */
export function inTime(at: unknown, nowMs: number): string {
  const then = timeOf(at);
  if (Number.isNaN(then)) return "-";
  return then <= nowMs ? "over" : `in ${ageOf(then - nowMs)}`;
}
