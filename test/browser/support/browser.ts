/** A real Chromium that visits a house, and everything that went wrong in its pages while it did. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Where Debian, Ubuntu and Google put it; `apt-get install chromium` is what CONTRIBUTING asks for. */
const PLACES = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

export const DESK = { width: 1440, height: 900 } as const;
export const PHONE = { width: 375, height: 812 } as const;

export interface VisitOptions {
  readonly url: string;
  /** Signs in with it before the first page; left out, nobody is signed in. */
  readonly token?: string | undefined;
  readonly path?: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly theme?: "light" | "dark";
  /** Runs in every page before its own scripts. */
  readonly before?: (() => void) | undefined;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What a page may never do: errors, refusals of the content policy, boxes that scripts open. Empty where all is well. */
  readonly faults: readonly string[];
  /** `GET /api/fleet`, in their order, since the visit began. */
  readonly requests: readonly string[];
}

export interface Browsing {
  readonly visit: (options: VisitOptions) => Promise<Visit>;
  readonly close: () => Promise<void>;
}

export async function openBrowser(): Promise<Browsing> {
  const executablePath = PLACES.find((path) => path !== "" && existsSync(path));
  if (executablePath === undefined)
    throw new Error("these tests need Chromium: apt-get install chromium, or name one in CHROMIUM_PATH");
  // Containers run as root and have no name space for Chromium's own sandbox; what is visited is ours.
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return { visit: (options) => visit(browser, options), close: () => browser.close() };
}

async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { url, token, path = "/", size = DESK, theme = "light", before } = options;
  const isPhone = size.width < 500;
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  if (before !== undefined) await context.addInitScript(before);
  if (token !== undefined) await signIn(context, url, token);
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !isOfNetwork(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(`thrown: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`a box opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/")) requests.push(`${request.method()} ${pathname}`);
  });
  await page.goto(url + path);
  return { page, context, faults, requests };
}

/** A house that is away, and a door that is closed, are what some tests are about: the browser tells of them by itself. */
const isOfNetwork = (text: string): boolean =>
  /^Failed to load resource|ERR_CONNECTION_REFUSED|WebSocket connection to/.test(text);

/** As the page does it, without the page. */
export async function signIn(context: BrowserContext, url: string, token: string): Promise<void> {
  const answer = await context.request.post(`${url}/auth/login`, {
    data: { token },
    headers: { origin: url },
  });
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()} ${await answer.text()}`);
}
