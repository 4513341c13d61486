/** Into a browser by a token or a one-time link, what its cookie is good for, and out again. */
import { sha256 } from "@claw/events";
import { GateClosed } from "@claw/wire";
import { Effect } from "effect";
import { beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/http/problem.ts";
import { LINK_MS } from "../../src/sign-in/desk.ts";
import { SIGN_IN_MS } from "../../src/sign-in/open.ts";
import { NOW, tokenOf } from "../fake-house.ts";
import { appOf, tokenChange } from "../running.ts";
import { admin, type Browser, claw, makeBrowser, ownPage, signInHouse, viewer } from "./sign-in-house.ts";

function open() {
  const house = signInHouse();
  const app = appOf(house.ports, house.clocks);
  const browser = makeBrowser((path, init) => app.request(path, init));
  const byBearer = (path: string, bearer: string, body: unknown = {}) =>
    app.request(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    });
  const linkOf = async (bearer: string): Promise<URL> => {
    const answer = (await (await byBearer("/api/login-links", bearer)).json()) as {
      loginLink: { url: string };
    };
    return new URL(answer.loginLink.url);
  };
  return { ...house, app, browser, byBearer, linkOf };
}

let on = open();
beforeEach(() => {
  on = open();
});

const codeIn = ({ hash }: URL): string => hash.replace("#code=", "");
const problemIn = async (response: Response) => Problem.parse(await response.json());
const status = async (browser: Browser, path = "/api/me") => (await browser.get(path)).status;

