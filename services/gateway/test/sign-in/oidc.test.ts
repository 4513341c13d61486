/** Signing in by OpenID Connect against a provider that lies as it is told to: every answer but the honest one leaves nobody signed in. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseRoles } from "../../src/sign-in/roles.ts";
import { FLOW_MS } from "../../src/sign-in/flow.ts";
import type { OidcConfig } from "../../src/sign-in/settings.ts";
import { SIGN_IN_MS } from "../../src/sign-in/open.ts";
import { NOW } from "../fake-house.ts";
import { appOf } from "../running.ts";
import { type Claims, type HandMade, handMadeProvider, honestClaims } from "./hand-made-provider.ts";
import { makeBrowser, signInHouse } from "./sign-in-house.ts";

let provider: HandMade;
beforeAll(async () => {
  provider = await handMadeProvider();
});
afterAll(() => provider.close());

const configOf = (issuer: URL): OidcConfig => ({
  issuer,
  clientId: "claw",
  clientSecret: "s e+cret",
  roles: parseRoles("groups=devs:operator") ?? [],
  scopes: "openid groups",
});

function open() {
  const house = signInHouse();
  const app = appOf(house.ports, house.clocks, undefined, undefined, configOf(provider.issuer));
  return { ...house, app, browser: makeBrowser((path, init) => app.request(path, init)) };
}

let here = {} as ReturnType<typeof open>;
beforeEach(() => {
  here = open();
  provider.say = { claims: {}, header: {}, signs: true };
  provider.asked.length = 0;
});

interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly location: URL;
}

async function begin(page = "/sessions/s1"): Promise<Begun> {
  const response = await here.browser.get(`/auth/login?return=${encodeURIComponent(page)}`);
  expect(response.status).toBe(303);
  const location = new URL(response.headers.get("location") ?? "");
  const { state, nonce } = Object.fromEntries(location.searchParams) as Record<string, string>;
  return { state: state ?? "", nonce: nonce ?? "", location };
}

const say = (begun: Begun, more: Claims = {}): void => {
  provider.say.claims = honestClaims(provider.issuer, begun.nonce, more);
};

const callback = (query: Readonly<Record<string, string>>) =>
  here.browser.get(
    `/auth/callback?${new URLSearchParams({ code: "c", iss: provider.issuer.origin, ...query }).toString()}`,
  );

/** Where the callback leads, and that nobody is signed in unless it leads to a page. */
async function led(response: Response): Promise<string | null> {
  const location = response.headers.get("location");
  const isIn = (await here.browser.get("/api/me")).status === 200;
  expect(isIn).toBe(location !== null && !location.includes("failed="));
  return location;
}

