/**
 * The session page over a real Codex (issue 6, done when 2): sending, steering, interrupting, deciding what Codex asks, who holds the lease, sharing, and what is
 * shown while the gateway is gone.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { type Browsing, openBrowser } from "./support/browser.ts";
import { type CodexHouse, makeCodexHouse } from "./support/codex-house.ts";
import { visitsOfTests } from "./support/visits.ts";

/** What a page may take for one thing that is waited for. */
const PATIENCE_MS = 15_000;

let codex: CodexHouse;
let browsing: Browsing;
const visits = visitsOfTests();

beforeAll(async () => {
  browsing = await openBrowser();
  codex = await makeCodexHouse();
  // People answer what Codex asks in turns of ours; without a rule it is declined at once (N1-026).
  await codex.command({
    type: "policy.approvals",
    scope: "global",
    answer: "ask",
    waitMs: 600_000,
    reason: "people first",
  });
});
afterAll(async () => {
  await browsing?.close();
  await codex?.end();
});

async function open(sessionId: string, token = codex.house.token()): Promise<Page> {
  const visit = await browsing.visit({ url: codex.house.url, token, path: `/sessions/${sessionId}` });
  visits.push(visit);
  visit.page.setDefaultTimeout(PATIENCE_MS);
  await visit.page.getByText("Now", { exact: true }).first().waitFor();
  return visit.page;
}

/** An idle session of ours whose first turn is over. */
async function idle(commandId: string, more: object = {}): Promise<string> {
  const sessionId = await codex.spawn(commandId, `SAY hello of ${commandId}`, more);
  await until("its first turn is over", () => codex.isIdle(sessionId));
  return sessionId;
}

const composer = (page: Page): Locator => page.getByRole("group", { name: "Message to Codex" });
const box = (page: Page): Locator => page.getByRole("textbox", { name: "Message" });
const transcript = (page: Page): Locator => page.getByRole("region", { name: "Transcript" });
const says = (page: Page, words: string | RegExp): Promise<void> =>
  composer(page).getByText(words).first().waitFor();

