/**
 * The pictures of the README, taken of a real house: `claw demo` with its real Codex sessions and scripted model, and beside them what people register by the API. Writes
 * `docs/images/*.png`. Needs Chromium, as the tests do, and no account.
 *
 *     npm run screenshots
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { until } from "../test/acceptance/support/until.ts";
import { type Browsing, DESK, openBrowser, PHONE } from "../test/browser/support/browser.ts";
import { egress, runtime } from "../test/browser/support/busy-house.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "docs", "images");

interface Demo {
  readonly url: string;
  readonly token: string;
  readonly end: () => Promise<void>;
}

/** Starts the demo and waits until its sessions are at work. */
async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [join(root, "apps/claw/bin/claw.mjs"), "demo"], {
    env: { ...process.env, CLAW_HTTP_PORT: "0", CLAW_DIAGNOSTICS_LEVEL: "warn" },
    stdio: ["ignore", "inherit", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const [, url = "", tokenFile = ""] = await until(
    "the demo is at work",
    () => /CLAW_URL=(\S+) CLAW_TOKEN_FILE=(\S+)/.exec(said),
    120_000,
  );
  return { url, token: readFileSync(tokenFile, "utf8").trim(), end: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const over = once(child, "exit");
  child.kill("SIGINT");
  await over;
}

const asking = ({ url, token }: Demo) => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    get: async <Answer>(path: string): Promise<Answer> =>
      (await (await fetch(url + path, { headers })).json()) as Answer,
    command: async (command: object): Promise<void> => {
      const answer = await fetch(`${url}/api/commands`, {
        method: "POST",
        headers,
        body: JSON.stringify(command),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
  };
};

interface Known {
  readonly sessionId: string;
  readonly name: string | null;
  readonly hostId: string;
}

/** What stands beside the sessions: owners, policies, checkpoints, other runtimes, and a lease. Returns the sessions by their names. */
async function furnish(demo: Demo): Promise<ReadonlyMap<string, string>> {
  const { get, command } = asking(demo);
  const sessions = await until("every session has its name", async () => {
    const { sessions: all } = await get<{ sessions: readonly Known[] }>("/api/sessions");
    return all.filter(({ name }) => name !== null).length >= 5 && all;
  });
  const named = new Map(sessions.map(({ sessionId, name }) => [name ?? sessionId, sessionId]));
  const hostId = sessions[0]?.hostId ?? "";
  await command({ type: "owner.map", hostId, unixUser: userHere(), owner: "Mara Lindqvist" });
  for (const [n, name] of ["checkout", "search", "billing"].entries()) {
    const sessionId = named.get(name) ?? "";
    const allowedHosts = ["github.com", "api.openai.com", "registry.npmjs.org", "nodejs.org"].slice(0, 2 + n);
    await command(egress(sessionId, { allowedHosts, githubRepo: `acme/${name}` }));
    await command({
      type: "checkpoint.register",
      target: { sessionId },
      checkpointId: `before-${name}`,
      kind: "workspace",
      bytes: 48_211 * (n + 1),
      madeAt: Date.now(),
    });
  }
  await command(runtime("runner-8f05b2", { branch: "release/2026-11", owner: "Priya Nair" }));
  await command(
    runtime("desk-d7b940", { backing: "vnc", vnc: true, branch: "test/android", owner: "Dele Adeyemi" }),
  );
  await command(
    runtime("runner-ac4416", { status: "failed", repo: "acme/mobile", attachUrl: null, owner: "Priya Nair" }),
  );
  await until(
    "somebody is needed, and work was done",
    async () => {
      const { attention } = await get<{ attention: readonly unknown[] }>("/api/attention");
      return attention.length >= 2;
    },
    120_000,
  );
  await command({ type: "lease.acquire", target: { sessionId: named.get("handbook") ?? "" } });
  return named;
}

const userHere = (): string => process.env["USER"] ?? "root";

const isLive = (page: Page): Promise<void> => page.getByText("Now", { exact: true }).waitFor();

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly theme?: "light" | "dark";
  readonly size?: { readonly width: number; readonly height: number };
  readonly ready: (page: Page) => Promise<void>;
}

const pictures = (sessions: ReadonlyMap<string, string>): readonly Picture[] => [
  { name: "fleet", path: "/", ready: describedRow },
  { name: "fleet-dark", path: "/", theme: "dark", ready: describedRow },
  {
    name: "attention",
    path: "/attention?kind=waiting",
    ready: (page) => page.getByRole("region", { name: "Approval" }).waitFor(),
  },
  {
    name: "session",
    path: `/sessions/${sessions.get("checkout") ?? ""}`,
    theme: "dark",
    ready: (page) => page.getByText("The reducer is in place").first().waitFor({ timeout: 120_000 }),
  },
  {
    name: "fleet-phone",
    path: "/",
    size: PHONE,
    ready: (page) => page.locator(".grid .tr").first().waitFor(),
  },
];

async function describedRow(page: Page): Promise<void> {
  await page.locator(".grid .tr").first().waitFor();
  await page.keyboard.press("j");
  await page.locator(".peek").waitFor();
}

async function take(browsing: Browsing, demo: Demo, picture: Picture): Promise<void> {
  const { name, path, theme = "light", size = DESK, ready } = picture;
  const { page, context, faults } = await browsing.visit({ ...demo, path, theme, size });
  await isLive(page);
  await ready(page);
  if (faults.length > 0) throw new Error(`${name}: ${faults.join("\n")}`);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
  process.stdout.write(`docs/images/${name}.png\n`);
}

mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const browsing = await openBrowser();
try {
  for (const picture of pictures(await furnish(demo))) await take(browsing, demo, picture);
} finally {
  await browsing.close();
  await demo.end();
}