describe("X1-029: by a pasted token", () => {
  test("a sign-in is a fact of its digest, and its cookie is who pasted it", async () => {
    const response = await on.browser.post("/auth/login", { token: ` ${admin.bearer}\n` });
    expect(response.status).toBe(200);
    const cookie = on.browser.jar.get("claw") ?? "";
    const [signIn] = on.asked;
    expect(signIn).toMatchObject({
      type: "record.signin",
      digest: sha256(cookie),
      principal: admin.row.principal,
      how: "token",
      tokenId: admin.row.tokenId,
      until: NOW + SIGN_IN_MS,
    });
    expect(JSON.stringify(on.asked)).not.toContain(cookie);
    expect(await (await on.browser.get("/api/me")).json()).toMatchObject({
      principal: { name: "the admin", role: "admin" },
      until: new Date(NOW + SIGN_IN_MS).toISOString(),
    });
    expect(response.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  test("it ends with the token that it came from, at the latest after 12 hours", async () => {
    await on.browser.post("/auth/login", { token: viewer.bearer });
    expect(on.asked[0]).toMatchObject({ until: viewer.row.until });
    await on.browser.post("/auth/login", { token: admin.bearer });
    on.pass(SIGN_IN_MS - 1);
    expect(await status(on.browser)).toBe(200);
    on.pass(1);
    expect(await status(on.browser)).toBe(401);
  });

  test("a revoked token takes its sign-ins with it", async () => {
    await on.browser.post("/auth/login", { token: admin.bearer });
    on.views.commit([tokenChange({ ...admin.row, revokedAt: NOW })]);
    expect(await status(on.browser)).toBe(401);
  });

  test("a Claw's token is no person's, and a wrong one nobody's: 30 a minute, then 429", async () => {
    const ofClaw = await on.browser.post("/auth/login", { token: claw.bearer });
    expect([ofClaw.status, (await problemIn(ofClaw)).facts["needs"]]).toEqual([403, "person"]);
    const wrong = tokenOf("admin").bearer;
    for (let n = 0; n < 30; n += 1)
      expect((await on.browser.post("/auth/login", { token: wrong })).status).toBe(401);
    expect((await on.browser.post("/auth/login", { token: wrong })).status).toBe(429);
    expect((await on.browser.post("/auth/login", { token: admin.bearer })).status).toBe(200);
    expect(on.asked).toHaveLength(1);
  });

  test("who may only read writes no log without end: 30 sign-ins of one token a minute, then 429", async () => {
    const opened = async () => (await on.browser.post("/auth/login", { token: viewer.bearer })).status;
    for (let n = 0; n < 30; n += 1) expect(await opened()).toBe(200);
    const recorded = on.asked.length;
    expect(await opened()).toBe(429);
    const { hash } = await on.linkOf(viewer.bearer);
    const byLink = await on.browser.post("/auth/login", { code: hash.replace("#code=", "") });
    expect([byLink.status, on.asked.length]).toEqual([429, recorded]);
    expect((await on.browser.post("/auth/login", { token: admin.bearer })).status).toBe(200);
    on.pass(60_000);
    expect(await opened()).toBe(200);
  });

  test("a name that looks like a Claw's or a unix user's signs nobody in", async () => {
    for (const name of ["claw:dora", "unix:root@h1", "Claw:dora"]) {
      const named = tokenOf("operator", { principal: { kind: "person", name, role: "operator" } });
      on.views.commit([tokenChange(named.row)]);
      const response = await on.browser.post("/auth/login", { token: named.bearer });
      expect([response.status, (await problemIn(response)).code]).toEqual([403, "forbidden"]);
    }
    expect([on.asked, on.browser.jar.size]).toEqual([[], 0]);
  });

  test("policy that cannot record it lets nobody in", async () => {
    const submit = () => Effect.fail(new GateClosed({ reason: "catching up", retryAfterMs: 1_000 }));
    const app = appOf({ ...on.ports, gate: { submit } }, on.clocks);
    const browser = makeBrowser((path, init) => app.request(path, init));
    expect((await browser.post("/auth/login", { token: admin.bearer })).status).toBe(503);
    expect(browser.jar.size).toBe(0);
  });

  test.each([{}, { token: "" }, { token: "a", code: "b" }, { name: "a" }])(
    "%j is no way in",
    async (body) => {
      expect((await on.browser.post("/auth/login", body)).status).toBe(400);
    },
  );
});

describe("by a one-time link", () => {
  test("the code is in the fragment, and opens once, for its maker", async () => {
    const link = await on.linkOf(viewer.bearer);
    expect([link.pathname, link.search]).toEqual(["/sign-in", ""]);
    const code = codeIn(link);
    expect((await on.browser.post("/auth/login", { code })).status).toBe(200);
    expect(on.asked[0]).toMatchObject({ how: "link", principal: viewer.row.principal });
    expect((await on.browser.post("/auth/login", { code })).status).toBe(401);
  });

  test("after ten minutes, or when its maker's token is revoked, it opens nothing", async () => {
    const [late, revoked] = [await on.linkOf(admin.bearer), await on.linkOf(viewer.bearer)];
    on.views.commit([tokenChange({ ...viewer.row, revokedAt: NOW })]);
    expect((await on.browser.post("/auth/login", { code: codeIn(revoked) })).status).toBe(401);
    on.pass(LINK_MS);
    expect((await on.browser.post("/auth/login", { code: codeIn(late) })).status).toBe(401);
  });

  test("only a person with a bearer makes one: no Claw, and no browser", async () => {
    expect((await on.byBearer("/api/login-links", claw.bearer)).status).toBe(403);
    await on.browser.post("/auth/login", { token: admin.bearer });
    expect((await on.browser.post("/api/login-links", {})).status).toBe(403);
  });
});

describe("X1-028, S12: what a cookie is good for", () => {
  const halt = { type: "switch.set", scope: "global", id: null, state: "halted", reason: "x" };
  const away = {
    "no word of a page": {},
    "another site": { "sec-fetch-site": "cross-site" },
    "a sibling of our site": { "sec-fetch-site": "same-site" },
    "the address bar": { "sec-fetch-site": "none" },
    "another origin": { origin: "https://evil.example" },
    "another port": { origin: "http://localhost:81" },
    "an origin that is hidden": { origin: "null" },
    "both, and they differ": { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
  };
  const cases = Object.entries(away).flatMap(([what, headers]) =>
    ["/api/commands", "/api/ws-ticket", "/auth/login", "/auth/logout"].map((path) => ({
      what,
      headers,
      path,
    })),
  );

  test.each(cases)("$path by $what changes nothing", async ({ headers, path }) => {
    await on.browser.post("/auth/login", { token: admin.bearer });
    const body = path === "/auth/login" ? { token: viewer.bearer } : path === "/api/commands" ? halt : {};
    const response = await on.browser.post(path, body, headers);
    expect([response.status, (await problemIn(response)).code]).toEqual([403, "cross_origin"]);
    expect(on.asked).toHaveLength(1);
    expect(await status(on.browser)).toBe(200);
  });

  test.each([ownPage, { origin: "http://localhost" }])("a page of ours may: %j", async (headers) => {
    await on.browser.post("/auth/login", { token: admin.bearer });
    expect((await on.browser.post("/api/commands", halt, headers)).status).toBe(200);
    expect(on.asked.at(-1)).toMatchObject({ type: "switch.set" });
  });

  test("a bearer is never taken from a cookie, nor a cookie for a bearer", async () => {
    await on.browser.post("/auth/login", { token: admin.bearer });
    const cookie = on.browser.jar.get("claw") ?? "";
    const ask = (headers: Record<string, string>) => on.app.request("/api/me", { headers });
    expect((await ask({ cookie: `claw=${admin.bearer}` })).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${cookie}` })).status).toBe(401);
    // An Authorization header that is no good is not made good by a cookie.
    expect((await ask({ authorization: "Bearer x", cookie: `claw=${cookie}` })).status).toBe(401);
    expect((await ask({ cookie: `claw=${cookie}; claw=${cookie}` })).status).toBe(401);
    expect((await ask({ cookie: `claw=${cookie.slice(0, -1)}g` })).status).toBe(401);
    expect((await ask({ cookie: `claw=${cookie}` })).status).toBe(200);
  });

  test("over https the cookie has the host's own name, and in the open nobody signs in", async () => {
    const login = (url: string, origin: string) =>
      on.app.request(url, {
        method: "POST",
        body: JSON.stringify({ token: admin.bearer }),
        headers: { "content-type": "application/json", origin },
      });
    const secure = await login("http://claw.example.org/auth/login", "https://claw.example.org");
    expect(secure.headers.get("set-cookie")).toMatch(/^__Host-claw=.*; Secure$/);
    const open = await login("http://192.0.2.1:7420/auth/login", "http://192.0.2.1:7420");
    expect([open.status, (await problemIn(open)).code]).toEqual([403, "not_secure"]);
    expect(on.asked).toHaveLength(1);
  });
});

describe("out again", () => {
  test("signing out is a fact, and the cookie is worth nothing afterwards", async () => {
    await on.browser.post("/auth/login", { token: admin.bearer });
    const cookie = on.browser.jar.get("claw") ?? "";
    expect((await on.browser.post("/auth/logout", {})).status).toBe(204);
    expect(on.asked.at(-1)).toMatchObject({ type: "record.signout", reason: "signed out" });
    expect(on.browser.jar.has("claw")).toBe(false);
    const again = await on.app.request("/api/me", { headers: { cookie: `claw=${cookie}` } });
    expect(again.status).toBe(401);
    expect((await on.browser.post("/auth/logout", {})).status).toBe(204);
  });

  test("a browser has one sign-in: a new one closes the one before", async () => {
    await on.browser.post("/auth/login", { token: admin.bearer });
    await on.browser.post("/auth/login", { token: viewer.bearer });
    expect(on.asked.map(({ type }) => type)).toEqual(["record.signin", "record.signin", "record.signout"]);
  });
});

describe("an admin sees who is signed in, and ends it", () => {
  test("S11: a sign-in is listed without its digest, and closed with a reason and by whom", async () => {
    await on.browser.post("/auth/login", { token: viewer.bearer });
    const list = () =>
      on.app.request("/api/sign-ins", { headers: { authorization: `Bearer ${admin.bearer}` } });
    const text = await (await list()).text();
    const { signIns } = JSON.parse(text) as { signIns: { signInId: string; name: string }[] };
    expect(signIns).toMatchObject([{ name: "the viewer", how: "token" }]);
    expect(text).not.toContain(sha256(on.browser.jar.get("claw") ?? ""));
    const path = `/api/sign-ins/${signIns[0]?.signInId ?? ""}/close`;
    expect((await on.browser.post(path, { reason: "x" })).status).toBe(403);
    expect((await on.byBearer(path, admin.bearer, { reason: "left the team" })).status).toBe(200);
    expect(on.asked.at(-1)).toMatchObject({ reason: "left the team (the admin)" });
    expect(await status(on.browser)).toBe(401);
    expect(await (await list()).json()).toMatchObject({ signIns: [] });
    expect((await on.byBearer("/api/sign-ins/none/close", admin.bearer, { reason: "x" })).status).toBe(404);
  });
});

test("without a provider there is no way to one, and the page is told so", async () => {
  expect(await (await on.browser.get("/auth/ways")).json()).toEqual({
    ways: { oidc: false, token: true, link: true },
  });
  expect(await status(on.browser, "/auth/login")).toBe(404);
  expect(await status(on.browser, "/auth/callback?code=a&state=b")).toBe(404);
});

test("pages take no string for markup or code, and run nothing but what is ours", async () => {
  const policy = (await on.browser.get("/")).headers.get("content-security-policy") ?? "";
  for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
    expect(policy).toContain(rule);
  expect(policy).not.toContain("unsafe");
  expect((await on.browser.get("/healthz")).headers.get("content-security-policy")).not.toContain(
    "script-src",
  );
});
