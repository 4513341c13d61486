/** Places to wait at the gate: so many in all, and so many of one caller, so that nobody takes them all and an interrupt or a kill switch finds one. */
import type { Principal } from "@claw/events";

/** Commands that wait or are in work at the same time, at either end of the gate. At a few tenths of a millisecond each, the last waits well under a second. */
export const GATE_PLACES = { most: 256, each: 32 } as const;

/** Why there is no place. */
export type NoPlace = "all taken" | "own taken";

export interface Places {
  /** Takes a place for a caller until `leave` is called, once; or says why there is none. */
  readonly take: (caller: string) => { readonly leave: () => void } | NoPlace;
  readonly taken: () => number;
}

export function makePlaces({ most, each }: { readonly most: number; readonly each: number }): Places {
  const own = new Map<string, number>();
  let all = 0;
  const leave = (caller: string): void => {
    all -= 1;
    const left = (own.get(caller) ?? 1) - 1;
    if (left === 0) own.delete(caller);
    else own.set(caller, left);
  };
  return {
    take: (caller) => {
      const before = own.get(caller) ?? 0;
      if (all >= most) return "all taken";
      if (before >= each) return "own taken";
      all += 1;
      own.set(caller, before + 1);
      return { leave: () => leave(caller) };
    },
    taken: () => all,
  };
}

/** Who counts as one caller: the principal as its token has it. Two Claws of one name in two groups are two. Names may hold anything, so they come last. */
export const callerOf = ({ kind, role, group, name }: Principal): string =>
  `${kind}/${role}/${group ?? ""}/${name}`;

/** What a caller is told that finds no place. */
export const NO_PLACE: Readonly<Record<NoPlace, string>> = {
  "all taken": "too many commands wait",
  "own taken": "too many of your commands wait",
};
