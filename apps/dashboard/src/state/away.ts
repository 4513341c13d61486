/**
 * Since when somebody was away: the last moment at which this browser showed a page of ours to somebody who looked. Kept in this browser and nowhere else; where there is no
 * storage, nobody is ever known to have been away.
 */
import { useSyncExternalStore } from "react";
import { awayFrom } from "../words/absence.ts";
import { everySecond } from "./now.ts";
import { readPref, writePref } from "./prefs.ts";

/** How often it is noted that somebody looks; an end that nobody saw coming is at most so far off. */
const NOTED_MS = 30_000;
const KEPT = "seenAt";

const listeners = new Set<() => void>();
let since: number | null = null;

function set(next: number | null): void {
  since = next;
  for (const listener of listeners) listener();
}

function seenAt(): number | null {
  const kept = Number(readPref(KEPT) ?? Number.NaN);
  return Number.isFinite(kept) ? kept : null;
}

function look(): void {
  if (document.visibilityState !== "visible") return;
  const now = Date.now();
  const seen = seenAt();
  if (seen !== null && now >= seen && now - seen < NOTED_MS) return;
  const from = awayFrom(seen, now);
  // Away twice without having said that it was read: the first still counts.
  if (from !== null) set(since ?? from);
  writePref(KEPT, String(now));
}

/** Looks for as long as the page stands; called once. Returns how to stop. */
export function watchForAway(): () => void {
  look();
  return everySecond(look);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Epoch ms of this machine since when somebody was away, and how to say that it was read. */
export function useAway(): readonly [number | null, () => void] {
  return [useSyncExternalStore(subscribe, () => since), () => set(null)];
}
