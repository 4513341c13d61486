/** How often a generated test runs: counts are stated for `CLAW_TEST_SCALE=5` (CI), and a fifth of them runs by default. */
export const scaled = (countAtScale5: number): number =>
  Math.max(1, Math.round((countAtScale5 / 5) * Number(process.env["CLAW_TEST_SCALE"] ?? "1")));