describe("the honest way", () => {
  test("code flow with PKCE, state and nonce; the sign-in is a fact, and leads to the page that was asked for", async () => {
    const begun = await begin();
    const said = Object.fromEntries(begun.location.searchParams);
    expect(said).toMatchObject({
      response_type: "code",
      client_id: "claw",
      redirect_uri: "http://localhost/auth/callback",
      code_challenge_method: "S256",
      scope: "openid groups",
    });
    expect([begun.state.length, begun.nonce.length].every((length) => length >= 43)).toBe(true);
    say(begun);
    expect(await led(await callback({ state: begun.state }))).toBe("/sessions/s1");
    expect(here.asked).toMatchObject([
      {
        type: "record.signin",
        how: "oidc",
        tokenId: null,
        principal: { kind: "person", name: "ann@example.org", role: "operator" },
        until: NOW + SIGN_IN_MS,
      },
    ]);
    const form = provider.asked[0];
    expect(form?.get("redirect_uri")).toBe("http://localhost/auth/callback");
    expect(form?.get("code_verifier")).toMatch(/^[\w-]{43,}$/);
    expect(here.browser.jar.has("claw-flow")).toBe(false);
  });

  test("a code is asked for once more only in a flow of its own: a callback that comes again signs nobody in", async () => {
    const begun = await begin();
    const flow = here.browser.jar.get("claw-flow") ?? "";
    say(begun);
    expect(await led(await callback({ state: begun.state }))).toBe("/sessions/s1");
    const query = `code=c&state=${begun.state}&iss=${provider.issuer.origin}`;
    const again = await here.app.request(`/auth/callback?${query}`, {
      headers: { cookie: `claw-flow=${flow}` },
    });
    expect(again.headers.get("location")).toBe("/sign-in?failed=flow");
    expect([here.asked.length, provider.asked.length]).toEqual([1, 1]);
  });

  test("what is no page leads home", async () => {
    const begun = await begin("/api/sessions");
    say(begun);
    expect(await led(await callback({ state: begun.state }))).toBe("/");
  });

  test.each([
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/\tevil",
    "/x\r\nset-cookie: claw=1",
    "/x\nlocation: https://evil.example/",
  ])("open redirect, header injection: %j is refused, and nothing is begun", async (page) => {
    const response = await here.browser.get(`/auth/login?return=${encodeURIComponent(page)}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "bad_request",
      facts: { where: "query.return", why: "not a page of this server" },
    });
    expect([response.headers.get("location"), here.browser.jar.size]).toEqual([null, 0]);
  });

  test.each(["/auth/login?next=/", "/auth/login?return=/&return=/x", "/auth/ways?a=1"])(
    "%s names the parameter that is wrong",
    async (path) => {
      const response = await here.browser.get(path);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        facts: { where: expect.stringMatching(/^query\.\w+$/) },
      });
    },
  );
});

describe("what is not believed before the provider is asked", () => {
  test("another state, another's flow, no flow, and one that took too long", async () => {
    const first = await begin();
    say(first);
    expect(await led(await callback({ state: "x".repeat(43) }))).toBe("/sign-in?failed=state");
    // The flow ended with that, also for the right state.
    expect(await led(await callback({ state: first.state }))).toBe("/sign-in?failed=flow");
    const other = await begin();
    const mine = await begin();
    say(mine);
    expect(await led(await callback({ state: other.state }))).toBe("/sign-in?failed=state");
    const late = await begin();
    here.pass(FLOW_MS);
    expect(await led(await callback({ state: late.state }))).toBe("/sign-in?failed=flow");
    expect(provider.asked).toHaveLength(0);
  });

  test("mix-up (RFC 9207): the answer of another provider, or of one that does not say who it is", async () => {
    const begun = await begin();
    say(begun);
    expect(await led(await callback({ state: begun.state, iss: "https://evil.example" }))).toBe(
      "/sign-in?failed=answer",
    );
    const second = await begin();
    say(second);
    const nameless = await here.browser.get(`/auth/callback?code=c&state=${second.state}`);
    expect(await led(nameless)).toBe("/sign-in?failed=answer");
    expect(provider.asked).toHaveLength(0);
  });

  test("a person who says no at the provider is told so", async () => {
    const { state } = await begin();
    const query = new URLSearchParams({ error: "access_denied", state, iss: provider.issuer.origin });
    expect(await led(await here.browser.get(`/auth/callback?${query.toString()}`))).toBe(
      "/sign-in?failed=denied",
    );
  });
});

describe("ID tokens that prove nothing", () => {
  const now = Math.floor(Date.now() / 1_000);
  test.each<[string, Claims]>([
    ["the nonce of another flow", { nonce: "other" }],
    ["no nonce", { nonce: undefined }],
    ["for another client", { aud: "other" }],
    ["of another issuer", { iss: "https://evil.example" }],
    ["past its time", { exp: now - 3_600, iat: now - 7_200 }],
    ["of nobody", { sub: undefined }],
  ])("%s", async (_what, claims) => {
    const begun = await begin();
    say(begun, claims);
    expect(await led(await callback({ state: begun.state }))).toBe("/sign-in?failed=answer");
    expect(here.asked).toHaveLength(0);
  });

  test.each<[string, Partial<HandMade["say"]>]>([
    ["signed by somebody else", { signs: false }],
    ["not signed at all", { header: { alg: "none" } }],
    ["signed by a secret that is none", { header: { alg: "HS256" } }],
  ])("%s", async (_what, how) => {
    const begun = await begin();
    say(begun);
    provider.say = { ...provider.say, ...how };
    expect(await led(await callback({ state: begun.state }))).toBe("/sign-in?failed=answer");
    expect(here.asked).toHaveLength(0);
  });

  test("X1-026: whoever has no role stays outside, however well they are known", async () => {
    const begun = await begin();
    say(begun, { groups: ["others"] });
    expect(await led(await callback({ state: begun.state }))).toBe("/sign-in?failed=role");
  });

  test("failures count: 30 a minute of one address, then 429", async () => {
    for (let n = 0; n < 30; n += 1) expect((await callback({ state: "x" })).status).toBe(303);
    expect((await callback({ state: "x" })).status).toBe(429);
  });
});

test("a provider that cannot be reached is told of, and asked again the next time", async () => {
  const gone = await handMadeProvider();
  await gone.close();
  const app = appOf(here.ports, here.clocks, undefined, undefined, configOf(gone.issuer));
  for (const _ of [1, 2])
    expect((await app.request("/auth/login")).headers.get("location")).toBe("/sign-in?failed=provider");
});
