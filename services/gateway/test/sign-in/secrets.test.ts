/** RELIABILITY S10, S27: what proves somebody is told to them alone: no answer, figure, diagnostic or fact holds a token, code, cookie or ticket. */
import type { Diagnostics } from "@claw/runtime";
import { expect, test } from "vitest";
import { appOf } from "../running.ts";
import { admin, makeBrowser, ownPage, signInHouse } from "./sign-in-house.ts";

/** Letters in a row that count as a leak. */
const PIECE = 12;
const holds = (text: string, secret: string): boolean => {
  for (let at = 0; at + PIECE <= secret.length; at += 1)
    if (text.includes(secret.slice(at, at + PIECE))) return true;
  return false;
};
/** The id in a token or cookie is no secret: what proves it is the rest. */
const secretOf = (proof: string): string => proof.slice(proof.lastIndexOf("_") + 1);

function listening(): { readonly diagnostics: Diagnostics; readonly lines: string[] } {
  const lines: string[] = [];
  const say = (...said: readonly unknown[]): void => void lines.push(JSON.stringify(said));
  return { diagnostics: { debug: say, info: say, warn: say, error: say } as unknown as Diagnostics, lines };
}

test("a token, a link, a cookie and a ticket leave no trace, wherever they are put by mistake", async () => {
  const house = signInHouse();
  const { diagnostics, lines } = listening();
  const app = appOf({ ...house.ports, diagnostics }, house.clocks);
  const browser = makeBrowser((path, init) => app.request(path, init));
  const texts: string[] = [];
  const kept = async (response: Response): Promise<string> => {
    const text = await response.text();
    texts.push(text, JSON.stringify([...response.headers].filter(([name]) => name !== "set-cookie")));
    return text;
  };
  const bearer = { authorization: `Bearer ${admin.bearer}`, "content-type": "application/json" };
  const made = await app.request("/api/login-links", { method: "POST", body: "{}", headers: bearer });
  const code = new URL(((await made.json()) as { loginLink: { url: string } }).loginLink.url).hash.slice(6);
  await kept(await browser.post("/auth/login", { code }));
  const cookie = browser.jar.get("claw") ?? "";
  const { ticket } = (await (await browser.post("/api/ws-ticket", {})).json()) as { ticket: string };
  const secrets = [secretOf(admin.bearer), code, secretOf(cookie), ticket];
  expect(secrets.every((secret) => secret.length >= 64)).toBe(true);

  for (const secret of [admin.bearer, code, cookie, ticket]) {
    const asked = encodeURIComponent(secret);
    for (const path of [
      `/api/sessions?search=${asked}`,
      `/api/sessions?${asked}=1`,
      `/api/sessions/${asked}`,
      `/api/nobodies/${asked}`,
      `/auth/login?return=${asked}`,
      `/auth/callback?code=${asked}&state=${asked}`,
      `/docs/${asked}`,
    ])
      await kept(await browser.get(path));
    for (const body of [{ token: secret }, { code: secret }, { [secret]: 1 }, { name: secret }])
      await kept(await browser.post("/auth/login", body, { ...ownPage, authorization: `Bearer ${asked}` }));
    await kept(
      await app.request("/api/commands", {
        method: "POST",
        body: JSON.stringify({ type: secret }),
        headers: bearer,
      }),
    );
  }
  for (const path of [
    "/api/me",
    "/api/sign-ins",
    "/api/tokens",
    "/api/commands",
    "/metrics",
    "/openapi.json",
    "/readyz",
  ])
    await kept(await app.request(path, { headers: bearer }));
  await kept(await browser.post("/auth/logout", {}));

  const all = [...texts, ...lines, JSON.stringify(house.asked)];
  const found = secrets.flatMap((secret, at) =>
    all.filter((text) => holds(text, secret)).map((text) => [at, text.slice(0, 200)]),
  );
  expect(found).toEqual([]);
  expect(holds(`x${code}`, code)).toBe(true);
});
