/** The fleet page in a real Chromium, of 10,000 sessions on 100 hosts while work goes on: how soon it can be used, and how smoothly it scrolls (N1-046). */
import type { Page } from "playwright-core";
import { openBrowser } from "../../test/browser/support/browser.ts";
import { type Bench, progress } from "../bench.ts";
import { type FullFleet, withFullFleet } from "../support/full-fleet.ts";
import { loadNow } from "../support/usage.ts";
import { type Measure, percentile } from "../table.ts";

/** Facts a second meanwhile. */
const RATE = 20;
/** Steps of scrolling, ms between two, and px of each: about as fast as a wheel that is turned without a pause. */
const STEPS = 150;
const STEP_MS = 40;
const STEP_PX = 400;
const PATIENCE_MS = 120_000;

interface Task {
  /** µs, as Chromium's tracing has them. */
  readonly dur?: number;
  /** Likewise, of its thread alone: what it would have taken on a core of its own. */
  readonly tdur?: number;
  readonly name: string;
}

/** Ms from asking for the page until a line of the fleet can be read and clicked. */
async function opened(page: Page, url: string): Promise<number> {
  const startedAt = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(".grid .tr[role=row]").nth(1).waitFor({ timeout: PATIENCE_MS });
  return performance.now() - startedAt;
}

interface Took {
  readonly ms: number;
  /** CPU. */
  readonly cpuMs: number;
}

/** Every task of the page's main thread while a person scrolls. */
async function tasksWhileScrolling(page: Page): Promise<readonly Took[]> {
  const cdp = await page.context().newCDPSession(page);
  const tasks: Took[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => {
    for (const { name, dur, tdur } of value as unknown as readonly Task[])
      if (name === "RunTask" && dur !== undefined)
        tasks.push({ ms: dur / 1_000, cpuMs: (tdur ?? dur) / 1_000 });
  });
  const collected = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
  // Of the renderer alone: a session of a page traces its own process.
  await cdp.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline"], excludedCategories: ["*"] },
  });
  await page.mouse.move(700, 600);
  for (let step = 0; step < STEPS; step += 1) {
    await page.mouse.wheel(0, step % 50 < 40 ? STEP_PX : -STEP_PX);
    await page.waitForTimeout(STEP_MS);
  }
  await cdp.send("Tracing.end");
  await collected;
  await cdp.detach();
  return tasks;
}

/** Chromium counts each message of its loop as a task; those that take less than this are none that anybody could feel, and would hide the others. */
const SEEN_MS = 1;

async function measure({ bench, work }: FullFleet, visits: number): Promise<readonly Measure[]> {
  const { url, token } = bench.house;
  const browsing = await openBrowser();
  const working = work(RATE);
  try {
    const firsts: number[] = [];
    const tasks: Took[] = [];
    for (let n = 0; n < visits; n += 1) {
      const visit = await browsing.visit({ url, token: token(), path: "/docs/spec-v2" });
      firsts.push(await opened(visit.page, url));
      await visit.page.getByText("Now", { exact: true }).waitFor({ timeout: PATIENCE_MS });
      tasks.push(...(await tasksWhileScrolling(visit.page)));
      progress(
        `page: ${firsts.at(-1)?.toFixed(0)} ms, ${tasks.filter(({ ms }) => ms > 50).length} long tasks`,
      );
      await visit.context.close();
    }
    return linesOf(firsts, tasks);
  } finally {
    working.stop();
    await browsing.close();
  }
}

function linesOf(firsts: readonly number[], tasks: readonly Took[]): readonly Measure[] {
  const felt = tasks.filter(({ ms }) => ms >= SEEN_MS);
  const cpuMs = percentile(
    felt.map((task) => task.cpuMs),
    0.95,
  );
  const long = tasks.filter(({ ms }) => ms > 50).length;
  const unit = { unit: "ms", better: "less" } as const;
  return [
    {
      name: "first usable page of 10,000 sessions, p50",
      value: percentile(firsts, 0.5),
      ...unit,
      aim: "≤ 1,000",
      note: `nothing in the browser's cache, ${firsts.length} visits; ${loadNow()}`,
    },
    {
      name: "task of the page while it scrolls, p95",
      value: percentile(
        felt.map(({ ms }) => ms),
        0.95,
      ),
      ...unit,
      aim: "≤ 50",
      note: `of ${felt.length} tasks of 1 ms and more; ${long} over 50 ms; p95 ${cpuMs.toFixed(0)} ms of CPU; ${loadNow()}`,
    },
  ];
}

export const pageBench: Bench = {
  name: "page",
  run: (isQuick) => withFullFleet((fleet) => measure(fleet, isQuick ? 2 : 7)),
};
