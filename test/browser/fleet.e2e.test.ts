/** The fleet's page in a real browser: what the specification wants to be seen (F1-110…F1-128), finding it, acting on it, and that it changes by itself without asking. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { type BusyHouse, egress, makeBusyHouse, runtime } from "./support/busy-house.ts";
import {
  type Browsing,
  openBrowser,
  PHONE,
  signIn,
  type Visit,
  type VisitOptions,
} from "./support/browser.ts";
import { visitsOfTests } from "./support/visits.ts";

let busy: BusyHouse;
let browsing: Browsing;
let shop = "";
let search = "";
const visits = visitsOfTests("looked at");

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse();
  shop = await busy.session("shop", { branch: "feature/one-page-checkout" });
  search = await busy.session("search");
  await busy.command(egress(shop));
  await busy.command(runtime("runner-1", { vnc: true }));
  await busy.command(
    runtime("runner-2", { status: "failed", repo: "acme/docs", attachUrl: null, owner: null }),
  );
  busy.codex.runTurn(shop, "WAIT shop");
  await until("the turn is active", async () => {
    const { session } = await busy.house.get<{ session: { status: string } }>(`/api/sessions/${shop}`);
    return session.status.startsWith("active");
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

const rowOf = ({ page }: Visit, text: string) => page.getByRole("row").filter({ hasText: text });

describe("what is seen", () => {
  test("F1-022 F1-110…F1-121 the default page: running, total, ready, provisioning, archived, people, policies, registry, egress hosts, repos, and the way to the specification", async () => {
    const visit = await open();
    const { page } = visit;
    await page.getByRole("heading", { name: "Fleet", level: 1 }).waitFor();
    const figures = page.getByLabel("Crabboxes and people");
    const said = (await figures.innerText()).replaceAll(/\s+/g, " ");
    for (const figure of [
      "Running crabboxes 3",
      "Total crabboxes 4",
      "Ready 3",
      "Provisioning 0",
      "Archived 0",
      "Visible people 2",
    ])
      expect(said).toContain(figure);
    const plane = (await page.getByLabel("Control plane").innerText()).replaceAll(/\s+/g, " ");
    expect(plane).toContain("Registry available");
    expect(plane).toContain("1 sessions with policies");
    expect(plane).toMatch(/\d+ default egress hosts/);
    expect(plane).toContain("1 allowed repos");
    expect(plane).toContain("1 with VNC");
    expect(await page.getByRole("link", { name: "Crabfleet spec v2" }).getAttribute("href")).toBe(
      "/docs/spec-v2",
    );
    await page.getByRole("img", { name: /4 sessions, by the minute of their last fact/ }).waitFor();
    expect(visit.faults).toEqual([]);
  });

  test("F1-023 F1-024 F1-025 F1-122…F1-128 of each session: state with its age and what it does, runtime, repository and branch, owner, log count, VNC, egress count, writer, and how to attach", async () => {
    const visit = await open();
    const row = rowOf(visit, "acme/shop feature/one-page-checkout");
    const said = (await row.innerText()).replaceAll(/\s+/g, " ");
    expect(said).toMatch(/ready \d+ s/);
    expect(said).toMatch(/active \d+ s/);
    expect(said).toContain("crabbox no VNC");
    expect(said).toContain("3 session");
    expect(said).toContain("free");
    expect(said).toContain("attachable");
    // Nobody knows who is attached before there is a door: it is said, and not guessed.
    expect(said).toContain("unknown");
    expect(await rowOf(visit, "runner-1").first().innerText()).toContain("VNC");
    await row.click();
    const peek = visit.page.getByRole("row").filter({ hasText: "Last event" });
    const told = (await peek.innerText()).replaceAll(/\s+/g, " ");
    expect(told).toContain(`claw attach ${shop}`);
    expect(told).toContain("for acme/shop");
    expect(told).toContain("api.openai.com");
    expect(visit.faults).toEqual([]);
  });

  test("by operator: each with what is theirs, what nobody owns last", async () => {
    const visit = await open({ path: "/?by=operator" });
    await visit.page.getByRole("heading", { name: "Mara Lindqvist" }).waitFor();
    const names = await visit.page.locator(".operator h3").allInnerTexts();
    expect(names.at(-1)).toBe("Nobody said whose");
  });
});

describe("finding", () => {
  test("filters by words, fields and their opposites; an address holds what is shown; what has no match says so", async () => {
    const visit = await open();
    const { page } = visit;
    const rows = page.locator(".grid .tr");
    await expect.poll(() => rows.count()).toBe(4);
    await page.keyboard.press("/");
    await page.keyboard.type("repo:acme/shop");
    await expect.poll(() => rows.count()).toBe(3 - 1);
    expect(new URL(page.url()).searchParams.get("q")).toBe("repo:acme/shop");
    const filter = page.getByLabel("Filter sessions");
    await filter.fill("!runtime:container");
    await expect.poll(() => rows.count()).toBe(2);
    await filter.fill("nothing-is-called-so");
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await expect.poll(() => rows.count()).toBe(4);
    await page.getByRole("button", { name: /^failed/ }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(visit.faults).toEqual([]);
  });

  test("a view that is named is there again after a reload, and can be forgotten", async () => {
    const visit = await open({ path: "/?q=runtime%3Acontainer" });
    const { page } = visit;
    await page.getByRole("button", { name: "Save this view…" }).click();
    await page.getByPlaceholder("A name for it").fill("Runners");
    await page.keyboard.press("Enter");
    await page.goto(busy.house.url);
    await page.getByRole("button", { name: "Runners" }).click();
    await expect.poll(() => page.locator(".grid .tr").count()).toBe(2);
    await page.getByRole("button", { name: "Forget the view Runners" }).click();
    expect(await page.evaluate(() => localStorage.getItem("claw.fleet.views"))).toBeNull();
  });

  test("sorts by a head and by its key, and says so to those who listen", async () => {
    const visit = await open();
    const { page } = visit;
    const titles = () => page.locator(".grid .tr .title").allInnerTexts();
    await page.getByRole("columnheader", { name: "Session" }).getByRole("button").click();
    const up = await titles();
    expect(up).toEqual(up.toSorted((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), "en")));
    expect(await page.getByRole("columnheader", { name: "Session" }).getAttribute("aria-sort")).toBe(
      "ascending",
    );
    await page.keyboard.press("L");
    expect(await page.getByRole("columnheader", { name: "Logs" }).getAttribute("aria-sort")).toBe(
      "descending",
    );
  });
});

describe("acting, by keys alone", () => {
  test("moves, marks, sees what an interrupt would do to each, and interrupts what has a turn", async () => {
    const visit = await open({ path: "/?q=runtime%3Acrabbox" });
    const { page } = visit;
    await expect.poll(() => page.locator(".grid .tr").count()).toBe(2);
    await page.keyboard.press("j");
    await page.keyboard.press("Space");
    await page.keyboard.press("j");
    await page.keyboard.press("Space");
    const bulk = page.getByRole("region", { name: "Marked sessions" });
    await bulk.getByText("2 sessions marked").waitFor();
    await bulk.getByRole("button", { name: "Interrupt…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("skip: no turn, idle").waitFor();
    await dialog.getByRole("button", { name: "Interrupt 1" }).click();
    await dialog.getByText("succeeded").waitFor();
    await page.keyboard.press("Escape");
    expect(await dialog.count()).toBe(0);
    busy.codex.runTurn(shop, "WAIT shop-again");
    expect(visit.faults).toEqual([]);
  });

  test("the palette finds a session by its repository, shows keys, and gives the focus back", async () => {
    const visit = await open();
    const { page } = visit;
    await page.keyboard.press("Control+k");
    const find = page.getByRole("combobox", { name: "Find or run" });
    await find.fill("acme/search");
    const first = page.getByRole("option").first();
    await expect.poll(() => first.innerText()).toContain("acme/search");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/sessions/${search}`);
    await page.keyboard.press(":");
    await page.keyboard.type("hosts");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/hosts");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "All keys" }).getByText("change the theme").first().waitFor();
    await page.keyboard.press("Escape");
    expect(visit.faults).toEqual([]);
  });

  test("every control of the page can be reached by Tab, and the focus can be seen on each", async () => {
    const { page } = await open();
    const unseen: string[] = [];
    const reached = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return null;
        const near = element.closest("label") ?? element;
        const styles = [element, near].map((one) => getComputedStyle(one));
        return {
          name: `${element.tagName} ${element.getAttribute("aria-label") ?? near.textContent.slice(0, 40)}`,
          isSeen: styles.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none"),
        };
      });
      if (at === null) break;
      reached.add(at.name);
      if (!at.isSeen) unseen.push(at.name);
    }
    expect(unseen).toEqual([]);
    for (const wanted of ["Find or run", "Spawn session", "Filter sessions", "Columns", "Sign out"])
      expect([...reached].some((name) => name.includes(wanted))).toBe(true);
  });
});

describe("by itself", () => {
  test("a new session shows up; while nothing happens, nothing is read for ten minutes, and a stream without a word is opened anew", async () => {
    const visit = await browsing.visit({ url: busy.house.url, path: "/sign-in" });
    visits.push(visit);
    const { page, context, requests } = visit;
    await page.clock.install();
    await signIn(context, busy.house.url, busy.house.token());
    await page.goto(busy.house.url);
    await page.clock.runFor(1_000);
    await page.getByText("Now", { exact: true }).waitFor();
    await expect.poll(() => page.locator(".grid .tr").count()).toBe(4);
    await page.clock.runFor(10_000);
    const before = requests.length;
    // In steps, because a ticket and a handshake take real time.
    for (let step = 0; step < 20; step += 1) {
      await page.clock.runFor(30_000);
      await page.getByText("Now", { exact: true }).waitFor();
    }
    // The page's clock runs ahead of the house's heartbeats: the silence is taken for a cut line, which a new ticket mends, and nothing is read again.
    const asked = requests.slice(before);
    expect(asked.filter((one) => one !== "POST /api/ws-ticket")).toEqual([]);
    expect(asked.length).toBeGreaterThanOrEqual(5);
    expect(asked.length).toBeLessThanOrEqual(25);

    await busy.session("brand-new");
    await expect
      .poll(
        async () => {
          await page.clock.runFor(1_000);
          return page.locator(".grid .tr").count();
        },
        { timeout: 10_000 },
      )
      .toBe(5);
  });

  test("what a phone shows: cards with the same facts, nothing sideways, and targets that a thumb can hit", async () => {
    const visit = await open({ size: PHONE });
    const { page } = visit;
    await page.locator(".grid .tr").first().waitFor();
    const [full, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(full).toBeLessThanOrEqual(shown ?? 0);
    const tabs = page.getByRole("navigation", { name: "Main, phone" });
    for (const box of await Promise.all(
      (await tabs.locator("a, button").all()).map((one) => one.boundingBox()),
    ))
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    await tabs.getByRole("button", { name: "More" }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Health" }).click();
    await page.waitForURL("**/health");
    expect(visit.faults).toEqual([]);
  });
});
