/** `claw mcp` (DESIGN 3): everything passes through, both ways, for clients of both generations, and it ends cleanly. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { createMcpHandler, type McpHttpHandler, Server } from "@modelcontextprotocol/server";
import { newBearer } from "@claw/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { claw } from "./stub-house.ts";

const CLAW = join(import.meta.dirname, "..", "bin", "claw.mjs");
const CLAW_TOKEN = newBearer("api").bearer;

interface Asked {
  readonly method: string;
  readonly session: string | undefined;
  readonly authorization: string | undefined;
  readonly protocol: string | undefined;
  readonly message: {
    readonly id?: number | string;
    readonly method?: string;
    readonly params?: object;
  } | null;
}

/** A house's MCP door: sessions, a stream of notices, calls that answer, and one that never does. */
async function door() {
  const asked: Asked[] = [];
  const sessions = new Set<string>();
  const streams = new Set<ServerResponse>();
  const gone: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const message = body === "" ? null : JSON.parse(body);
    const session = request.headers["mcp-session-id"] as string | undefined;
    asked.push({
      method: request.method ?? "",
      session,
      authorization: request.headers.authorization,
      protocol: request.headers["mcp-protocol-version"] as string | undefined,
      message,
    });
    const say = (status: number, answered: object, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(answered));
    if (request.headers.authorization !== `Bearer ${CLAW_TOKEN}`)
      return void say(401, { code: "unauthenticated", detail: "No valid token came with the request." });
    if (session !== undefined && !sessions.has(session))
      return void say(404, {
        jsonrpc: "2.0",
        id: message?.id ?? null,
        error: { code: -32_001, message: "no session" },
      });
    if (request.method === "DELETE")
      return void (sessions.delete(session ?? ""), response.writeHead(200).end());
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
      return void streams.add(response);
    }
    const result = (value: object, headers = {}) =>
      say(200, { jsonrpc: "2.0", id: message.id, result: value }, headers);
    if (message.method === "initialize") {
      const id = `session-${sessions.size + gone.length + 1}`;
      sessions.add(id);
      return void result(
        {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "s", version: "1" },
        },
        { "mcp-session-id": id },
      );
    }
    if (message.id === undefined) return void response.writeHead(202).end();
    if (message.method === "never") return;
    if (message.method === "half")
      return void response.writeHead(200, { "content-type": "text/event-stream" }).end(": nothing\n\n");
    return void result({ tools: [{ name: session ?? "none", inputSchema: { type: "object" } }] });
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    streams,
    notify: (notice: object) =>
      streams.forEach((stream) => stream.write(`data: ${JSON.stringify(notice)}\n\n`)),
    forget: () => {
      gone.push(...sessions);
      sessions.clear();
    },
    sessions,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
const opened = async () => {
  const house = await door();
  ends.push(house.close);
  return house;
};

const line = (message: object): string => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
const HELLO = line({
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "c", version: "1" } },
});
const READY = line({ method: "notifications/initialized" });
const answersIn = (out: string) =>
  out
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text));

