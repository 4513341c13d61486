/** Signing in by a pasted token and by a one-time link, signing out, and losing the sign-in while a page is looked at (S1-170, X1-029, F1-020). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHouse, type TestHouse } from "../acceptance/support/house.ts";
import { runClaw } from "../acceptance/support/process.ts";
import { seriousFaults } from "./support/axe.ts";
import {
  type Browsing,
  openBrowser,
  PHONE,
  signIn,
  type Visit,
  type VisitOptions,
} from "./support/browser.ts";
import { visitsOfTests } from "./support/visits.ts";

let house: TestHouse;
let browsing: Browsing;
const visits = visitsOfTests("looked at");

beforeAll(async () => {
  house = await makeHouse({ CLAW_ENDPOINTS: "none=unix:///nonexistent.sock" });
  browsing = await openBrowser();
  await house.start();
});
afterAll(async () => {
  await browsing?.close();
  await house?.remove();
});

async function open(options: Partial<VisitOptions> = {}): Promise<Visit> {
  const visit = await browsing.visit({ url: house.url, ...options });
  visits.push(visit);
  return visit;
}

const link = async (): Promise<string> => {
  const said = await runClaw(["login"], { ...house.env, CLAW_URL: house.url, CLAW_TOKEN: house.token() });
  expect(said).toMatchObject({ code: 0 });
  return said.stdout.trim();
};
const whoAmI = (visit: Visit) => visit.page.evaluate(async () => (await fetch("/api/me")).status);

describe("a pasted token", () => {
  test("F1-020 signs in, comes back to the page that was asked for, and stands in no storage, address or cookie that a script can read", async () => {
    const visit = await open({ path: "/hosts" });
    const { page } = visit;
    await page.getByRole("heading", { name: "Claw Supervisor" }).waitFor();
    await page.getByLabel("Token").fill(house.token());
    await page.getByRole("button", { name: "Sign in with a token" }).click();
    await page.getByRole("heading", { name: "Hosts" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/hosts");
    const kept = await page.evaluate(
      () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
    );
    expect(kept + page.url()).not.toContain(house.token());
    expect(await whoAmI(visit)).toBe(200);
    expect(visit.faults).toEqual([]);
  });

  test("one that is not good says so, and signs nobody in", async () => {
    const visit = await open();
    const { page } = visit;
    await page.getByLabel("Token").fill("no-such-token");
    await page.getByRole("button", { name: "Sign in with a token" }).click();
    await page.getByRole("alert").waitFor();
    expect(await whoAmI(visit)).toBe(401);
    expect(visit.faults).toEqual([]);
  });
});

describe("a one-time link", () => {
  test("signs in once, its code leaves the address at once, and a second use opens nothing", async () => {
    const address = await link();
    const first = await open({ path: address.slice(house.url.length) });
    await first.page.getByRole("heading", { name: "Fleet" }).waitFor();
    expect(first.page.url()).not.toContain("code=");
    expect(await whoAmI(first)).toBe(200);
    const second = await open({ path: address.slice(house.url.length) });
    await second.page.getByText("The link opens nothing any more.").waitFor();
    expect(second.page.url()).not.toContain("code=");
    expect(await whoAmI(second)).toBe(401);
    expect([...first.faults, ...second.faults]).toEqual([]);
  });

  test("whoever is signed in is not made somebody else by a link that was sent to them", async () => {
    const visit = await open({ token: house.token() });
    await visit.page.getByRole("heading", { name: "Fleet" }).waitFor();
    await visit.page.goto(await link());
    const use = visit.page.getByRole("button", { name: /Sign out here/ });
    await use.waitFor();
    await use.click();
    await visit.page.getByRole("heading", { name: "Fleet" }).waitFor();
    expect(visit.faults).toEqual([]);
  });
});

describe("the end of a sign-in", () => {
  test("signing out by hand shows the sign-in page and leaves nothing of the fleet", async () => {
    const visit = await open({ token: house.token() });
    await visit.page.getByRole("button", { name: "Sign out" }).click();
    await visit.page.getByRole("heading", { name: "Claw Supervisor" }).waitFor();
    expect(await whoAmI(visit)).toBe(401);
  });

  test("X1-029 who is signed out elsewhere loses the live page, is asked to sign in, and comes back to where they were", async () => {
    const visit = await open({ token: house.token(), path: "/?q=acme" });
    const { page, context } = visit;
    await page.getByText("Now", { exact: true }).waitFor();
    const cookies = await context.cookies();
    const other = await open();
    await other.context.addCookies(cookies);
    expect(
      await other.page.evaluate(
        async () =>
          (
            await fetch("/auth/logout", {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: "{}",
            })
          ).ok,
      ),
    ).toBe(true);
    await page.getByRole("button", { name: "Sign in with a token" }).waitFor({ timeout: 5_000 });
    await signIn(context, house.url, house.token());
    await page.getByLabel("Token").fill(house.token());
    await page.getByRole("button", { name: "Sign in with a token" }).click();
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
    expect(new URL(page.url()).search).toBe("?q=acme");
  });
});

describe("the page itself", () => {
  for (const theme of ["light", "dark"] as const)
    test(`no serious fault in ${theme}, and nothing scrolls sideways on a phone`, async () => {
      const desk = await open({ theme });
      await desk.page.getByLabel("Token").waitFor();
      expect(await seriousFaults(desk.page)).toEqual([]);
      const phone = await open({ theme, size: PHONE });
      await phone.page.getByLabel("Token").waitFor();
      const [full, shown] = await phone.page.evaluate(() => [
        document.documentElement.scrollWidth,
        innerWidth,
      ]);
      expect(full).toBeLessThanOrEqual(shown ?? 0);
      expect([...desk.faults, ...phone.faults]).toEqual([]);
    });
});
