/** Rows as they were last committed, kept in memory up to a bound: what is folded now is mostly what was folded just before. */
import type { ViewName, ViewRows } from "../rows.ts";

/** Letters of row text that are kept, about 128 MiB of memory. */
export const MAX_LETTERS = 33_554_432;

interface Kept {
  readonly row: ViewRows[ViewName];
  readonly letters: number;
}

export interface RowCache {
  readonly get: (id: string) => ViewRows[ViewName] | undefined;
  /** `letters` is the length of the row's text. The rows that were put longest ago make room. */
  readonly put: (id: string, row: ViewRows[ViewName], letters: number) => void;
  readonly drop: (id: string) => void;
  readonly letters: () => number;
}

export function makeRowCache(maxLetters = MAX_LETTERS): RowCache {
  const kept = new Map<string, Kept>();
  let letters = 0;
  const forget = (id: string): void => {
    letters -= kept.get(id)?.letters ?? 0;
    kept.delete(id);
  };
  return {
    get: (id) => kept.get(id)?.row,
    put: (id, row, size) => {
      forget(id);
      kept.set(id, { row, letters: size });
      letters += size;
      for (const oldest of kept.keys()) {
        if (letters <= maxLetters) break;
        forget(oldest);
      }
    },
    drop: forget,
    letters: () => letters,
  };
}
