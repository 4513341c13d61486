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

/** The age of an ISO time. */
export function ageSince(at: unknown, nowMs: number): string {
  const then = typeof at === "string" ? Date.parse(at) : Number.NaN;
  return Number.isNaN(then) ? "-" : ageOf(nowMs - then);
}
