/** How Fleet and Attention look and are read: both themes, machine-checked, remembered, and at every width without scrolling sideways (EXPERIENCE 4.2). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { seriousFaults } from "./support/axe.ts";
import { type BusyHouse, egress, makeBusyHouse, runtime } from "./support/busy-house.ts";
import { type Browsing, DESK, openBrowser, PHONE, type Visit, type VisitOptions } from "./support/browser.ts";
import { visitsOfTests } from "./support/visits.ts";

let busy: BusyHouse;
let browsing: Browsing;
const visits = visitsOfTests("looked at");

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse();
  const shop = await busy.session("a-name-that-goes-on-and-on-and-never-finds-its-end-in-any-column", {
    asksFirst: true,
    branch: "feature/a-branch-whose-name-is-a-sentence-of-its-own-and-then-some",
  });
  await busy.command(egress(shop));
  await busy.command(runtime("runner-1", { vnc: true }));
  await busy.command(runtime("runner-2", { status: "failed" }));
  await busy.command(runtime("runner-3", { status: "pending_adapter" }));
  busy.codex.runTurn(shop, "SHELL git push --force-with-lease origin main");
  await until("both need somebody", async () => {
    const { attention } = await busy.house.get<{ attention: unknown[] }>("/api/attention");
    return attention.length >= 2;
  });
});
afterAll(async () => {
  await browsing?.close();
  await busy?.end();
});

async function open(options: Partial<VisitOptions> = {}): Promise<Visit> {
  const visit = await browsing.visit({ url: busy.house.url, token: busy.house.token(), ...options });
  visits.push(visit);
  await visit.page.getByText("Now", { exact: true }).waitFor();
  return visit;
}

const PAGES = { Fleet: "/", "Fleet by operator": "/?by=operator", Attention: "/attention" } as const;

describe("axe finds no serious fault", () => {
  for (const [name, path] of Object.entries(PAGES))
    for (const theme of ["light", "dark"] as const)
      for (const size of [DESK, PHONE])
        test(`${name}, ${theme}, ${size.width} px`, async () => {
          const visit = await open({ path, theme, size });
          await visit.page.getByText("runner", { exact: false }).first().waitFor({ state: "attached" });
          expect(await seriousFaults(visit.page)).toEqual([]);
          expect(visit.faults).toEqual([]);
        });

  test("with the row under the cursor described, with the palette, the keys and every dialog open", async () => {
    const visit = await open();
    const { page } = visit;
    await page.locator(".grid .tr").first().waitFor();
    await page.keyboard.press("j");
    await page.locator(".peek").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    for (const [key, opens] of [
      ["Control+k", page.getByRole("dialog", { name: "Find or run" })],
      ["?", page.getByRole("dialog", { name: "All keys" })],
      ["c", page.getByRole("dialog", { name: "Spawn a session" })],
    ] as const) {
      await page.keyboard.press(key);
      await opens.waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await opens.waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Columns" }).click();
    expect(await seriousFaults(page)).toEqual([]);
    expect(visit.faults).toEqual([]);
  });
});

test("nothing scrolls sideways between a phone and a large desk", async () => {
  const { page } = await open();
  for (const path of Object.values(PAGES)) {
    await page.goto(busy.house.url + path);
    await page.getByText("Now", { exact: true }).waitFor();
    for (const width of [320, 375, 640, 1_000, 1_001, 1_080, 1_180, 1_300, 1_399, 1_440, 1_920]) {
      await page.setViewportSize({ width, height: 900 });
      const [full, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect.soft(full, `${path} at ${width} px`).toBeLessThanOrEqual(shown ?? 0);
    }
  }
});

test("the theme follows the system until somebody chooses, and the choice is there before the first paint of the next page", async () => {
  const visit = await open({ theme: "dark" });
  const { page } = visit;
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.emulateMedia({ colorScheme: "light" });
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.getByRole("button", { name: "Theme: follow the system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  expect(await ground()).toBe(dark);
  await page.goto(`${busy.house.url}/attention`, { waitUntil: "commit" });
  await page.waitForSelector("html[data-theme=dark]", { state: "attached" });
  expect(visit.faults).toEqual([]);
});

test("one line or two a row: compact shows more of the fleet and is remembered", async () => {
  const { page } = await open();
  const first = page.locator(".grid .tr").nth(1);
  const tall = (await first.boundingBox())?.height ?? 0;
  await page.keyboard.press("D");
  await expect.poll(async () => (await first.boundingBox())?.height ?? tall).toBeLessThan(tall - 10);
});
