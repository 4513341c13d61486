/**
 * What a person at a real TUI feels: from Enter to the answer on the screen, with a model that answers at once; alone, with a connector watching,
 * and with one that is killed every second.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { CodexTui } from "@claw/testkit";
import { type Connecting, startConnector } from "../../test/acceptance/support/connecting.ts";
import { makeHouse } from "../../test/acceptance/support/house.ts";
import { makeScene, type Scene } from "../../test/acceptance/support/scene.ts";
import { until } from "../../test/acceptance/support/until.ts";
import { type Bench, progress } from "../bench.ts";
import { type Measure, percentile } from "../table.ts";

const WARM_UP = 3;
/** Between an answer and the next line: the terminal takes the end of the turn, and a person breathes. */
const BREATH_MS = 250;
const KILL_EVERY_MS = 1_000;

/** Lower case is no directive: the model echoes the line at once. */
async function turn(tui: CodexTui, word: string): Promise<number> {
  const line = `line ${word}`;
  tui.type(line);
  await tui.waitFor(line);
  const startedAt = performance.now();
  tui.enter();
  await tui.waitFor(`echo: ${line}`);
  return performance.now() - startedAt;
}

async function turnsOf(scene: Scene, count: number): Promise<readonly number[]> {
  const tui = await scene.tui();
  const samples: number[] = [];
  for (let n = 0; n < count + WARM_UP; n += 1) {
    samples.push(await turn(tui, `${n}-${Math.floor(Math.random() * 1e6)}`));
    await pause(BREATH_MS);
  }
  return samples.slice(WARM_UP);
}

/** A fresh app-server and terminal for each way of being watched. */
async function inScene<Value>(work: (scene: Scene) => Promise<Value>): Promise<Value> {
  const scene = await makeScene();
  try {
    return await work(scene);
  } finally {
    await scene.end();
  }
}

const watched = (count: number, isKilled: boolean): Promise<readonly number[]> =>
  inScene(async (scene) => {
    const house = await makeHouse();
    try {
      await house.start(["--no-connector"]);
      const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
      const killing = new AbortController();
      const killer = isKilled ? killAgainAndAgain(connector, killing.signal) : Promise.resolve();
      try {
        if (!isKilled)
          await until(
            "the host is heard",
            async () => (await house.get<{ hosts: readonly unknown[] }>("/api/hosts")).hosts.length > 0,
          );
        return await turnsOf(scene, count);
      } finally {
        killing.abort();
        await killer;
        await connector.claw().stop("SIGKILL");
      }
    } finally {
      await house.remove();
    }
  });

async function killAgainAndAgain(connector: Connecting, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(KILL_EVERY_MS);
    if (!signal.aborted) await connector.restart();
  }
}

const linesOf = (how: string, samples: readonly number[]): readonly Measure[] =>
  [0.5, 0.99].map((share) => ({
    name: `turn at a TUI, ${how}, p${share * 100}`,
    value: percentile(samples, share),
    unit: "ms",
    better: "less",
    ...(how !== ALONE && { ratioOf: `turn at a TUI, ${ALONE}, p${share * 100}` }),
    note: `${samples.length} turns`,
  }));

const ALONE = "not watched";

export const turnsBench: Bench = {
  name: "turns",
  run: async (isQuick) => {
    const count = isQuick ? 10 : 40;
    progress("turns: alone");
    const alone = await inScene((scene) => turnsOf(scene, count));
    progress("turns: watched");
    const calm = await watched(count, false);
    progress("turns: watched by a connector that is killed every second");
    const killed = await watched(count, true);
    return [
      ...linesOf(ALONE, alone),
      ...linesOf("watched", calm),
      ...linesOf("connector killed every second", killed),
    ];
  },
};