describe("the message box", () => {
  test("S1-179 says that it will start a turn, starts one, and shows what was said and answered", async () => {
    const page = await open(await idle("starts"));
    await transcript(page).getByText("hello of starts", { exact: true }).waitFor();
    await says(page, "Will start a turn.");
    await box(page).fill("SAY from a browser");
    await page.getByRole("button", { name: "Start a turn" }).click();
    await page.getByText("It started a turn.").waitFor();
    await transcript(page).getByText("from a browser", { exact: true }).waitFor();
    await transcript(page)
      .getByRole("heading", { name: /^Turn 2/ })
      .waitFor();
    expect(await box(page).inputValue()).toBe("");
  });

  test("S1-180 says that it will steer, and steers the turn that it named, by keyboard alone", async () => {
    const sessionId = await codex.spawn("steers", "WAIT steering the first answer");
    const page = await open(sessionId);
    await says(page, "Will steer turn 1.");
    await page.keyboard.press("t");
    await page.keyboard.type("SAY steered from a browser");
    await page.getByRole("button", { name: "Steer turn 1" }).waitFor();
    await until("the button may be pressed", () =>
      page.getByRole("button", { name: "Steer turn 1" }).isEnabled(),
    );
    await page.keyboard.press("Control+Enter");
    await page.getByText("It went into the turn.").waitFor();
    codex.scene.model.release("steering");
    await until("the model has read it", () =>
      codex.scene.model.requests.some(({ text }) => text.includes("steered from a browser")),
    );
    await says(page, "Will start a turn.");
    expect(await transcript(page).getByRole("heading", { name: /^Turn/ }).count()).toBe(1);
  });

  test("N1-042 says why it is refused as soon as somebody halts the session, and that it is not once it is opened", async () => {
    const sessionId = await idle("halted");
    const page = await open(sessionId);
    await says(page, "Will start a turn.");
    const halt = { type: "switch.set", scope: "session", id: sessionId, reason: "looking into it" };
    await codex.command({ ...halt, state: "halted" });
    await says(page, /Refused: A kill switch/);
    await box(page).fill("SAY never said");
    expect(await composer(page).getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await codex.command({ ...halt, state: "running" });
    await says(page, "Will start a turn.");
  });
});

test("S1-181 interrupting: the key, the dialog, the end of the turn, and who did it in the list of control actions", async () => {
  const sessionId = await codex.spawn("interrupted", "WAIT never it would go on");
  const page = await open(sessionId);
  await says(page, "Will steer turn 1.");
  await page.keyboard.press("i");
  const dialog = page.getByRole("dialog", { name: "Interrupt" });
  await dialog.getByRole("textbox", { name: /^Why/ }).fill("wrong branch");
  await dialog.getByRole("button", { name: "Interrupt", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await says(page, "Will start a turn.");
  const actions = page.locator("section", { has: page.getByRole("heading", { name: "Control actions" }) });
  await actions.getByText("interrupted the turn").waitFor();
  await actions.getByText("wrong branch").waitFor();
  await actions.getByText("asked for the session").waitFor();
});

describe("N1-025 what a REAL Codex turn asks", () => {
  const asking = async (commandId: string): Promise<Page> => {
    const sessionId = await codex.spawn(commandId, `SHELL touch ${commandId}`, {
      settings: { approvalPolicy: "untrusted" },
    });
    const page = await open(sessionId);
    await page.getByRole("region", { name: "Approval" }).getByText(`touch ${commandId}`).first().waitFor();
    return page;
  };

  test("is shown as the exact command, and runs once it is approved", async () => {
    const page = await asking("approved-file");
    const made = join(codex.scene.workspace, "approved-file");
    expect(existsSync(made)).toBe(false);
    await page.getByRole("button", { name: /^Approve once/ }).click();
    await until("the command has run", () => existsSync(made));
    await page.getByRole("button", { name: "1 question asked before" }).click();
    await page.getByText("approved once").first().waitFor();
  });

  test("is denied with a reason that the model reads, by keyboard alone", async () => {
    const page = await asking("denied-file");
    // A card that has just come takes no key for half a second: it may have come under a hand that meant another.
    await until("the key leads to the reason", async () => {
      await page.keyboard.press("x");
      return page
        .getByRole("textbox", { name: "Reason" })
        .evaluate((field) => field === document.activeElement);
    });
    await page.keyboard.type("not on this host");
    await until("the focus stands on Deny", async () => {
      await page.keyboard.press("Tab");
      return page.evaluate(() => /^Deny(?! and)/.test(document.activeElement?.textContent ?? ""));
    });
    await page.keyboard.press("Enter");
    await until("the model has read why", () =>
      codex.scene.model.requests.some(({ body }) => JSON.stringify(body.input).includes("not on this host")),
    );
    expect(existsSync(join(codex.scene.workspace, "denied-file"))).toBe(false);
  });
});

test("N1-012 the lease: taken, seen by somebody else as a refusal, taken over with a reason, and lost here", async () => {
  const sessionId = await idle("leased");
  const mine = await open(sessionId);
  const theirs = await open(sessionId, await codex.tokenOf("Mara Lindqvist", "operator"));
  await mine.getByRole("button", { name: "Take the lease" }).click();
  await mine.getByText("It is renewed while this page is open.").waitFor();
  await says(mine, "Will start a turn.");
  await says(theirs, /Refused: .*lease/i);
  await composer(theirs).getByRole("button", { name: "Take over…" }).click();
  const dialog = theirs.getByRole("dialog", { name: "Take over" });
  await dialog.getByRole("textbox", { name: "Why" }).fill("watching this push");
  await dialog.getByRole("button", { name: "Take over", exact: true }).click();
  await theirs.getByText("It is renewed while this page is open.").waitFor();
  await says(theirs, "Will start a turn.");
  await says(mine, /Refused: .*lease/i);
  await mine.getByText("watching this push").first().waitFor();
  await theirs.getByRole("button", { name: "Release" }).click();
  await theirs.getByRole("button", { name: "Take the lease" }).waitFor();
});

test("X1-026 sharing: granted, seen with its end, and taken back; owner and checkpoints stand beside it", async () => {
  const sessionId = await idle("shared");
  await codex.command({
    type: "checkpoint.register",
    target: { sessionId },
    checkpointId: "before-the-push",
    kind: "workspace",
    bytes: 1_536,
    madeAt: Date.now(),
  });
  const page = await open(sessionId);
  await page.getByText("before-the-push").waitFor();
  await page.getByText("1.50\u00a0KiB").first().waitFor();
  const shares = page.locator("section", { has: page.getByRole("heading", { name: /^Shared with/ }) });
  await shares.getByRole("button", { name: "Share…" }).click();
  const dialog = page.getByRole("dialog", { name: "Share this session" });
  await dialog.getByRole("textbox", { name: /With whom/ }).fill("Mara Lindqvist");
  await dialog.getByText("Look and act").click();
  await dialog.getByRole("button", { name: "Share with Mara Lindqvist" }).click();
  await shares.getByText("may act").waitFor();
  await shares.getByRole("button", { name: "Take back… from Mara Lindqvist" }).click();
  await page.getByRole("button", { name: "Take it back from Mara Lindqvist" }).click();
  await shares.getByText("Nobody by name.").waitFor();
});

test("N1-006 the gateway is killed: the page says so and promises nothing; when it is back, what was said meanwhile is there", async () => {
  const sessionId = await idle("survives");
  const page = await open(sessionId);
  await says(page, "Will start a turn.");
  await codex.house.claw().stop("SIGKILL");
  await says(page, "Nobody can say.");
  await box(page).fill("SAY after the break");
  expect(await composer(page).getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await codex.house.start();
  await codex.command({ type: "session.send", target: { sessionId }, text: "SAY said meanwhile" });
  await transcript(page).getByText("said meanwhile", { exact: true }).waitFor({ timeout: 40_000 });
  // What was said meanwhile may still be at work: a steer of a turn that has just ended is refused, and rightly.
  await until("it rests", () => codex.isIdle(sessionId));
  await says(page, "Will start a turn.");
  await until("what was written in between may be sent", () =>
    composer(page).getByRole("button", { name: "Start a turn" }).isEnabled(),
  );
  await box(page).press("Control+Enter");
  await transcript(page).getByText("after the break", { exact: true }).waitFor();
});
