/** The window's width, for what the style sheet cannot decide alone. */
import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  globalThis.addEventListener("resize", listener);
  return () => globalThis.removeEventListener("resize", listener);
}

/** Px. */
export const useWindowWidth = (): number => useSyncExternalStore(subscribe, () => globalThis.innerWidth);
