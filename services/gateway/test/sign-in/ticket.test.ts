/** The live stream in a browser: by a ticket that is good once, there, and soon; and it ends with what proved the caller. */
import { startStopwatch } from "@claw/testkit/stopwatch";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TICKET_MS } from "../../src/sign-in/desk.ts";
import { NOW } from "../fake-house.ts";
import { isCaughtUp, type LiveReader, openLive } from "../live-client.ts";
import { type Running, running, tokenChange } from "../running.ts";
import { admin, type Browser, makeBrowser, type SignInHouse, signInHouse, viewer } from "./sign-in-house.ts";

let house: SignInHouse;
let gateway: Running;
beforeEach(async () => {
  house = signInHouse();
  gateway = await running(house.ports);
});
afterEach(() => gateway.stop());

const newBrowser = (): Browser => makeBrowser((path, init) => fetch(`${gateway.url}${path}`, init));

async function signedIn(bearer = admin.bearer): Promise<Browser> {
  const browser = newBrowser();
  expect((await browser.post("/auth/login", { token: bearer })).status).toBe(200);
  return browser;
}

async function ticketOf(browser: Browser): Promise<string> {
  const response = await browser.post("/api/ws-ticket", {});
  expect(response.status).toBe(200);
  const { ticket } = (await response.json()) as { ticket: string };
  return ticket;
}

const cookieOf = ({ jar }: Browser): Record<string, string> => ({ cookie: `claw=${jar.get("claw") ?? ""}` });
const ours = () => ({ origin: gateway.url });

const open = (ticket: string | null, headers: Record<string, string>): LiveReader =>
  openLive(
    gateway.port,
    "?views=sessions",
    headers,
    ticket === null ? ["claw.v1"] : ["claw.v1", `ticket.${ticket}`],
  );

const status = (ticket: string | null, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const { socket } = open(ticket, headers);
    socket.on("open", () => (resolve(101), socket.close()));
    socket.on(
      "unexpected-response",
      (_request, response) => (resolve(response.statusCode ?? 0), socket.terminate()),
    );
  });

describe("S12, DESIGN 14.22: tickets", () => {
  test("a ticket opens the stream once; a cookie alone opens nothing", async () => {
    const browser = await signedIn();
    const ticket = await ticketOf(browser);
    const headers = { ...cookieOf(browser), ...ours() };
    expect(await status(null, headers)).toBe(401);
    expect(await status(ticket, headers)).toBe(101);
    expect(await status(ticket, headers)).toBe(401);
  });

  test("another's ticket, a page of no origin, no cookie: each is refused, and the ticket is used up", async () => {
    const [mine, theirs] = [await signedIn(), await signedIn(viewer.bearer)];
    const refused = [
      { ...cookieOf(theirs), ...ours() },
      cookieOf(mine),
      ours(),
      { ...cookieOf(mine), origin: "https://evil.example" },
    ];
    for (const headers of refused) {
      const ticket = await ticketOf(mine);
      expect([401, 403]).toContain(await status(ticket, headers));
    }
    const ticket = await ticketOf(mine);
    expect(await status(ticket, cookieOf(mine))).toBe(401);
    expect(await status(ticket, { ...cookieOf(mine), ...ours() })).toBe(401);
  });

  test("after 30 seconds, or after signing out, a ticket opens nothing", async () => {
    const browser = await signedIn();
    const headers = { ...cookieOf(browser), ...ours() };
    const late = await ticketOf(browser);
    house.pass(TICKET_MS);
    expect(await status(late, headers)).toBe(401);
    const ticket = await ticketOf(browser);
    await browser.post("/auth/logout", {});
    expect(await status(ticket, headers)).toBe(401);
  });
});

describe("S11: the stream ends within two seconds of what proved the caller", () => {
  const ends: Readonly<Record<string, (browser: Browser) => unknown>> = {
    "signing out": (browser) => browser.post("/auth/logout", {}),
    "revoking the token": () => void house.views.commit([tokenChange({ ...admin.row, revokedAt: NOW + 1 })]),
    "the end of its time": () => house.pass(86_400_000),
  };

  test.each(Object.keys(ends))("%s", async (what) => {
    const browser = await signedIn();
    const live = open(await ticketOf(browser), { ...cookieOf(browser), ...ours() });
    await live.until(isCaughtUp);
    const ended = startStopwatch();
    await ends[what]?.(browser);
    expect(await live.closed).toEqual({ code: 4401 });
    expect(ended.stop()).toBeLessThan(2_000);
  });
});
