/** A real connector that comes back with a full outbox: its own process, disk and protocol against a house in another. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startClaw } from "../../test/acceptance/support/process.ts";
import { until } from "../../test/acceptance/support/until.ts";
import type { Bench } from "../bench.ts";
import { BENCH_HOST } from "../mix.ts";
import { runChild } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { type BenchHouse, positionOf, reached, withHouse } from "../support/house.ts";
import { BARE_LOG } from "./log.ts";

/** Events a second from the first fact that the house shows to the last. */
async function drain(house: BenchHouse, folder: string, count: number): Promise<number> {
  const tokenFile = join(folder, "host-token");
  writeFileSync(tokenFile, house.hostToken, { mode: 0o600 });
  const before = await positionOf(house);
  const connector = startClaw(["connect"], {
    HOME: folder,
    CLAW_DATA_DIR: folder,
    CLAW_URL: house.url,
    CLAW_HOST_ID: BENCH_HOST,
    CLAW_TOKEN_FILE: tokenFile,
    CLAW_ENDPOINTS: `main=unix://${join(folder, "nobody.sock")}`,
    CLAW_DIAGNOSTICS_LEVEL: "error",
  });
  try {
    const first = await until("the first facts", async () => {
      const position = await positionOf(house);
      return position > before + 100 && { position, at: performance.now() };
    });
    await reached(house, before + count);
    return ((before + count - first.position) * 1_000) / (performance.now() - first.at);
  } finally {
    await connector.stop("SIGKILL");
  }
}

export const outboxBench: Bench = {
  name: "outbox",
  run: async (isQuick) => {
    const count = isQuick ? 15_000 : 60_000;
    return inFolder(async (folder) => {
      const told = await runChild("fill-outbox.ts", [join(folder, "connector"), String(count)]);
      const drained = await withHouse((house) => drain(house, folder, count));
      return [
        {
          name: "ingest end to end, real connector",
          value: drained,
          unit: "events/s",
          better: "more",
          ratioOf: BARE_LOG,
          aim: "≥ 8,000",
          note: "`claw connect` empties its outbox",
        },
        {
          name: "facts into one outbox",
          value: told,
          unit: "events/s",
          better: "more",
          note: "a synced commit each",
        },
      ];
    });
  },
};
