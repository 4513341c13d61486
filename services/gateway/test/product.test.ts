/** F1-175: by the product's name there is a page of the product, and nothing of the house. */
import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isOfProduct, ownNames } from "../src/http/door.ts";
import { openPaths, routes } from "../src/routes/index.ts";
import { fakePorts, makeFakeViews, sessionRow, tokenOf } from "./fake-house.ts";
import { running, type Running, tokenChange } from "./running.ts";

const PRODUCT = "product.example.org";
const PUBLIC = new URL("https://claw.example.org");
const admin = tokenOf("admin");

interface Heard {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

let gateway: Running;
beforeAll(async () => {
  const views = makeFakeViews();
  views.commit([tokenChange(admin.row), ["sessions", "s-of-the-house", sessionRow("s-of-the-house")]]);
  const settings = {
    host: "127.0.0.1",
    port: 0,
    publicUrl: PUBLIC,
    productUrl: new URL(`https://${PRODUCT}/about`),
    visibility: "fleet" as const,
    tlsCert: undefined,
    tlsKey: undefined,
  };
  gateway = await running(fakePorts({ reader: views.reader }).ports, { settings });
});
afterAll(() => gateway.stop());

/** `fetch` lets nobody choose the Host header. */
const portOf = () => gateway.port;
const asked = (path: string, host = PRODUCT, more: http.RequestOptions = {}): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const headers = { host, authorization: `Bearer ${admin.bearer}`, ...more.headers };
    const request = http.request({ ...more, port: portOf(), path, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => void (body += piece));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on("error", reject).end();
  });

describe("F1-175: the host of CLAW_PRODUCT_URL", () => {
  test("shows a plain page, to anybody, by each way of writing the name", async () => {
    for (const host of [PRODUCT, `${PRODUCT}:7420`, PRODUCT.toUpperCase()]) {
      const { status, headers, body } = await asked("/?from=mail", host);
      expect([host, status, headers["content-type"]]).toEqual([host, 200, "text/html; charset=utf-8"]);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["set-cookie"]).toBeUndefined();
      expect(body).toContain("<h1>Claw Supervisor</h1>");
      expect(body).toContain(PUBLIC.origin);
      expect(body).not.toMatch(/<script|s-of-the-house|\/api\//);
    }
    expect(await asked("/", PRODUCT, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  const paths = [...routes.map(({ path }) => path.replaceAll(/\{\w+\}/g, "s-of-the-house")), ...openPaths];
  test.each([
    ...new Set(paths),
    "/mcp",
    "/uplink",
    "/sign-in",
    "/sessions/s-of-the-house",
    "//",
    "/%2e",
    "/index.html",
  ])("has no %s, whoever asks and however", async (path) => {
    if (path === "/") return;
    for (const method of ["GET", "POST"]) {
      const { status, body } = await asked(path, PRODUCT, { method });
      expect([method, status]).toEqual([method, 404]);
      expect(body).not.toContain("s-of-the-house");
      expect(JSON.parse(body)).toMatchObject({ code: "not_found" });
    }
  });

  test("takes nothing at its page either, and no upgrade", async () => {
    expect((await asked("/", PRODUCT, { method: "POST" })).status).toBe(404);
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    };
    for (const path of ["/api/live", "/uplink"])
      expect((await asked(path, PRODUCT, { headers: upgrade })).status).toBe(421);
  });

  test("leaves the house where it is: its own names answer, others do not", async () => {
    expect((await asked("/api/fleet", PUBLIC.host)).status).toBe(200);
    expect((await asked("/api/fleet", `127.0.0.1:${gateway.port}`)).status).toBe(200);
    for (const host of ["other.example.org", `${PRODUCT}.evil.example`, `user@${PRODUCT}`, `a.${PRODUCT}`])
      expect([host, (await asked("/", host)).status]).toEqual([host, 421]);
  });
});

describe("F1-175: a product's name that is ours as well", () => {
  const knock = { method: "GET", target: "/", hosts: ["claw.example.org"], headers: {} };
  test("is the house's: who set both to one address has one page", () => {
    const one = ownNames("127.0.0.1", PUBLIC, "https", new URL("https://claw.example.org/about"));
    expect(one.productHost).toBeNull();
    expect(isOfProduct(knock, one)).toBe(false);
    expect(isOfProduct(knock, ownNames("127.0.0.1", PUBLIC))).toBe(false);
  });
  test("two Host headers are of nobody", () => {
    const own = ownNames("127.0.0.1", PUBLIC, "https", new URL(`https://${PRODUCT}`));
    expect(isOfProduct({ ...knock, hosts: [PRODUCT] }, own)).toBe(true);
    expect(isOfProduct({ ...knock, hosts: [PRODUCT, "127.0.0.1"] }, own)).toBe(false);
    expect(isOfProduct({ ...knock, hosts: [PRODUCT], target: "http://claw.example.org/" }, own)).toBe(false);
  });
});
