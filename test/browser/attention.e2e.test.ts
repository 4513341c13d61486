/** The inbox in a real browser: deciding what Codex asks, putting off, assigning, and what happened while somebody was away (N1-015, N1-025, N1-027, N1-033). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { seriousFaults } from "./support/axe.ts";
import { type BusyHouse, makeBusyHouse, runtime } from "./support/busy-house.ts";
import { type Browsing, openBrowser, PHONE, type Visit, type VisitOptions } from "./support/browser.ts";
import { visitsOfTests } from "./support/visits.ts";

let busy: BusyHouse;
let browsing: Browsing;
let session = "";
const visits = visitsOfTests("looked at");

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse();
  session = await busy.session("shop", { asksFirst: true });
});
afterAll(async () => {
  await browsing?.close();
  await busy?.end();
});

async function open(options: Partial<VisitOptions> = {}): Promise<Visit> {
  const visit = await browsing.visit({
    url: busy.house.url,
    token: busy.house.token(),
    path: "/attention",
    ...options,
  });
  visits.push(visit);
  await visit.page.getByText("Now", { exact: true }).waitFor();
  return visit;
}

interface Asked {
  readonly state: "open" | "closed";
  readonly decision: { readonly answer: string; readonly reason: string | null } | null;
}
const approvals = async (): Promise<readonly Asked[]> =>
  (await busy.house.get<{ approvals: readonly Asked[] }>(`/api/approvals?session=${session}`)).approvals;

/** Codex asks before it runs `command`; waits until the house knows. */
async function asks(command: string): Promise<void> {
  const before = (await approvals()).length;
  busy.codex.runTurn(session, `SHELL ${command}`);
  await until("the question is open", async () => {
    const now = await approvals();
    return now.length > before && now[0]?.state === "open";
  });
}
const answered = () =>
  until("the question is answered", async () => {
    const [last] = await approvals();
    return last?.state === "closed" && last;
  });
describe("deciding", () => {
  test("N1-025 the exact command stands there before anything is decided; `a` approves it once, and Codex is told", async () => {
    const visit = await open();
    await visit.page.getByRole("heading", { name: "Nothing needs you" }).waitFor();
    await asks("git push --force-with-lease origin main");
    const card = visit.page.getByRole("region", { name: "Approval" });
    await card.waitFor();
    expect(await card.locator(".cmd").innerText()).toContain("git push --force-with-lease origin main");
    // A card takes no key in its first half second, because it may have slipped under a hand: so the key is pressed until it counts.
    const decided = await until("the key counts", async () => {
      await visit.page.keyboard.press("a");
      const [last] = await approvals();
      return last?.state === "closed" && last;
    });
    expect(decided).toMatchObject({ decision: { answer: "accept" } });
    await card.getByText(/Approved once by/).waitFor();
    expect(visit.faults).toEqual([]);
  });

  test("N1-027 a denial asks for its reason first, and the reason goes with it", async () => {
    const visit = await open();
    await asks("rm -rf build");
    const { page } = visit;
    await page.getByRole("region", { name: "Approval" }).waitFor();
    await page.getByRole("button", { name: /^Deny$/ }).click();
    expect((await approvals())[0]).toMatchObject({ state: "open", decision: null });
    await page.keyboard.type("not on this host");
    await page.getByRole("button", { name: /^Deny$/ }).click();
    expect(await answered()).toMatchObject({ decision: { answer: "decline", reason: "not on this host" } });
    expect(visit.faults).toEqual([]);
  });

  test("what is looked at stays: another question that comes does not slip under a hand", async () => {
    const other = await busy.session("docs", { asksFirst: true });
    await asks("first");
    const visit = await open();
    const cmd = visit.page.locator(".approval .cmd");
    await cmd.waitFor();
    const before = visit.page.url();
    busy.codex.runTurn(other, "SHELL second");
    await visit.page.getByRole("button", { name: /^All/ }).getByText("2").waitFor();
    expect(await cmd.innerText()).toContain("first");
    expect(visit.page.url()).toBe(before);
    await visit.page.keyboard.press("j");
    await expect.poll(() => cmd.innerText()).toContain("second");
    for (const id of [session, other]) busy.codex.endTurn(id, "interrupted");
    await visit.page.getByText("Over", { exact: true }).waitFor();
    expect(visit.faults).toEqual([]);
  });
});

