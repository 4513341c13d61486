/** RELIABILITY S11 over MCP: whoever is revoked loses what they have open within two seconds, over real HTTP. */
import { startStopwatch } from "@claw/testkit/stopwatch";
import { afterEach, expect, test } from "vitest";
import { NOW, tokenOf } from "../fake-house.ts";
import { type Running, tokenChange } from "../running.ts";
import { ask, mcpHouse, sessionOf, startMcp } from "./mcp-house.ts";

const LIST = "codex://sessions";
const operator = tokenOf("operator");
let gateway: Running | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});

const streams: Readonly<Record<string, (url: string) => Promise<Response>>> = {
  "a stream of a client of 2025": async (url) =>
    fetch(`${url}/mcp`, {
      headers: {
        authorization: `Bearer ${operator.bearer}`,
        accept: "text/event-stream",
        "mcp-session-id": await sessionOf(url, operator.bearer),
      },
    }),
  "a subscription of a client of 2026": (url) =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${operator.bearer}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "subscriptions/listen",
      },
      body: JSON.stringify(
        ask("subscriptions/listen", {
          notifications: { resourceSubscriptions: [LIST] },
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        }),
      ),
    }),
};

test.each(Object.keys(streams))("S11: %s ends within two seconds of the revocation", async (what) => {
  const house = mcpHouse();
  house.commit([tokenChange(operator.row)]);
  gateway = await startMcp(house);
  const response = await streams[what]?.(gateway.url);
  expect([response?.status, response?.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const reading = response?.body?.getReader();
  await reading?.read();
  const revoked = startStopwatch();
  house.commit([tokenChange({ ...operator.row, revokedAt: NOW + 1 })]);
  const end = async (): Promise<void> => {
    while ((await reading?.read())?.done !== true);
  };
  await end().catch(() => undefined);
  expect(revoked.stop()).toBeLessThan(2_000);
});
