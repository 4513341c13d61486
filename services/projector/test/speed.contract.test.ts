import { join } from "node:path";
import { openSqliteLog } from "@claw/eventlog";
import { goldenMix } from "@claw/testkit/arbitraries";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { append, run, start, temporaryFolder } from "./given.ts";

const TURNS = 5_000;
/** A tenth of the aim, so that a busy machine fails only where something is wrong. The aim on two idle cores is 50,000. */
const LEAST_A_SECOND = 5_000;

it("a build from zero folds a working day at a fair rate, from disk to disk", () =>
  run(
    Effect.gen(function* () {
      const folder = temporaryFolder();
      const log = yield* openSqliteLog({ path: join(folder, "log.db") });
      const last = yield* append(log, [...goldenMix(TURNS)]);
      const before = performance.now();
      const projector = yield* start(log, folder);
      yield* projector.saying("following");
      const rate = Math.round(last / ((performance.now() - before) / 1_000));
      process.stdout.write(`build from zero: ${last} events, ${rate} events/s\n`);
      expect(projector.reader().position()).toBe(last);
      expect(rate).toBeGreaterThan(LEAST_A_SECOND);
    }),
  ));
