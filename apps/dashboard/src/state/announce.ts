/**
 * The page's one polite line for those who listen to it (DESIGN-NOTES, "Access"): at most one message in five seconds, the newest wins; only what cannot wait, a new
 * question, is said at once.
 */
import { useSyncExternalStore } from "react";

const BETWEEN_MS = 5_000;
const listeners = new Set<() => void>();
let said = "";
let saidAt = 0;
let waiting: string | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;

function say(text: string): void {
  said = text;
  saidAt = Date.now();
  waiting = null;
  for (const listener of listeners) listener();
}

export function announce(text: string, urgent = false): void {
  const left = saidAt + BETWEEN_MS - Date.now();
  if (urgent || left <= 0) {
    say(text);
    return;
  }
  waiting = text;
  timer ??= setTimeout(() => {
    timer = null;
    if (waiting !== null) say(waiting);
  }, left);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useAnnounced = (): string => useSyncExternalStore(subscribe, () => said);
