/**
 * The page's keys. Layers lie on each other: the newest that knows a key has it, so that a page's `n` goes before the shell's. Keys never fire while somebody types,
 * nor beside Control, Alt or Command: those are the browser's.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface KeyBinding {
  /** In a verb, as the button and the palette have it. */
  readonly does: string;
  readonly run: () => void;
}
/** By `KeyboardEvent.key`: `j`, `A` (with shift), `Enter`, ` `, `?`. */
export type Bindings = Readonly<Record<string, KeyBinding>>;

export interface Layer {
  readonly title: string;
  readonly bindings: Bindings;
}

let layers: readonly Layer[] = [];
const listeners = new Set<() => void>();

function setLayers(next: readonly Layer[]): void {
  layers = next;
  for (const listener of listeners) listener();
}

const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(TYPED_INTO) !== null;

/** A button under the focus has Enter and the space bar for itself. */
const isPressing = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") &&
  event.target instanceof Element &&
  event.target.closest("a, button, summary, input, [role=option]") !== null;

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || isPressing(event)) return;
  // Over a dialog only the dialog's own keys count, and those it handles itself.
  if (document.querySelector("dialog[open], [aria-modal=true]") !== null) return;
  const binding = layers.findLast(({ bindings }) => Object.hasOwn(bindings, event.key))?.bindings[event.key];
  if (binding === undefined) return;
  event.preventDefault();
  binding.run();
}

/** Listens for the whole page; called once. Returns how to stop. */
export function listenForKeys(): () => void {
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

/** Lays these keys over what is there, for as long as the component stands. What they do may change with every render. */
export function useKeys(title: string, bindings: Bindings): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  const names = Object.entries(bindings)
    .map(([key, { does }]) => `${key}\u0000${does}`)
    .join("\u0001");
  useEffect(() => {
    const entries = names === "" ? [] : names.split("\u0001").map((pair) => pair.split("\u0000"));
    const layer: Layer = {
      title,
      bindings: Object.fromEntries(
        entries.map(([key = "", does = ""]) => [key, { does, run: () => latest.current[key]?.run() }]),
      ),
    };
    setLayers([...layers, layer]);
    return () => setLayers(layers.filter((other) => other !== layer));
  }, [title, names]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Every key that counts now, the newest layer first; for the map of keys and the palette. */
export const useLayers = (): readonly Layer[] => useSyncExternalStore(subscribe, () => layers).toReversed();

/** How a key is written: `⇧A`, `↵`, `space`. */
export function keyName(key: string): string {
  if (key === "Enter") return "↵";
  if (key === " ") return "space";
  if (key === "Escape") return "esc";
  return /^[A-Z]$/.test(key) ? `⇧${key}` : key;
}
