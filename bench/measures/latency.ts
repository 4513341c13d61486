/** From a host's frame to the frame of a live client, both in this process, so that one clock tells. */
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../../test/acceptance/support/until.ts";
import type { Bench } from "../bench.ts";
import { became, benchSession, makeFacts, sealFact } from "../mix.ts";
import { positionOf, reached, type Watched, withHouse } from "../support/house.ts";
import { startLiveClient } from "../support/live-client.ts";
import { type SimulatedHost, startSimulatedHost } from "../support/simulated-host.ts";
import { type Measure, percentile } from "../table.ts";

/** So many sessions that none is told of twice within a fifth of a second: a frame then belongs to one fact. */
const SESSIONS = 100;
/** Facts before the first that counts: code is compiled, pages are warm. */
const WARM_UP = 300;

interface Sent {
  readonly seq: number;
  readonly samples: readonly number[];
}

/** Sends single facts at a pace, whatever comes back; answers how long each took, in ms. */
async function send(
  house: Watched,
  host: SimulatedHost,
  from: number,
  count: number,
  rate: number,
): Promise<Sent> {
  const sentAt = new Map<string, number>();
  const samples: number[] = [];
  const client = await startLiveClient(house, ({ type, key }) => {
    const at = key === null ? undefined : sentAt.get(key);
    if (type !== "change" || key === null || at === undefined) return;
    samples.push(performance.now() - at);
    sentAt.delete(key);
  });
  const startedAt = performance.now();
  for (let n = 0; n < count; n += 1) {
    const due = startedAt + (n * 1_000) / rate;
    if (performance.now() < due) await pause(due - performance.now());
    const session = n % SESSIONS;
    const fact = sealFact(from + n, session, became(Math.floor(n / SESSIONS) % 2 === 0 ? "active" : "idle"));
    sentAt.set(benchSession(session), performance.now());
    host.send([fact]);
  }
  await until("all of them were heard", () => sentAt.size === 0, 30_000);
  await client.close();
  return { seq: from + count, samples };
}

/** Figures of the house on one machine are named without a prefix. */
const linesOf = (prefix: string, rate: number, samples: readonly number[]): readonly Measure[] =>
  [0.5, 0.99].map((share) => {
    const name = `${prefix}event to live client at ${rate}/s, p${share * 100}`;
    const line = { name, value: percentile(samples, share), unit: "ms", better: "less" } as const;
    return rate === 500 && share === 0.99 && prefix === "" ? { ...line, aim: "≤ 10" } : line;
  });

/** The latency of a house that holds nothing of this host yet. */
export async function measureLatency(
  house: Watched,
  host: SimulatedHost,
  isQuick: boolean,
  prefix = "",
): Promise<readonly Measure[]> {
  const before = await positionOf(house);
  await host.prepare(makeFacts(SESSIONS, SESSIONS))();
  await reached(house, before + SESSIONS);
  const seconds = isQuick ? 4 : 12;
  const warm = await send(house, host, SESSIONS + 1, WARM_UP, 200);
  const slow = await send(house, host, warm.seq, seconds * 50, 50);
  const fast = await send(house, host, slow.seq, seconds * 500, 500);
  return [...linesOf(prefix, 50, slow.samples), ...linesOf(prefix, 500, fast.samples)];
}

export const latencyBench: Bench = {
  name: "latency",
  run: (isQuick) =>
    withHouse(async (house) => {
      const host = await startSimulatedHost(house);
      const lines = await measureLatency(house, host, isQuick);
      await host.close();
      return lines;
    }),
};
