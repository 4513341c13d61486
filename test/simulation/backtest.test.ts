/** The back-test over the logs of simulated houses: whatever went wrong in them, a log explains its own verdicts. */
import { expect, test } from "vitest";
import { backTest } from "../../services/policy/src/domain/backtest.ts";
import { recordedIn } from "./log.ts";
import { begun, live } from "./run.ts";

const HISTORIES = 40 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");

test(`in ${HISTORIES} histories unchanged limits turn no verdict round, and a rate of nothing turns round every write of a Claw`, () => {
  let counted = 0;
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const world = begun(seed);
    world.witness.isSilent = true;
    live(world);
    const past = world.log.entries.flatMap(recordedIn);
    const same = backTest(past, new Map(), {}, 0);
    expect(same, `seed ${seed}`).toMatchObject({ nowRefused: [], nowAccepted: [], unexplained: 0 });
    const none = backTest(past, new Map([["claw_rate", 0]]), {}, 0);
    expect(new Set(none.nowRefused.map(({ limit }) => limit)).size, `seed ${seed}`).toBeLessThanOrEqual(1);
    counted += same.counted;
  }
  expect(counted).toBeGreaterThan(HISTORIES);
});