describe("what is piped through", () => {
  test("is answered in full before it ends, in one session, which is given back", async () => {
    const house = await opened();
    const input =
      HELLO + READY + line({ id: 1, method: "tools/list" }) + line({ id: 2, method: "resources/list" });
    const ran = await claw(["mcp"], { CLAW_URL: house.url, CLAW_TOKEN }, () => {}, { input });
    const answers = answersIn(ran.out);
    expect(answers.map(({ id }) => id).toSorted()).toEqual([0, 1, 2]);
    expect(answers.find(({ id }) => id === 1).result.tools[0].name).toBe("session-1");
    expect([ran.exitCode, ran.err, house.sessions.size]).toEqual([0, "", 0]);
    expect(new Set(house.asked.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${CLAW_TOKEN}`]),
    );
    const after = house.asked.filter(({ message }) => message !== null && message.method !== "initialize");
    expect(new Set(after.map(({ protocol }) => protocol))).toEqual(new Set(["2025-06-18"]));
  });

  test("what the house refuses, or cannot finish, comes back as an error under its own id", async () => {
    const house = await opened();
    const wrong = newBearer("api").bearer;
    const refused = await claw(["mcp"], { CLAW_URL: house.url, CLAW_TOKEN: wrong }, () => {}, {
      input: line({ id: 7, method: "tools/list" }),
    });
    expect(answersIn(refused.out)).toMatchObject([
      { id: 7, error: { message: expect.stringMatching(/unauthenticated.*CLAW_TOKEN_FILE/) } },
    ]);
    expect(refused.out + refused.err).not.toContain(wrong);
    const half = await claw(["mcp"], { CLAW_URL: house.url, CLAW_TOKEN }, () => {}, {
      input: line({ id: 8, method: "half" }),
    });
    expect(answersIn(half.out)).toMatchObject([
      { id: 8, error: { message: expect.stringContaining("went away") } },
    ]);
    const nobody = await claw(["mcp"], { CLAW_URL: "http://127.0.0.1:9", CLAW_TOKEN }, () => {}, {
      input: line({ id: 9, method: "x" }),
    });
    expect(answersIn(nobody.out)).toMatchObject([
      { id: 9, error: { message: expect.stringContaining("claw up") } },
    ]);
  });

  test("what is no message is passed over, and the next one is answered", async () => {
    const house = await opened();
    const ran = await claw(["mcp"], { CLAW_URL: house.url, CLAW_TOKEN }, () => {}, {
      input: `no json\n${line({ id: 1, method: "ping" })}`,
    });
    expect(answersIn(ran.out)).toMatchObject([{ id: 1 }]);
  });

  test("told to stop, it ends although a call has no answer", async () => {
    const house = await opened();
    const stopping = new AbortController();
    const running = claw(["mcp"], { CLAW_URL: house.url, CLAW_TOKEN }, () => {}, {
      input: line({ id: 1, method: "never" }),
      stopping,
    });
    await expect.poll(() => house.asked.length).toBe(1);
    stopping.abort();
    expect((await running).exitCode).toBe(0);
  });
});

describe("a client that starts it as a program", () => {
  const started = async (url: string, mode: "legacy" | { readonly pin: string } = "legacy") => {
    const client = new Client({ name: "c", version: "1" }, { versionNegotiation: { mode } });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLAW, "mcp"],
      env: { PATH: process.env["PATH"] ?? "", CLAW_URL: url, CLAW_TOKEN },
    });
    ends.push(() => client.close());
    await client.connect(transport);
    return client;
  };

  test("hears the house's notifications, and goes on in a new session when the house has lost the one before", async () => {
    const house = await opened();
    const client = await started(house.url);
    const heard = new Promise((resolve) =>
      client.setNotificationHandler("notifications/resources/list_changed", resolve),
    );
    await expect.poll(() => house.streams.size).toBe(1);
    house.notify({ jsonrpc: "2.0", method: "notifications/resources/list_changed" });
    await heard;
    house.forget();
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["session-2"]);
    expect(house.asked.filter(({ message }) => message?.method === "initialize")).toHaveLength(2);
    await client.close();
    await expect.poll(() => house.sessions.size).toBe(0);
  });

  test("of 2026-07-28 is served as such, and follows a resource until it has heard enough", async () => {
    const handler = createMcpHandler(() => {
      const server = new Server(
        { name: "s", version: "1" },
        { capabilities: { resources: { subscribe: true, listChanged: true }, tools: {} } },
      );
      server.setRequestHandler("tools/list", () => ({
        tools: [{ name: "modern", inputSchema: { type: "object" } }],
      }));
      return server;
    });
    const names: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      names.push(request.headers["mcp-method"] as string | undefined);
      void serveBy(handler, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const client = await started(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      pin: "2026-07-28",
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["modern"]);
    const heard = new Promise((resolve) =>
      client.setNotificationHandler("notifications/resources/updated", resolve),
    );
    const subscription = await client.listen({ resourceSubscriptions: ["codex://sessions"] });
    handler.notify.resourceUpdated("codex://sessions");
    expect(await heard).toMatchObject({ params: { uri: "codex://sessions" } });
    await subscription.close();
    expect((await client.listTools()).tools).toHaveLength(1);
    const before = performance.now();
    await client.close();
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(names).toEqual(expect.arrayContaining(["server/discover", "tools/list", "subscriptions/listen"]));
  });
});

async function serveBy(
  handler: McpHttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  response.on("close", () => left.abort());
  const headers = new Headers(
    Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const body = await textOf(request);
  const answer = await handler.fetch(
    new Request(`http://127.0.0.1${request.url ?? ""}`, {
      method: request.method ?? "GET",
      headers,
      signal: left.signal,
      ...(body !== "" && { body }),
    }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) return void response.end();
  for await (const chunk of answer.body) response.write(chunk);
  response.end();
}
