/** The fleet in one look: `/api/fleet` of 10,000 sessions on 100 hosts that say that they live, while work goes on and one host hangs (F1-009, N1-046). */
import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { BenchFleet } from "../support/fleet.ts";
import { type FullFleet, withFullFleet } from "../support/full-fleet.ts";
import { cpuOf, loadNow } from "../support/usage.ts";
import { type Measure, percentile } from "../table.ts";

/** Between two looks, in ms, and facts a second meanwhile. */
const LOOK_MS = 100;
const RATE = 100;

/** How long each look took until its last byte was here, in ms. Of the bytes nothing is kept: what the bench would do with them is no part of it. */
async function looks({ house }: BenchFleet, count: number): Promise<readonly number[]> {
  const headers = { authorization: `Bearer ${house.token()}` };
  const agent = new Agent({ keepAlive: true });
  const samples: number[] = [];
  try {
    for (let n = 0; n < count; n += 1) {
      samples.push(await lookOnce(`${house.url}/api/fleet`, { agent, headers }));
      await pause(LOOK_MS);
    }
  } finally {
    agent.destroy();
  }
  return samples;
}

const lookOnce = (url: string, options: object): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    get(url, options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the fleet answers ${response.statusCode}`));
      response
        .on("close", () =>
          response.complete
            ? resolve(performance.now() - startedAt)
            : reject(new Error("the fleet's answer broke off")),
        )
        .resume();
    }).on("error", reject);
  });

async function measure({ bench, work }: FullFleet, count: number): Promise<readonly Measure[]> {
  await looks(bench, 20);
  const gateway = bench.processes.filter(({ name }) => name === "gateway");
  const working = work(RATE);
  const used = cpuOf(gateway);
  const startedAt = performance.now();
  const samples = await looks(bench, count);
  const seconds = (performance.now() - startedAt) / 1_000;
  const us = used()?.[0]?.us ?? Number.NaN;
  const note = `until the last byte; ${Math.round(working.stop() / seconds)} facts a second, heartbeats of 99 hosts in 5 s, one host hung; ${loadNow()}`;
  const name = "/api/fleet of 10,000 sessions on 100 hosts";
  const unit = { unit: "ms", better: "less" } as const;
  return [
    { name: `${name}, p50`, value: percentile(samples, 0.5), ...unit },
    { name: `${name}, p99`, value: percentile(samples, 0.99), ...unit, aim: "≤ 50", note },
    {
      name: `${name}: CPU of the gateway per look`,
      value: us / 1_000 / count,
      ...unit,
      note: "with what it does for the facts meanwhile; hardly depends on who else uses the machine",
    },
  ];
}

export const lookBench: Bench = {
  name: "look",
  run: (isQuick) => withFullFleet((fleet) => measure(fleet, isQuick ? 100 : 600)),
};
