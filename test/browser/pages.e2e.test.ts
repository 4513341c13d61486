/** Hosts, policies, commands and health in a real Chromium: what each shows and does, in both themes, on a phone, and by keyboard alone (issue 6, done when 2). */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { seriousFaults } from "./support/axe.ts";
import { type Browsing, openBrowser, PHONE, type Visit, type VisitOptions } from "./support/browser.ts";
import { type BusyHouse, egress, makeBusyHouse } from "./support/busy-house.ts";
import { visitsOfTests } from "./support/visits.ts";

/** What a page may take for one thing that is waited for. */
const PATIENCE_MS = 15_000;

let busy: BusyHouse;
let browsing: Browsing;
let shop = "";
const visits = visitsOfTests();

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse();
  shop = await busy.session("shop", { branch: "feature/one-page-checkout" });
  busy.codex.runTurn(shop, "make the checkout one page");
  await until("the turn is told", async () => {
    const { session } = await busy.house.get<{ session: { turnCount: number } }>(`/api/sessions/${shop}`);
    return session.turnCount === 1;
  });
  await busy.command(egress(shop));
  const wrong = {
    type: "session.send",
    target: { sessionId: shop },
    text: "never",
    expectedTurnId: "no-such",
  };
  expect((await busy.post("/api/commands", wrong)).status).toBe(409);
});
afterAll(async () => {
  await browsing?.close();
  await busy?.end();
});

async function open(path: string, options: Partial<VisitOptions> = {}): Promise<Visit> {
  const { house } = busy;
  const visit = await browsing.visit({ url: house.url, token: house.token(), path, ...options });
  visit.page.setDefaultTimeout(PATIENCE_MS);
  visits.push(visit);
  return visit;
}

/** Each page, and what stands on it once it is read. */
const PAGES: readonly (readonly [path: string, words: string])[] = [
  ["/hosts", "What we know"],
  ["/policies", "Sandbox policies"],
  ["/commands", "How it came about"],
  ["/health", "The house is ready."],
  ["/sessions/SHOP", "Will start a turn."],
];

describe.each(PAGES)("%s", (path, words) => {
  const at = (): string => path.replace("SHOP", shop);
  const read = ({ page }: Visit): Promise<void> =>
    page.getByText(words).or(page.getByLabel(words)).first().waitFor();

  test.each(["light", "dark"] as const)("has no serious fault in %s", async (theme) => {
    const visit = await open(at(), { theme });
    await read(visit);
    expect(await seriousFaults(visit.page)).toEqual([]);
  });

  test("scrolls sideways nowhere on a phone, and has no serious fault there", async () => {
    const visit = await open(path === "/commands" ? await refusedAt() : at(), { size: PHONE });
    await read(visit);
    const [full = 0, shown = 0] = await visit.page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(full).toBeLessThanOrEqual(shown);
    expect(await seriousFaults(visit.page)).toEqual([]);
  });
});

/** The page of commands with the refused one chosen: a phone shows how it came about only of what was chosen. */
async function refusedAt(): Promise<string> {
  const { commands } = await busy.house.get<{ commands: readonly { commandId: string }[] }>(
    "/api/commands?decision=refused",
  );
  return `/commands#${commands[0]?.commandId ?? ""}`;
}

