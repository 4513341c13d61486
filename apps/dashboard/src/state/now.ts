/** The time that ages are told by: one clock for the page, once a second while it is looked at. Not a poll: nothing is asked of anybody. */
import { useSyncExternalStore } from "react";

const SECOND_MS = 1_000;
const listeners = new Set<() => void>();
let offsetMs = 0;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

/** The house's clock is what ages are meant by; this machine's may be off. `houseNow` in epoch ms. */
export function setHouseClock(houseNow: number): void {
  offsetMs = houseNow - Date.now();
  tick();
}

function tick(): void {
  if (document.visibilityState !== "visible") return;
  now = Date.now() + offsetMs;
  for (const listener of listeners) listener();
}

/** Calls once a second while the page is looked at, until the returned function is called. */
export function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, SECOND_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** Epoch ms by the house's clock, as of this second. */
export const useNow = (): number => useSyncExternalStore(everySecond, () => now);
export const houseNow = (): number => Date.now() + offsetMs;
