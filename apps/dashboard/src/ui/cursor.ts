/** Which row of a list the keys speak of. */
import { useState } from "react";
import { useKeys } from "../state/keys.ts";

export interface Cursor {
  readonly at: string | null;
  readonly setAt: (id: string | null) => void;
}

/** The id `steps` away in the list; from nowhere, the first or the last. Null in an empty list. Pure. */
export function idFrom(ids: readonly string[], at: string | null, steps: number): string | null {
  if (ids.length === 0) return null;
  const index = at === null ? -1 : ids.indexOf(at);
  if (index === -1) return (steps > 0 ? ids[0] : ids.at(-1)) ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, index + steps))] ?? null;
}

/** `j` and `k` move it, Enter opens; what left the list is left by the cursor too. */
export function useCursor(ids: readonly string[], open?: (id: string) => void): Cursor {
  const [wanted, setAt] = useState<string | null>(null);
  const at = wanted !== null && ids.includes(wanted) ? wanted : null;
  const move = (steps: number) => setAt(idFrom(ids, at, steps));
  useKeys("List", {
    j: { does: "next row", run: () => move(1) },
    k: { does: "row before", run: () => move(-1) },
    ArrowDown: { does: "next row", run: () => move(1) },
    ArrowUp: { does: "row before", run: () => move(-1) },
    ...(open !== undefined && {
      Enter: {
        does: "open",
        run: () => {
          if (at !== null) open(at);
        },
      },
    }),
  });
  return { at, setAt };
}