describe("what is not decided now", () => {
  test("N1-033 an item is put off with a reason, stands on a shelf of its own, and comes back; it can be somebody's", async () => {
    await asks("later");
    const visit = await open();
    const { page } = visit;
    await page.getByRole("button", { name: /^Assign/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
    await page.getByRole("button", { name: /^mine/ }).waitFor();
    await page.getByRole("button", { name: /^Snooze/ }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("button", { name: "Put off" }).isDisabled()).toBe(true);
    await dialog.getByPlaceholder("Reason, for the record").fill("after lunch");
    await dialog.getByRole("button", { name: "Put off" }).click();
    const shelf = page.getByRole("button", { name: /^put off/ });
    await shelf.click();
    await page.getByText("after lunch").first().waitFor();
    await page.getByRole("button", { name: /^All/ }).getByText("0").waitFor();
    await page.locator(".item").first().click();
    await page.getByRole("button", { name: /^Snooze/ }).click();
    await page.getByRole("dialog").getByPlaceholder("Reason, for the record").fill("now");
    await page.getByRole("dialog").getByRole("button", { name: "Bring back" }).click();
    await page.getByRole("button", { name: /^All/ }).getByText("1").waitFor();
    busy.codex.endTurn(session, "interrupted");
    expect(visit.faults).toEqual([]);
  });

  test("a failed runtime says what is wrong and what helps, and has no button that decides anything", async () => {
    await busy.command(runtime("broken", { status: "failed" }));
    const visit = await open();
    await visit.page.getByRole("button", { name: /^failing/ }).click();
    await visit.page.locator(".detail").getByText("failing", { exact: true }).waitFor();
    expect(await visit.page.getByRole("region", { name: "Approval" }).count()).toBe(0);
    await visit.page.getByRole("button", { name: /^Copy: claw / }).waitFor();
    expect(visit.faults).toEqual([]);
  });
});

describe("while I was away", () => {
  const longAgo = () => localStorage.setItem("claw.seenAt", String(Date.now() - 2 * 3_600_000));

  test("one sentence says what happened, its lines lead there, and it is gone once read", async () => {
    const visit = await open({ before: longAgo });
    const { page } = visit;
    const away = page.getByRole("region", { name: "While you were away" });
    await expect
      .poll(async () => (await away.innerText()).replaceAll(/\s+/g, " "))
      .toMatch(/While you were away.*sessions began.*questions? (was|were) answered/);
    await away.locator("summary").click();
    await away
      .getByText(/approved once/)
      .first()
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await away.getByRole("button", { name: "Read" }).click();
    expect(await away.count()).toBe(0);
    expect(visit.faults).toEqual([]);
  });

  test("who was here is told nothing", async () => {
    const visit = await open({
      before: () => localStorage.setItem("claw.seenAt", String(Date.now() - 60_000)),
    });
    expect(await visit.page.getByRole("region", { name: "While you were away" }).count()).toBe(0);
  });
});

test("on a phone: the list first, then the question with every answer in reach, and back", async () => {
  await asks("on the road");
  const visit = await open({ size: PHONE, theme: "dark" });
  const { page } = visit;
  expect(await page.getByRole("region", { name: "Approval" }).count()).toBe(0);
  await page.locator(".item").filter({ hasText: "on the road" }).click();
  const card = page.getByRole("region", { name: "Approval" });
  await card.waitFor();
  for (const button of await card.getByRole("button").all()) {
    const box = await button.boundingBox();
    expect(box?.height ?? 0).toBeGreaterThanOrEqual(44);
  }
  const [full, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(full).toBeLessThanOrEqual(shown ?? 0);
  expect(await seriousFaults(page)).toEqual([]);
  await card.getByRole("button", { name: "Approve once" }).click();
  expect(await answered()).toMatchObject({ decision: { answer: "accept" } });
  await page.getByRole("button", { name: "All open items" }).click();
  await expect.poll(() => card.count()).toBe(0);
  expect(visit.faults).toEqual([]);
});
