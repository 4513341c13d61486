/** Durable ingest, end to end: facts on a WebSocket, admitted, appended and synced, acknowledged, folded, and the views committed. */
import type { Bench } from "../bench.ts";
import { makeFacts } from "../mix.ts";
import { positionOf, reached, withHouse } from "../support/house.ts";
import { startSimulatedHost } from "../support/simulated-host.ts";
import { BARE_LOG } from "./log.ts";

export const ingestBench: Bench = {
  name: "ingest",
  run: async (isQuick) => {
    const count = isQuick ? 15_000 : 60_000;
    const facts = makeFacts(count, 50);
    const value = await withHouse(async (house) => {
      const host = await startSimulatedHost(house);
      const sendAll = host.prepare(facts);
      const before = await positionOf(house);
      const startedAt = performance.now();
      await sendAll();
      await reached(house, before + count);
      const rate = (count * 1_000) / (performance.now() - startedAt);
      await host.close();
      return rate;
    });
    const name = "ingest end to end, simulated host";
    return [
      {
        name,
        value,
        unit: "events/s",
        better: "more",
        ratioOf: BARE_LOG,
        aim: "≥ 8,000",
        note: "until the views are committed",
      },
    ];
  },
};
