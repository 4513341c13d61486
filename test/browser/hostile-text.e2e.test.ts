/**
 * A host that has a valid token and writes markup, script and addresses into every field it may fill: 500 payloads, in each field of a session, its turns, its questions and its
 * own description. In a real Chromium nothing of it runs, is refused by the content policy (which would mean that it had become markup), or becomes an element.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "@claw/events";
import { makeHouse, type TestHouse } from "../acceptance/support/house.ts";
import { postingTo } from "../acceptance/support/houses.ts";
import { rawEvent } from "../acceptance/support/raw-uplink.ts";
import { until } from "../acceptance/support/until.ts";
import { type Browsing, openBrowser, PHONE, type Visit, type VisitOptions } from "./support/browser.ts";
import { runtime } from "./support/busy-house.ts";
import { type HandHost, makeHandHost } from "./support/hand-host.ts";
import { PAYLOADS } from "./support/payloads.ts";

const HOST = "mallory";
/** How many of `countAtScale5` are looked at one by one: all in CI, a fifth otherwise. All are drawn in every run. */
const scaled = (countAtScale5: number): number =>
  Math.round((countAtScale5 / 5) * Number(process.env["CLAW_TEST_SCALE"] ?? "1"));

let house: TestHouse;
let browsing: Browsing;
let host: HandHost;

beforeAll(async () => {
  house = await makeHouse({ CLAW_ENDPOINTS: "none=unix:///nonexistent.sock" });
  browsing = await openBrowser();
  await house.start();
  host = await makeHandHost(house, HOST);
  await tellEverything();
  await registerRuntimes();
});
afterAll(async () => {
  await host?.close();
  await browsing?.close();
  await house?.remove();
});

const sessionId = (n: number): string => `hostile-${String(n).padStart(3, "0")}`;

/** Every field that a schema lets a host fill with text has the payload. */
function factsOf(text: string, n: number) {
  const turnId = `turn-${n}`;
  const said = { text, command: text, output: text, tool: text, paths: [text] };
  const observed: Json = {
    hostId: HOST,
    endpointId: "main",
    workspace: text,
    repo: text,
    branch: text,
    commit: text,
    source: text,
    threadSource: text,
    parentSessionId: null,
    rootSessionId: null,
    model: text,
    modelProvider: text,
    codexVersion: text,
    createdAt: Date.now(),
    activity: { type: text, flags: [text] },
  };
  const item = (kind: string, m: number) =>
    rawEvent(
      "item.completed",
      {
        turnId,
        itemId: `item-${n}-${m}`,
        kind,
        startedAt: Date.now(),
        status: text,
        completedAt: Date.now(),
        durationMs: 1,
        exitCode: 1,
        clientId: text,
        cutBytes: 0,
      },
      said,
    );
  return [
    rawEvent("session.observed", observed, { name: text, preview: text }),
    rawEvent("turn.started", { turnId, startedAt: Date.now() }),
    ...["userMessage", "agentMessage", "commandExecution", "mcpToolCall", "fileChange", text].map(item),
    rawEvent(
      "approval.requested",
      {
        requestId: `ask-${n}`,
        kind: n % 2 === 0 ? "command" : "fileChange",
        turnId,
        itemId: null,
        availableDecisions: [text],
        workspace: text,
      },
      {
        subject: text,
        reason: text,
        detail: `--- a/${text}\n+++ b/${text}\n@@ -1 +1 @@\n-${text}\n+${text}`,
      },
    ),
  ];
}

const described = (text: string) =>
  rawEvent("host.described", {
    hostname: text,
    platform: text,
    osRelease: text,
    arch: text,
    cpus: 1,
    memoryBytes: 1,
    connectorVersion: text,
    nodeVersion: text,
    workspaceRoots: [text],
  });

async function tellEverything(): Promise<void> {
  await host.tell([
    [`host/${HOST}`, [described(PAYLOADS[1] ?? "")]],
    ...PAYLOADS.map((text, n) => [`session/${sessionId(n)}`, factsOf(text, n)] as const),
  ]);
  await until(
    "the house shows all of it",
    async () => {
      const { fleet } = await house.get<{ fleet: { totals: { sessions: number } } }>("/api/fleet");
      return fleet.totals.sessions >= PAYLOADS.length;
    },
    60_000,
  );
}

/** People fill fields too: owner and branch of a runtime. What is refused is not shown either. */
async function registerRuntimes(): Promise<void> {
  const post = postingTo(house.url, house.token);
  for (const [n, text] of PAYLOADS.filter((_, index) => index % 25 === 0).entries())
    await post("/api/commands", runtime(`runtime-${n}`, { owner: text, branch: text, backing: "vnc" }));
}

