/** A long transcript in a real Chromium: one page is read at first, few rows stand in the page however many were read, and what is searched is found. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { type Browsing, openBrowser, type Visit } from "./support/browser.ts";
import { type BusyHouse, makeBusyHouse } from "./support/busy-house.ts";
import { visitsOfTests } from "./support/visits.ts";

const PATIENCE_MS = 15_000;
/** Messages of one turn: four pages. */
const MESSAGES = 350;
/** Rows that a screen needs, those kept ready beside it, and room for a high screen. */
const MOST_ROWS = 60;

let busy: BusyHouse;
let browsing: Browsing;
let long = "";
const visits = visitsOfTests();

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse();
  long = await busy.session("long");
  busy.codex.runTurn(long, "WAIT the end");
  const itemCount = async (): Promise<number> => {
    const { session } = await busy.house.get<{ session: { itemCount: number } }>(`/api/sessions/${long}`);
    return session.itemCount;
  };
  await until("the turn is told", async () => (await itemCount()) > 0);
  for (let at = 1; at < MESSAGES; at += 1)
    busy.codex.runTurn(
      long,
      at === 20 ? "the needle <b>in</b> it" : `message ${at} ${"and more of it ".repeat(at % 7)}`,
    );
  await until("all messages are told", async () => (await itemCount()) >= MESSAGES);
});
afterAll(async () => {
  await browsing?.close();
  await busy?.end();
});

async function open(): Promise<Visit> {
  const { house } = busy;
  const visit = await browsing.visit({ url: house.url, token: house.token(), path: `/sessions/${long}` });
  visit.page.setDefaultTimeout(PATIENCE_MS);
  visits.push(visit);
  await newest(visit.page);
  return visit;
}

const newest = (page: Page): Promise<void> =>
  page
    .getByText(`message ${MESSAGES - 1} `, { exact: false })
    .first()
    .waitFor();
const pagesRead = ({ requests }: Visit): number =>
  requests.filter((request) => request.endsWith("/transcript")).length;
const rows = (page: Page): Promise<number> => page.locator(".ses-row").count();
const toTop = (page: Page): Promise<void> =>
  page.getByRole("region", { name: "Transcript" }).evaluate((region) => region.scrollTo(0, 0));

test("S1-079 it opens at its end with one page, and draws only what a screen needs", async () => {
  const visit = await open();
  expect(pagesRead(visit)).toBe(1);
  expect(await rows(visit.page)).toBeLessThan(MOST_ROWS);
  await visit.page.getByText(`1 turn, ${MESSAGES} items`).waitFor();
});

test("S1-079 scrolling up reads page after page to the beginning, and still draws only what a screen needs", async () => {
  const visit = await open();
  const { page } = visit;
  await until("the beginning is there", async () => {
    await toTop(page);
    return page.getByText("WAIT the end").first().isVisible();
  });
  expect(pagesRead(visit)).toBe(Math.ceil(MESSAGES / 100));
  expect(await rows(page)).toBeLessThan(MOST_ROWS);
});

test("finding says that it looks only in what was read, finds what is read later, and shows markup as the text it is", async () => {
  const visit = await open();
  const { page } = visit;
  const find = page.getByRole("textbox", { name: "Find in the transcript" });
  await find.fill("the needle");
  await page.getByText("0 places in what was read").first().waitFor();
  await until("all is read", async () => {
    await toTop(page);
    return pagesRead(visit) === Math.ceil(MESSAGES / 100);
  });
  await page
    .getByText(/^1 place/)
    .first()
    .waitFor();
  await find.press("Enter");
  await page.getByText("the needle <b>in</b> it").waitFor();
});

test("what is said while somebody looks comes by the stream, without asking again", async () => {
  const visit = await open();
  const before = pagesRead(visit);
  busy.codex.runTurn(long, "said while you look");
  await visit.page.getByText("said while you look").waitFor();
  expect(pagesRead(visit)).toBe(before);
});
