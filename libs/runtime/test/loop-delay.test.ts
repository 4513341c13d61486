import { expect, test } from "vitest";
import { makeMetrics, watchLoop } from "../src/index.ts";

const STOP_MS = 400;

/** Keeps the loop busy from inside one turn of it. */
function stopTheLoop(): void {
  for (const until = performance.now() + STOP_MS; performance.now() < until;);
}

const turns = (count: number): Promise<void> =>
  new Promise((resolve) => {
    let left = count;
    const tick = (): void => {
      left -= 1;
      if (left <= 0) resolve();
      else setTimeout(tick, 25);
    };
    tick();
  });

test("the loop's delay shows a stop, and each reading begins anew (R12)", async () => {
  const metrics = makeMetrics();
  watchLoop(metrics);
  const read = async (): Promise<number> => {
    const text = await metrics.metrics();
    return Number(/^claw_event_loop_p99_seconds (\S+)$/m.exec(text)?.[1]);
  };
  await turns(3);
  stopTheLoop();
  await turns(3);
  expect(await read()).toBeGreaterThan((STOP_MS - 40) / 1_000);
  expect(await read()).toBeLessThan(STOP_MS / 2 / 1_000);
});
