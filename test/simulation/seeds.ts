/** Many histories, one after another, and the first of them in which something went wrong. */
import type { Bug } from "./bugs.ts";
import { type History, run } from "./run.ts";

export interface Searched {
  readonly histories: number;
  readonly failed: History | null;
  readonly counts: ReadonlyMap<string, number>;
}

/** Seeds from 1 on, until one fails, all have run, or the time is over (monotonic ms; the seeds that ran are the same on every machine). */
export function search(seeds: number, bug: Bug | null, untilMs = Infinity): Searched {
  const counts = new Map<string, number>();
  let histories = 0;
  while (histories < seeds && performance.now() < untilMs) {
    histories += 1;
    const history = run(histories, bug);
    for (const [what, count] of history.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (history.violation !== null) return { histories, failed: history, counts };
  }
  return { histories, failed: null, counts };
}

const LAST_LINES = 60;

/** For whoever has to find out why: the seed gives the same history again (`run(seed)`). */
export const storyOf = ({ seed, violation, story }: History): string =>
  [`seed ${seed}: ${violation ?? "nothing"}`, ...story.slice(-LAST_LINES)].join("\n");
