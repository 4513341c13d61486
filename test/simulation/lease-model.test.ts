/** Every state of the lease protocol up to a bound, and what happens without each of its safeguards (RELIABILITY §4, E23; N1-012…N1-014). */
import { expect, test } from "vitest";
import { allSafeguards, type Safeguard, safeguards } from "./model/safeguards.ts";
import { search } from "./model/search.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");
const LIMIT = scale >= 5 ? 1_500_000 : 200_000;
/** The deepest of the shortest ways lies within so many states. */
const LIMIT_BROKEN = 400_000;

/** How the protocol breaks without it, and in how many steps at the soonest. */
const breaks: Readonly<Record<Safeguard, readonly [broken: RegExp, steps: number]>> = {
  fence: [/^stale token/, 5],
  kept: [/^stale token/, 6],
  once: [/performed twice/, 6],
  serial: [/^stale token/, 5],
  notAgain: [/performed twice/, 4],
  logged: [/used by two/, 10],
  twoPhases: [/^stale token/, 5],
  fullTtl: [/two holders/, 10],
  holder: [/used by two/, 7],
};

test(
  `N1-012 no state within ${LIMIT} performs a stale token, a command twice, or has two holders`,
  { timeout: 300_000 },
  () => {
    const { violation, states } = search(new Set(), LIMIT);
    expect(violation?.trace ?? []).toEqual([]);
    expect(states).toBeGreaterThanOrEqual(LIMIT);
  },
);

test.each(allSafeguards)("without `%s` it breaks, and the shortest way there is shown", (safeguard) => {
  const { violation } = search(new Set([safeguard]), LIMIT_BROKEN);
  const [broken, steps] = breaks[safeguard];
  expect(violation?.broken, safeguards[safeguard]).toMatch(broken);
  expect(violation?.trace.length, violation?.trace.join("\n")).toBe(steps);
});
