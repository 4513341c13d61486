/** A simulation that finds nothing proves nothing: each planted bug is found, within so many seeds. */
import { expect, test } from "vitest";
import { allBugs, type Bug, bugs } from "./bugs.ts";
import { run } from "./run.ts";
import { search } from "./seeds.ts";

/** The rarest of them shows in about one history of a hundred. */
const SEEDS = 1_000;

const shows: Readonly<Record<Bug, RegExp>> = {
  no_dedupe: /performed twice|the host says/,
  no_fence: /was performed with/,
  forgets_tokens: /was performed with/,
  calls_again: /performed twice|was performed, and the host says|the host says/,
  fences_meanwhile: /was performed with/,
  interrupts_beside: /was performed with/,
  grants_unfenced: /was performed with/,
  no_full_ttl: /is in force/,
  speaks_again: /the host says/,
  stays_silent: /has no end/,
  tells_once: /never says/,
  no_generation: /both wrote with/,
};

test.each(allBugs)("N1-012 `%s` is found, and its seed shows it again", { timeout: 300_000 }, (bug) => {
  const { failed } = search(SEEDS, bug);
  expect(failed?.violation, bugs[bug]).toMatch(shows[bug]);
  expect(run(failed?.seed ?? 0, bug).violation).toBe(failed?.violation);
});
