/** The laws that every log keeps, as a suite that each adapter runs. */
import { Effect } from "effect";
import { describe, it } from "vitest";
import { appendLaws } from "./append-laws.ts";
import type { MakeHarness } from "./harness.ts";
import { laneLaws } from "./lane-laws.ts";
import { lifeLaws } from "./life-laws.ts";
import { readLaws } from "./read-laws.ts";

/** Runs all laws against an adapter, each on a log of its own. */
export function logLaws(name: string, makeHarness: MakeHarness): void {
  describe(`the laws of a log: ${name}`, () => {
    for (const { title, check } of [...appendLaws, ...laneLaws, ...readLaws])
      it(title, () =>
        Effect.runPromise(Effect.scoped(Effect.flatMap(makeHarness().open, (log) => check(log)))),
      );
    for (const { title, check } of lifeLaws) it(title, () => Effect.runPromise(check(makeHarness())));
  });
}
