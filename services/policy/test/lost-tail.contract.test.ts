/** Policy, started on a log that does not hold what it had read: it says so to whoever is of record. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lostTailOf } from "@claw/eventlog";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { Effect } from "effect";
import { expect, it, onTestFinished } from "vitest";
import { makePulse, run, start, streamOf } from "./given-fleet.ts";

it("N1-037 what policy read of a log that lost its tail is told, once it stops", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "policy-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return run(
    Effect.gen(function* () {
      const { pulse } = makePulse();
      const { stream } = streamOf(yield* openMemoryLog());
      // The second one reads what the first one said before it leads itself.
      for (let n = 0; n < 2; n += 1) yield* (yield* start(stream, { dataDir })).end;
      const emptied = streamOf(yield* openMemoryLog()).stream;
      const stopped = yield* Effect.flip(start(emptied, { dataDir, pulse }));
      expect(stopped.sentence).toContain("the log lost its tail");
      const lost = yield* lostTailOf(pulse);
      expect(lost).toMatchObject({ generation: 1, digest: null });
      expect(lost?.sequence).toBeGreaterThan(0);
    }),
  );
});
