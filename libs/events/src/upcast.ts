/**
 * Upcasters: how an old event is read by new code. Stored bytes are never rewritten; a change that is not additive raises the version and
 * adds one pure step from the version before (N1-004).
 */
import type { Json } from "./canonical.ts";

type Parts = { readonly data: Json; readonly body: Json };
export type Upcaster = (old: Parts) => Parts;

/** `steps["noun.past"][n]` lifts version n to n + 1. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

/** No kind has had a second version yet. */
export const upcasters: Upcasters = {};

/** The parts as version `to` knows them, or null when a step is missing or the event is newer than this code. */
export function upcast(
  type: string,
  from: number,
  to: number,
  parts: Parts,
  steps: Upcasters = upcasters,
): Parts | null {
  let current = parts;
  for (let version = from; version < to; version += 1) {
    const step = steps[type]?.[version];
    if (step === undefined) return null;
    current = step(current);
  }
  return from <= to ? current : null;
}
