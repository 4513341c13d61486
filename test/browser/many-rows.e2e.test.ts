/** A fleet of ten thousand sessions (two thousand by default): the page draws what one screen shows, can be scrolled to its end, filtered and sorted, and stays quick. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeHouse, type TestHouse } from "../acceptance/support/house.ts";
import { progress } from "../acceptance/support/progress.ts";
import { rawEvent } from "../acceptance/support/raw-uplink.ts";
import { until } from "../acceptance/support/until.ts";
import { type Browsing, openBrowser } from "./support/browser.ts";
import { type HandHost, makeHandHost } from "./support/hand-host.ts";

const HOST = "many";
const COUNT = 2_000 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");

let house: TestHouse;
let browsing: Browsing;
let host: HandHost;

beforeAll(async () => {
  house = await makeHouse({ CLAW_ENDPOINTS: "none=unix:///nonexistent.sock" });
  browsing = await openBrowser();
  await house.start();
  host = await makeHandHost(house, HOST);
  await host.tell(Array.from({ length: COUNT }, (_, n) => [`session/${idOf(n)}`, [observed(n)]] as const));
  await until(
    "the house shows all of them",
    async () => {
      const { fleet } = await house.get<{ fleet: { totals: { sessions: number } } }>("/api/fleet");
      return fleet.totals.sessions === COUNT;
    },
    120_000,
  );
});
afterAll(async () => {
  await host?.close();
  await browsing?.close();
  await house?.remove();
});

/** Turns of the wheel, each of about ten rows. */
const STEPS = 60;
const idOf = (n: number): string => `many-${String(n).padStart(5, "0")}`;
const observed = (n: number) =>
  rawEvent(
    "session.observed",
    {
      hostId: HOST,
      endpointId: "main",
      workspace: `/work/${n}`,
      repo: `acme/repo-${n % 100}`,
      branch: `branch-${n}`,
      commit: null,
      source: "cli",
      threadSource: null,
      parentSessionId: null,
      rootSessionId: null,
      model: null,
      modelProvider: null,
      codexVersion: null,
      createdAt: Date.now() - n,
      activity: { type: "idle", flags: [] },
    },
    { name: `Session ${String(n).padStart(5, "0")}`, preview: null },
  );

/** Notes every task of the page that takes longer than 50 ms. */
const watchTasks = (): void => {
  const tasks: number[] = [];
  Object.assign(globalThis, { tasks });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
};

test(`${COUNT} sessions: one screen is drawn, the end is reached, and the filter finds one of them`, async () => {
  const visit = await browsing.visit({
    url: house.url,
    token: house.token(),
    path: "/health",
    before: watchTasks,
  });
  const { page } = visit;
  const rows = page.locator(".grid .tr");
  const begun = performance.now();
  await page.goto(house.url);
  await rows.first().waitFor();
  progress(`first usable page of ${COUNT} sessions: ${Math.round(performance.now() - begun)} ms`);
  await page.getByText("Now", { exact: true }).waitFor({ timeout: 60_000 });
  await expect.poll(() => page.locator(".grid").getAttribute("aria-rowcount")).toBe(String(COUNT + 1));

  const drawn: number[] = [];
  await page.evaluate(() => {
    (globalThis as unknown as { tasks: number[] }).tasks.length = 0;
  });
  await page.mouse.move(700, 600);
  for (let step = 0; step < STEPS; step += 1) {
    await page.mouse.wheel(0, 500);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
    drawn.push(await rows.count());
  }
  const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
  progress(`tasks over 50 ms in ${STEPS} turns of the wheel: ${tasks.map(Math.round).join(", ") || "none"}`);
  expect(Math.max(...drawn)).toBeLessThan(80);
  for (let part = 1; part <= 4; part += 1)
    await page.evaluate((at) => scrollTo(0, document.documentElement.scrollHeight * at), part / 4);
  await page.locator(`.tr[data-index="${COUNT - 1}"]`).waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type(`branch-${COUNT - 1}`);
  await expect.poll(() => rows.count()).toBe(1);
  expect(await rows.first().innerText()).toContain(`branch-${COUNT - 1}`);
  expect(visit.faults).toEqual([]);
  await visit.context.close();
});
