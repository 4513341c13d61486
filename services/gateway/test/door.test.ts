import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judge, ownNames } from "../src/http/door.ts";
import { fakePorts, makeFakeViews } from "./fake-house.ts";
import { type Running, running } from "./running.ts";

const own = ownNames("127.0.0.1", new URL("https://claw.example.org"));
const knock = (
  headers: Record<string, string>,
  more: { hosts?: string[]; target?: string; method?: string } = {},
) => ({
  method: "GET",
  target: "/api/sessions",
  hosts: ["127.0.0.1:7420"],
  headers,
  ...more,
});

describe("S13: the Host header is ours, once", () => {
  test.each(["127.0.0.1", "127.0.0.1:7420", "localhost:1", "LOCALHOST", "[::1]:7420", "claw.example.org"])(
    "%s is ours",
    (host) => expect(judge(knock({}, { hosts: [host] }), own)).toBeNull(),
  );

  const foreign = [
    "evil.example",
    "evil.example:7420",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "[::1].",
    "[::2]",
  ];
  const odd = [
    "",
    " ",
    "localhost.",
    "127.0.0.1:7420:1",
    "user@127.0.0.1",
    "127.0.0.1/",
    "xn--lcalhost-hgb",
    "lоcalhost",
  ];
  test.each([...foreign, ...odd])("%j is refused", (host) => {
    expect(judge(knock({}, { hosts: [host] }), own)?.code).toBe("host_header");
  });

  test.each([
    ["none", { hosts: [] }],
    ["two", { hosts: ["127.0.0.1", "127.0.0.1"] }],
    ["an absolute target", { target: "http://127.0.0.1/api/sessions" }],
    ["a target without a slash", { target: "*" }],
  ])("%s is refused", (_what, more) => {
    expect(judge(knock({}, more), own)?.code).toBe("host_header");
  });
});

describe("X1-028, W-39, S12: no page of another origin calls", () => {
  const origins = [
    undefined,
    "http://127.0.0.1:7420",
    "https://claw.example.org",
    "https://evil.example",
    "null",
  ];
  const more = ["http://127.0.0.1:7421", "https://127.0.0.1:7420", "http://claw.example.org"];
  const sites = [undefined, "same-origin", "none", "same-site", "cross-site"];
  const matrix = [...origins, ...more].flatMap((origin) => sites.map((site) => ({ origin, site })));

  test.each(matrix)("origin $origin, site $site", ({ origin, site }) => {
    const headers = { ...(origin && { origin }), ...(site && { "sec-fetch-site": site }) };
    const isOurs = origin === "http://127.0.0.1:7420" || origin === "https://claw.example.org";
    const isAllowed =
      origin === undefined ? site === undefined || site === "same-origin" || site === "none" : isOurs;
    expect(judge(knock(headers), own)?.code ?? null).toBe(isAllowed ? null : "cross_origin");
  });

  test("a link to the front page may be followed, one to the interface may not", () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect(judge(knock(headers, { target: "/" }), own)).toBeNull();
    expect(judge(knock(headers), own)?.code).toBe("cross_origin");
  });

  const away = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  test.each([
    "/sessions/s1?tab=log",
    "/sign-in",
    "/docs/spec-v2",
    "/auth/callback?code=a&state=b",
    "/apiary",
  ])("a link to a page may be followed, and a provider leads back: %s", (target) => {
    expect(judge(knock(away, { target }), own)).toBeNull();
    expect(judge(knock(away, { target, method: "POST" }), own)?.code).toBe("cross_origin");
    const { "sec-fetch-site": site } = away;
    expect(judge(knock({ "sec-fetch-site": site }, { target }), own)?.code).toBe("cross_origin");
  });

  test.each([
    "/api/me",
    "/api",
    "/auth/login",
    "/auth/callback/x",
    "/mcp",
    "/metrics",
    "/uplink",
    "/%61pi/me",
  ])("no page of others leads to %s", (target) => {
    expect(judge(knock(away, { target }), own)?.code).toBe("cross_origin");
  });

  test("S15: compressed bodies stay outside", () => {
    expect(judge(knock({ "content-encoding": "gzip" }), own)?.code).toBe("media_type");
  });
});

describe("the door of a real server", () => {
  let gateway: Running;
  beforeAll(async () => {
    gateway = await running(fakePorts({ reader: makeFakeViews().reader }).ports);
  });
  afterAll(() => gateway.stop());

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = net.connect(gateway.port, "127.0.0.1", () => socket.write(text));
      let heard = "";
      socket.on("data", (chunk) => {
        heard += String(chunk);
        if (heard.includes("\r\n\r\n")) socket.destroy();
      });
      socket.on("close", () => resolve(heard));
      socket.on("error", reject);
    });

  const upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
  test.each([
    ["GET /healthz HTTP/1.1\r\nHost: 127.0.0.1", 200],
    ["GET /healthz HTTP/1.1\r\nHost: evil.example", 421],
    ["GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example", 421],
    ["GET http://evil.example/healthz HTTP/1.1\r\nHost: 127.0.0.1", 421],
    ["GET /healthz HTTP/1.0", 421],
    ["GET /healthz HTTP/1.1", 400],
    ["GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example", 403],
    ["POST /api/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: br\r\nContent-Length: 1", 415],
    [`GET /api/live HTTP/1.1\r\nHost: evil.example\r\n${upgrade}`, 421],
    [`GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n${upgrade}`, 403],
    [`GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\n${upgrade}`, 401],
    [`GET /uplink HTTP/1.1\r\nHost: 127.0.0.1\r\n${upgrade}`, 404],
    [`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(20_000)}`, 431],
  ])("%j answers %i", async (head, status) => {
    expect(await raw(`${head}\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
