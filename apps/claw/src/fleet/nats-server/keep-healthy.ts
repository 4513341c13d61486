/**
 * A nats-server whose disk filled up can hang without ending, and ignores SIGTERM then (RELIABILITY E12). So one that greets nobody three times in a
 * row is killed, and whoever keeps it running starts it again.
 */
import { Effect } from "effect";
import { answers } from "./probe.ts";

const EVERY = "5 seconds";
const TIMEOUT_MS = 4_000;
const MISSES = 3;

/** Never ends. `kill` is called once per three misses in a row. */
export const keepHealthy = Effect.fnUntraced(function* (
  port: number,
  kill: () => void,
): Effect.fn.Return<never> {
  for (let misses = 0; ;) {
    yield* Effect.sleep(EVERY);
    misses = (yield* Effect.promise(() => answers(port, TIMEOUT_MS))) ? 0 : misses + 1;
    if (misses < MISSES) continue;
    misses = 0;
    yield* Effect.sync(kill);
  }
});
