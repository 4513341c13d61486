/** What a person chose for this browser: theme, density, columns. Kept here and nowhere else; a browser without storage forgets it. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

const listeners = new Set<() => void>();
const remembered = new Map<string, string>();

/** Null where nothing was chosen. */
export function readPref(name: string): string | null {
  const kept = remembered.get(name);
  if (kept !== undefined) return kept;
  try {
    return localStorage.getItem(`claw.${name}`);
  } catch {
    return null;
  }
}

/** Null forgets it. */
export function writePref(name: string, value: string | null): void {
  if (value === null) remembered.delete(name);
  else remembered.set(name, value);
  try {
    if (value === null) localStorage.removeItem(`claw.${name}`);
    else localStorage.setItem(`claw.${name}`, value);
  } catch {
    // No storage: it holds until the page is left.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A choice, and how to change it. */
export function usePref(name: string): readonly [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(subscribe, () => readPref(name));
  return [value, (next) => writePref(name, next)];
}

function setOnRoot(name: "theme" | "density", value: string | null): void {
  if (value === null) delete document.documentElement.dataset[name];
  else document.documentElement.dataset[name] = value;
  writePref(name, value);
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function useTheme(): readonly [Theme, () => void] {
  const [value] = usePref("theme");
  const theme = THEMES.find((known) => known === value) ?? "system";
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  return [theme, () => setOnRoot("theme", next === "system" ? null : next)];
}

export function useDensity(): readonly [Density, () => void] {
  const [value] = usePref("density");
  const density: Density = value === "compact" ? "compact" : "comfortable";
  return [density, () => setOnRoot("density", density === "compact" ? null : "compact")];
}