/** Counts what runs; `xss` of a frame counts with its page. */
const listen = (): void => {
  const ran = { times: 0 };
  Object.assign(globalThis, { ran, xss: () => (ran.times += 1) });
};

async function nothingRan({ page, faults }: Visit, where: string): Promise<void> {
  const found = await page.evaluate(() => {
    const root = document.getElementById("root");
    const all = [...document.querySelectorAll("*")];
    return {
      ran: (globalThis as unknown as { ran: { times: number } }).ran.times,
      scripts: root?.querySelectorAll("script, iframe, object, embed, style, base, meta, link, img").length,
      handlers: all.filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on"))).length,
      addresses: all.filter((one) =>
        /^\s*(javascript|data):/i.test(one.getAttribute("href") ?? one.getAttribute("src") ?? ""),
      ).length,
    };
  });
  expect(found, where).toEqual({ ran: 0, scripts: 0, handlers: 0, addresses: 0 });
  expect(faults, where).toEqual([]);
}

async function open(path: string, options: Partial<VisitOptions> = {}): Promise<Visit> {
  const visit = await browsing.visit({
    url: house.url,
    token: house.token(),
    path,
    before: listen,
    ...options,
  });
  await visit.page.getByText("Now", { exact: true }).waitFor();
  return visit;
}

test("the watch itself works: what is made an element is found", async () => {
  const visit = await open("/health");
  await visit.page.evaluate(() => {
    document.getElementById("root")?.append(document.createElement("img"));
    (globalThis as unknown as { xss: () => void }).xss();
  });
  await expect(nothingRan(visit, "planted")).rejects.toThrow();
  await visit.context.close();
});

for (const size of [undefined, PHONE])
  test(`500 payloads in every field of the fleet, each row drawn and described, ${size === undefined ? "desk" : "phone"}`, async () => {
    const visit = await open("/", size === undefined ? {} : { size });
    const { page } = visit;
    await expect.poll(() => page.locator(".grid .tr").count()).toBeGreaterThan(5);
    const drawn = new Set<string>();
    for (let from = 0; ; from += 600) {
      await page.evaluate((y) => scrollTo(0, y), from);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
      for (const index of await page
        .locator(".grid .tr")
        .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-index") ?? "")))
        drawn.add(index);
      const isEnd = await page.evaluate(
        () => scrollY + innerHeight >= document.documentElement.scrollHeight - 1,
      );
      if (isEnd) break;
    }
    expect(drawn.size).toBeGreaterThanOrEqual(PAYLOADS.length);
    await page.evaluate(() => scrollTo(0, 0));
    for (let step = 0; step < scaled(500); step += 1) await page.keyboard.press("j");
    await nothingRan(visit, "fleet");
    await page.goto(`${house.url}/?by=operator`);
    await page.locator(".operator").first().waitFor();
    await nothingRan(visit, "operators");
    await visit.context.close();
  });

test("each question with its command, diff and reason", async () => {
  const visit = await open("/attention");
  const { page } = visit;
  await page.getByRole("region", { name: "Approval" }).waitFor();
  for (let step = 0; step < scaled(500); step += 1) await page.keyboard.press("j");
  await nothingRan(visit, "attention");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("hostile");
  await page.getByRole("option").first().waitFor();
  await nothingRan(visit, "palette");
  await visit.context.close();
});

test("the pages of sessions, hosts, commands, policies and health", async () => {
  const visit = await open("/hosts");
  const { page } = visit;
  for (const path of ["/hosts", "/commands", "/policies", "/health"]) {
    await page.goto(house.url + path);
    await page.locator(".sync").getByText("Live").waitFor();
    await nothingRan(visit, path);
  }
  for (let n = 0; n < PAYLOADS.length; n += Math.ceil(PAYLOADS.length / scaled(100))) {
    await page.goto(`${house.url}/sessions/${sessionId(n)}`);
    await page.getByRole("heading", { name: "Transcript" }).waitFor({ state: "attached" });
    await nothingRan(visit, sessionId(n));
  }
  await visit.context.close();
});

test("the address of a page is no way in either", async () => {
  const visit = await open("/");
  for (const text of PAYLOADS.filter((_, n) => n % (500 / scaled(50)) === 0)) {
    const word = encodeURIComponent(text);
    for (const path of [`/?q=${word}&view=${word}`, `/attention?at=${word}&kind=${word}`, `/hosts#${word}`]) {
      await visit.page.goto(house.url + path);
      await visit.page.getByText("Now", { exact: true }).waitFor();
    }
    await nothingRan(visit, text);
  }
  await visit.context.close();
});
