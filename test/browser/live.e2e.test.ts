/** The stream of the page: the house is killed and comes back, and meanwhile the page says so, keeps what it had, and asks ever more rarely (N1-006, ADR 0014). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { type BusyHouse, makeBusyHouse } from "./support/busy-house.ts";
import { type Browsing, openBrowser } from "./support/browser.ts";

let busy: BusyHouse;
let browsing: Browsing;

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse();
});
afterAll(async () => {
  await browsing?.close();
  await busy?.end();
});

test("N1-006 killed: it says so with the moment and the position, buttons wait, repeats grow rarer; back: live again with what happened meanwhile, without a reload", async () => {
  await busy.session("before");
  const visit = await browsing.visit({ url: busy.house.url, token: busy.house.token() });
  const { page, requests, faults } = visit;
  await page.getByText("Now", { exact: true }).waitFor();
  await expect.poll(() => page.locator(".grid .tr").count()).toBe(1);
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  await page.clock.install();

  await busy.house.claw().stop("SIGKILL");
  const line = page.getByText("Reconnecting.", { exact: true });
  await line.waitFor();
  const said = (await page.locator(".cut-off").innerText()).replaceAll(/\s+/g, " ");
  expect(said).toMatch(/What you see is from \d\d:\d\d:\d\d, position [\d,]+\. Buttons wait/);
  await page.getByText("As of", { exact: true }).waitFor();
  expect(await page.locator(".grid .tr").count()).toBe(1);

  const from = requests.length;
  // In steps, so that what was asked is answered in between.
  for (let second = 0; second < 60; second += 1) await page.clock.runFor(1_000);
  const tries = requests.slice(from).filter((one) => one === "POST /api/ws-ticket").length;
  expect(tries).toBeGreaterThanOrEqual(3);
  expect(tries).toBeLessThanOrEqual(20);

  const born = busy.codex.createThread({ cwd: "/meanwhile" });
  await busy.house.start();
  await until("the house knows what came while it was away", () => busy.house.get(`/api/sessions/${born}`));
  await page.getByRole("button", { name: /^Try now/ }).click();
  await expect
    .poll(
      async () => {
        await page.clock.runFor(1_000);
        return page.locator(".grid .tr").count();
      },
      { timeout: 20_000 },
    )
    .toBe(2);
  expect(await line.count()).toBe(0);
  expect(await page.evaluate(() => "sameDocument" in globalThis)).toBe(true);
  expect(faults).toEqual([]);
  await visit.context.close();
});

test("N1-006 a handshake that nobody answers is given up, and tried again", async () => {
  const visit = await browsing.visit({ url: busy.house.url, token: busy.house.token() });
  const { page } = visit;
  await page.getByText("Now", { exact: true }).waitFor();
  await page.clock.install();
  // The next sockets are opened by nobody, and refused by nobody.
  await page.evaluate(() => {
    const given = globalThis.WebSocket;
    const made: EventTarget[] = [];
    const hold = function () {
      const socket = Object.assign(new EventTarget(), { close: () => undefined });
      made.push(socket);
      return socket;
    };
    Object.assign(globalThis, { WebSocket: hold, held: made, given });
  });
  const held = () => page.evaluate(() => (globalThis as unknown as { held: unknown[] }).held.length);
  await busy.house.claw().stop("SIGKILL");
  await busy.house.start();
  await expect
    .poll(async () => {
      await page.clock.runFor(500);
      return held();
    })
    .toBe(1);
  await page.evaluate(() => {
    Object.assign(globalThis, { WebSocket: (globalThis as unknown as { given: unknown }).given });
  });
  await expect
    .poll(
      async () => {
        await page.clock.runFor(1_000);
        return page.getByText("Now", { exact: true }).count();
      },
      { timeout: 60_000 },
    )
    .toBe(1);
  await visit.context.close();
});