/** Presses Tab until something with that name has the focus; fails after a hundred. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const found = async (presses: number): Promise<void> => {
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
    if (name.test(at)) return;
    if (presses === 0) throw new Error(`nothing called ${name} came by`);
    await page.keyboard.press("Tab");
    return found(presses - 1);
  };
  await found(100);
}

/** Writes a reason and confirms: the field has the focus when a dialog opens or is one Tab away. */
async function giveReason(page: Page, reason: string): Promise<void> {
  const why = page.getByRole("dialog").getByRole("textbox", { name: "Why" });
  await until("the focus stands on the reason", async () => {
    if (await why.evaluate((field) => field === document.activeElement)) return true;
    await page.keyboard.press("Tab");
    return false;
  });
  await page.keyboard.type(reason);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

describe("hosts", () => {
  test("N1-024 a host is live with its evidence, its sessions and its app-server; it is cordoned and opened by keyboard alone", async () => {
    const { page } = await open("/hosts");
    await page.getByText("1 of 1 host is live.").waitFor();
    await page.getByText("1 session on 1 app-server; 0 at work.").waitFor();
    await tabTo(page, /^Cordon…/);
    await page.keyboard.press("Enter");
    await giveReason(page, "disk is full");
    await page.getByText("No new session is placed on it. “disk is full”").waitFor();
    await tabTo(page, /^Open again…/);
    await page.keyboard.press("Enter");
    await giveReason(page, "disk was emptied");
    await page.getByText("New sessions may be placed on it.").waitFor();
  });

  test("S1-184 a host that is lost is said to be silent, with what is not known; nothing of it is forgotten", async () => {
    await busy.command({
      type: "host.add",
      hostId: "never-heard",
      tokenId: "t-never",
      tokenDigest: "0".repeat(64),
      until: null,
    });
    const { page } = await open("/hosts#never-heard");
    await page.getByText("It was never heard.").waitFor();
    await page.getByText("Whether people are attached to its sessions.").waitFor();
  });
});

describe("policies", () => {
  test("a limit is changed with a reason, shown at once with who and why, and set back", async () => {
    const { page } = await open("/policies");
    await page.getByRole("button", { name: /session_rate/ }).click();
    const dialog = page.getByRole("dialog", { name: "Change session_rate" });
    await dialog.getByRole("textbox", { name: /a minute/ }).fill("7");
    await dialog.getByText("claw policy test --set session_rate=7 --since 24h").waitFor();
    await dialog.getByRole("textbox", { name: "Why" }).fill("a noisy session");
    await dialog.getByRole("button", { name: "Set to 7 a minute" }).click();
    await page.getByText("a noisy session").waitFor();
    await page
      .getByRole("button", { name: /session_rate/ })
      .and(page.getByText("7 a minute"))
      .waitFor();
    await busy.command({ type: "policy.set", limit: "session_rate", value: null, reason: "it is quiet" });
    await page
      .getByRole("button", { name: /session_rate/ })
      .and(page.getByText("10 a minute"))
      .waitFor();
  });

  test("a kill switch set by somebody else is there without a reload, by the session's title, and is lifted here", async () => {
    const { page } = await open("/policies");
    await page.getByText("Nothing is halted.").waitFor();
    await busy.command({
      type: "switch.set",
      scope: "session",
      id: shop,
      state: "halted",
      reason: "they ask each other",
    });
    await page.getByText("they ask each other").waitFor();
    await page.getByRole("button", { name: "Open again…" }).click();
    await giveReason(page, "they stopped");
    await page.getByText("Nothing is halted.").waitFor();
  });

  test("N1-042 a dry run names the rule, what was seen and the way out, and leaves nothing behind", async () => {
    const { page } = await open("/policies");
    const before = await busy.house.get<{ commands: readonly unknown[] }>("/api/commands?limit=200");
    const form = page.getByRole("form", { name: "Dry run" });
    await form.getByRole("combobox", { name: "Session" }).fill(shop);
    await form.getByRole("button", { name: "Explain" }).click();
    await page.getByText("No rule refuses it now.").waitFor();
    await form.getByRole("combobox", { name: "Session" }).fill("no-such-session");
    await form.getByRole("button", { name: "Explain" }).click();
    await page.getByText("Way out:").waitFor();
    const after = await busy.house.get<{ commands: readonly unknown[] }>("/api/commands?limit=200");
    expect(after.commands).toHaveLength(before.commands.length);
  });

  test("F1-014 F1-021 F1-092 the inventory shows what a sandbox may reach, and the rules how often they refused", async () => {
    const { page } = await open("/policies");
    const table = page.getByRole("table", { name: "Sandbox policies, redacted" });
    await table.getByText("acme/shop").waitFor();
    await table.getByText("api.openai.com").waitFor();
    await page.getByText("1 registered, 1 allowed repository, 1 with a GitHub token").waitFor();
    const refused = page.locator("section", {
      has: page.getByRole("heading", { name: /^What rules refused/ }),
    });
    await refused.getByText("target turn").waitFor();
    await refused.getByText("turn_unknown").waitFor();
  });
});

describe("commands", () => {
  test("N1-042 the refused ones, with rule, reason and way out; a new one comes by itself", async () => {
    const { page } = await open("/commands");
    await page.getByText("Refused", { exact: true }).click();
    await page.getByText("target turn: turn_unknown").first().waitFor();
    await page.getByRole("button", { name: "sent a message" }).first().click();
    const because = page.getByRole("complementary", { name: "How it came about" });
    await because.getByText("Policy refused it.").waitFor();
    await because.getByText(/Way out:/).waitFor();
    await page.getByText("All", { exact: true }).click();
    const share = { type: "share.grant", scope: "session", id: shop, to: "Mara Lindqvist", level: "viewer" };
    await busy.command(share);
    await page.getByText("shared, or took it back").first().waitFor();
  });

  test("are gone through and opened by keyboard alone, and the address names the one that is looked at", async () => {
    const { page } = await open("/commands");
    await page.getByRole("table", { name: "Commands, newest first" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await until("a command is chosen", () => new URL(page.url()).hash.length > 1);
  });
});

describe("health", () => {
  test("N1-035 N1-036 parts, how far each is, how long things take, figures, tokens, gaps; nothing polls", async () => {
    const { page, requests } = await open("/health");
    await page.getByText("The house is ready.").waitFor();
    await page.getByRole("heading", { name: /^How far each is/ }).waitFor();
    await page.getByRole("img", { name: /from a request to its answer/ }).waitFor();
    await page.getByRole("heading", { name: /^Gaps/ }).waitFor();
    const usageAsked = (): number => requests.filter((request) => request.includes("/api/usage")).length;
    await page.getByRole("heading", { name: /^Tokens/ }).waitFor();
    expect(usageAsked()).toBe(1);
    await page.getByText("by session", { exact: true }).click();
    // Asked once for each way, and not before somebody wants it so.
    await until("N1-036 tokens are asked for in two ways", () => usageAsked() === 2);
    await page.getByRole("radio", { name: "by session" }).and(page.locator(":checked")).waitFor();
    const asked = requests.filter((request) => request.includes("/api/ledgers")).length;
    await busy.command({
      type: "policy.set",
      limit: "pair_rate",
      value: 3,
      reason: "to see that nobody asks",
    });
    await page.getByText(/^Now/).first().waitFor();
    expect(requests.filter((request) => request.includes("/api/ledgers"))).toHaveLength(asked);
    await page.getByRole("button", { name: "Look again" }).click();
    await until(
      "it was asked again",
      () => requests.filter((request) => request.includes("/api/ledgers")).length > asked,
    );
  });
});
