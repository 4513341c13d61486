/** One whole sign-in against a real OpenID Connect provider, over real sockets: gateway, provider, and back to the page that was asked for. */
import { get } from "node:http";
import { freePort } from "@claw/testkit/nats";
import { afterEach, expect, test } from "vitest";
import { running, type Running } from "../running.ts";
import { CLIENT, realProvider, type RealProvider } from "./real-provider.ts";
import { makeBrowser, signInHouse } from "./sign-in-house.ts";

const open: (Running | RealProvider)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await ("stop" in one ? one.stop() : one.close());
});

/** A GET whose headers are ours alone: `fetch` says itself where it comes from. */
const plainGet = (url: string, { headers }: RequestInit): Promise<Response> =>
  new Promise((resolve, reject) => {
    get(url, { headers: headers as Record<string, string>, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const told = new Headers();
        for (const [name, value] of Object.entries(incoming.headersDistinct))
          for (const one of value ?? []) told.append(name, one);
        const status = incoming.statusCode ?? 0;
        resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers: told }));
      });
    }).on("error", reject);
  });

/** Follows redirects as a browser does when somebody clicks, with the cookies of each server. */
async function follow(start: string, isThere: (url: URL) => boolean): Promise<{ url: URL; status: number }> {
  const browsers = new Map<string, ReturnType<typeof makeBrowser>>();
  let url = new URL(start);
  for (let hops = 0; hops < 12; hops += 1) {
    const { origin } = url;
    const browser = browsers.get(origin) ?? makeBrowser((path, init) => plainGet(`${origin}${path}`, init));
    browsers.set(origin, browser);
    const isAway = hops > 0;
    const response = await browser.get(`${url.pathname}${url.search}`, {
      headers: { "sec-fetch-mode": "navigate", ...(isAway && { "sec-fetch-site": "cross-site" }) },
    });
    if (isThere(url)) return { url, status: (await browser.get("/api/me")).status };
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${url.pathname} answers ${response.status} and leads nowhere`);
    url = new URL(location, url);
  }
  throw new Error("redirects without end");
}

test("a person comes in by the provider, with the role of their group, and the cookie is theirs", async () => {
  const house = signInHouse();
  const port = await freePort();
  const oidc = {
    issuer: new URL(`http://127.0.0.1:${port}`),
    clientId: CLIENT.clientId,
    clientSecret: CLIENT.clientSecret,
    clientSecretFile: undefined,
    roles: "groups=devs:operator",
    scopes: undefined,
  };
  const gateway = await running(house.ports, { oidc });
  open.push(gateway);
  open.push(await realProvider(port, `${gateway.url}/auth/callback`));
  const end = await follow(
    `${gateway.url}/auth/login?return=/healthz`,
    (url) => url.pathname === "/healthz" || url.pathname === "/sign-in",
  );
  expect([end.url.href, end.status]).toEqual([`${gateway.url}/healthz`, 200]);
  expect(house.asked).toMatchObject([
    {
      type: "record.signin",
      how: "oidc",
      principal: { kind: "person", name: "ann@example.org", role: "operator" },
    },
  ]);
});
