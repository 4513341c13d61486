import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { EXIT, readConfig } from "@claw/runtime";
import { Cause, Effect, Exit } from "effect";
import { describe, expect, test } from "vitest";
import { gatewaySettings, type HandleUpgrade, startGateway } from "../src/index.ts";
import WebSocket from "ws";
import { fakePorts, makeFakeViews } from "./fake-house.ts";
import { running } from "./running.ts";

const ports = () => fakePorts({ reader: makeFakeViews().reader }).ports;

describe("the gateway's life", () => {
  test("a port in use ends as Stopped, in one sentence that names the way out", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const settings = {
      host: "127.0.0.1",
      port,
      publicUrl: undefined,
      productUrl: undefined,
      visibility: "fleet" as const,
      tlsCert: undefined,
      tlsKey: undefined,
    };
    const exit = await Effect.runPromiseExit(Effect.scoped(startGateway({ ...ports(), settings })));
    taken.close();
    const problem = Exit.isFailure(exit) ? Cause.squash(exit.cause) : null;
    expect(problem).toMatchObject({ _tag: "Stopped", exitCode: EXIT.conflict });
    expect(problem).toHaveProperty("sentence", expect.stringContaining("set CLAW_HTTP_PORT"));
  });

  test("when its scope ends the port is free again", async () => {
    const gateway = await running(ports());
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await gateway.stop();
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow("fetch failed");
  });
});

test("DESIGN 3: /uplink goes to ingest, unread, once the door has let it in", async () => {
  const seen: (string | undefined)[] = [];
  const handleUplink: HandleUpgrade = (request, socket) => {
    seen.push(request.headers.authorization);
    socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
  };
  const gateway = await running(ports(), { handleUplink });
  const status = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/uplink`, { headers });
      socket.on("error", () => {});
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    });
  expect(await status({ authorization: "anything" })).toBe(401);
  expect(await status({ host: "evil.example" })).toBe(421);
  expect(await status({ origin: "https://evil.example" })).toBe(403);
  expect(seen).toEqual(["anything"]);
  await gateway.stop();
});

describe("gatewaySettings", () => {
  const read = (env: Record<string, string>) => readConfig(gatewaySettings, env);

  test("S1-116: loopback unless somebody says otherwise", () => {
    expect(read({})).toEqual({
      ok: true,
      config: {
        host: "127.0.0.1",
        port: 7_420,
        publicUrl: undefined,
        productUrl: undefined,
        visibility: "fleet",
        tlsCert: undefined,
        tlsKey: undefined,
      },
    });
  });

  test.each([
    ["CLAW_HTTP_PORT", "70000"],
    ["CLAW_HTTP_PORT", "http"],
    ["CLAW_VISIBILITY", "hunter"],
    ["CLAW_PRODUCT_URL", "https://somebody:hunter@example.org"],
    ["CLAW_PUBLIC_URL", "claw.example.org"],
    ["CLAW_PUBLIC_URL", "ftp://claw.example.org"],
    ["CLAW_PUBLIC_URL", "https://somebody:hunter@claw.example.org"],
  ])("%s=%s is refused without its value", (variable, value) => {
    const result = read({ [variable]: value });
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain("hunter");
  });
});

test("S14: whoever is refused an upgrade and never hangs up is let go", async () => {
  const gateway = await running(ports());
  const socket = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  const upgrade = ["GET /nowhere HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket"];
  socket.write(`${upgrade.join("\r\n")}\r\n\r\n`);
  socket.resume();
  await once(socket, "end");
  // Our side stays open; only a write shows that there is nobody on the other one any more.
  const writing = setInterval(() => socket.write("still here\r\n"), 50);
  await once(socket, "error").finally(() => clearInterval(writing));
  await gateway.stop();
});
